"""From a decided record to the writes each system needs, with before, after and reason."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ..decision import Proposal
from ..errors import Invalid
from ..merge import PRESENCE
from ..records.scalars import Scalar
from ..records.values import part_of, pattern
from ..store import Link, Planned
from ..store.rows import WHOLE, canonical
from .behind import rests
from .docket import Decision
from .doubt import question
from .flow import EntityFlow, Member

if TYPE_CHECKING:
    from ..mapping import CompiledMap
    from .line import Line


def plan(line: Line, flow: EntityFlow, one: Decision) -> tuple[list[Planned], list[int]]:
    """The writes a record needs that were not planned before, and those no longer needed."""
    fresh: list[Planned] = []
    stale: list[int] = []
    by_system = {link.system: link for link in one.links}
    wanted = [
        write
        for member in flow.members.values()
        if (write := _need(line, flow, member, by_system.get(member.system.name), one))
    ]
    if one.merged.undecided:
        wanted.append(_question(line, flow, one))
    kept = {write.digest for write in one.open_writes}
    digests = {write.digest for write in wanted}
    stale = [write.id for write in one.open_writes if write.digest not in digests]
    fresh = [write for write in wanted if write.digest not in kept]
    for write in fresh:
        _gate(flow, write, one)
        _tally(line, write)
    untold = one.merged.judged.difference(*(write.fields for write in wanted))
    if untold:
        fresh.append(_told(line, one, sorted(untold)))
    return fresh, stale


def _need(
    line: Line, flow: EntityFlow, member: Member, link: Link | None, one: Decision
) -> Planned | None:
    if not member.writes:
        return None
    values = one.merged.values
    present = values.get(PRESENCE) is True
    if link is not None and _stays_undone(link, one):
        return None
    if link is not None and not link.gone:
        if not present:
            return _write(line, member, one, "delete", link, {PRESENCE: None})
        fields = _updates(member.map(flow.entity), link, one)
        return _write(line, member, one, "update", link, fields) if fields else None
    wanted = link is None or PRESENCE in link.lag
    if not (present and wanted and member.creates):
        return None
    if not _admitted(member, one):
        return None
    if twins := one.twins.get(member.system.name):
        asked = question(line, flow, member, one, twins)
        told = {**asked.fields, **asked.reasons}
        asked.digest = digest(asked.system, asked.action, one.record.uid, told)
        return asked
    kinds = member.map(flow.entity)
    fields = {p: v for p, v in values.items() if v is not None and creatable(kinds, p)}
    return _write(line, member, one, "create", link, fields)


def _stays_undone(link: Link, one: Decision) -> bool:
    """Whether an undo has left a system without a row that is agreed, or with one that is not."""
    there = one.merged.values.get(PRESENCE) is True
    return link.gone == there and rests(one.left.get(link.id, {}), PRESENCE, one.merged.values)


def _admitted(member: Member, one: Decision) -> bool:
    """Whether a system's filter lets a record in; one it cannot judge is a problem by name."""
    if member.admits is None:
        return True
    try:
        return member.admits(one.merged.values)
    except Invalid as exc:
        one.problem = str(exc)
        return True


def _updates(kinds: CompiledMap, link: Link, one: Decision) -> dict[str, Scalar]:
    """What the system does not stand for yet, and can be told."""
    left = one.left.get(link.id, {})
    fields = {
        path: one.merged.values.get(path)
        for path in link.lag
        if path not in one.merged.undecided
        and updatable(kinds, path)
        and not rests(left, path, one.merged.values)
    }
    removed = {p for p, v in fields.items() if v is None and (part := part_of(p)) and not part[2]}
    return {p: v for p, v in fields.items() if p in removed or _stem(p) not in removed}


def _stem(path: str) -> str:
    part = part_of(path)
    return f"{part[0]}/{part[1]}" if part else path


def creatable(kinds: CompiledMap, path: str) -> bool:
    """Whether a path can be written when its row or part is created."""
    return (pattern(path) if "/" in path else path) in kinds.creatable


def updatable(kinds: CompiledMap, path: str) -> bool:
    """Whether a path can be written later on."""
    return (pattern(path) if "/" in path else path) in kinds.updatable


def _write(
    line: Line,
    member: Member,
    one: Decision,
    action: str,
    link: Link | None,
    fields: dict[str, Scalar],
) -> Planned:
    system = member.system.name
    before = {} if link is None or action == "create" else _held(link, fields)
    if link is not None and action == "delete":
        there = {**one.base, **link.lag}
        before = {p: v for p, v in there.items() if v is not None and p != PRESENCE}
    known = one.added | one.merged.reasons
    reasons = {path: known[path] for path in known.keys() & fields.keys()}
    if one.merged.whole:
        reasons[WHOLE] = one.merged.whole
    return Planned(
        id=0,
        flow=line.flow.name,
        record_id=one.record.id,
        link_id=link.id if link else None,
        system=system,
        entity=one.record.entity,
        action=action,
        key=link.key if link else None,
        fields=fields,
        before=before,
        reasons=reasons,
        state="planned",
        digest=digest(system, action, one.record.uid, [fields, before]),
        planned=line.now(),
    )


def _held(link: Link, fields: Mapping[str, Scalar]) -> dict[str, Scalar]:
    """What a system holds where it is written to; of a part that goes, all that it holds."""
    held = {path: link.lag.get(path) for path in fields}
    gone = {f"{path}/" for path, value in fields.items() if value is None and "/" in path}
    if gone:
        held |= {p: v for p, v in link.lag.items() if f"{_stem(p)}/" in gone}
    return held


def digest(system: str, action: str, uid: str, content: Any) -> str:
    """Names this exact write, from what to what; an approval is for a digest, not for a record."""
    text = canonical([system, action, uid, content])
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _told(line: Line, one: Decision, paths: Sequence[str]) -> Planned:
    """What was decided and needs no write, so that its reasons are kept all the same."""
    fields = {path: one.merged.values.get(path) for path in paths}
    return Planned(
        id=0,
        flow=line.flow.name,
        record_id=one.record.id,
        link_id=None,
        system="",
        entity=one.record.entity,
        action="decide",
        key=None,
        fields=fields,
        before={path: one.base.get(path) for path in paths},
        reasons={path: one.merged.reasons[path] for path in paths},
        state="done",
        digest=digest("", "decide", one.record.uid, fields),
        planned=line.now(),
    )


def _question(line: Line, flow: EntityFlow, one: Decision) -> Planned:
    """The clashes nobody but a person can settle, as one held write."""
    clashes = one.merged.undecided
    fields: dict[str, Scalar] = dict.fromkeys(clashes)
    said = {
        path: "; ".join(f"{who}: {value!r}" for who, value in sorted(clash.values.items()))
        for path, clash in clashes.items()
    }
    return Planned(
        id=0,
        flow=line.flow.name,
        record_id=one.record.id,
        link_id=None,
        system="",
        entity=one.record.entity,
        action="clash",
        key=None,
        fields=fields,
        before={path: clash.base for path, clash in clashes.items()},
        reasons=said,
        state="held",
        digest=digest("", "clash", one.record.uid, {**fields, **said}),
        why=f"changed on both sides: {', '.join(_asking(flow, path) for path in sorted(clashes))}",
        planned=line.now(),
    )


def _asking(flow: EntityFlow, path: str) -> str:
    return f"{path} (policy {flow.policy_of(path)[0]})"


def _gate(flow: EntityFlow, write: Planned, one: Decision) -> None:
    if write.action in ("clash", "match"):
        return
    if one.problem is not None:
        write.state, write.why = "dead", one.problem
        return
    if write.action == "delete" and flow.deletions == "hold":
        write.state, write.why = "held", "deletions are held"
        return
    proposal = Proposal(
        write.entity,
        one.record.uid,
        write.system,
        write.action,
        MappingProxyType(write.before),
        MappingProxyType(write.fields),
        MappingProxyType(one.merged.values),
    )
    for name, gate in flow.gates:
        if why := gate(proposal):
            write.state, write.why = "held", f"{name}: {why}"
            return


def _tally(line: Line, write: Planned) -> None:
    if write.state in ("held", "dead"):
        line.report.count(write.entity, write.system or "both", write.state)
