"""Records that may be another: what keeps them from being created, and the question it makes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ..match.pairing import in_words
from ..match.rules import DOMAIN
from ..records.scalars import Scalar
from ..records.values import Values, model, pattern, reference_patterns
from ..store import Link, Planned, Record, Tx, joins, links, pairs, records
from .compare import values_of
from .docket import Decision, Twin
from .flow import EntityFlow, Member
from .line import Line

NAMES = ("name", "first_name", "last_name", "number")


Twins = dict[int, dict[str, list[Twin]]]
"""By record, then by system in which it has no row."""


def twins_of(tx: Tx, flow: EntityFlow, ids: Sequence[int]) -> Twins:
    """Whom these records may be, as far as nobody has judged it."""
    doubts = [one for one in pairs.of_records(tx, ids) if one.verdict == pairs.OPEN]
    if not doubts:
        return {}
    everybody = sorted({id for one in doubts for id in (one.left, one.right)})
    held = links.of_records(tx, everybody)
    known = records.by_id(tx, everybody)
    found: Twins = {}
    for one in doubts:
        why = in_words(one.score, one.told, one.equal)
        for mine in {one.left, one.right} & set(ids):
            other = one.other(mine)
            if other not in known:
                continue
            values = values_of(known[other], held.get(other, ()))
            for system, key in _places(flow, held, mine, other):
                if key is not None or (one.equal and other < mine):
                    there = found.setdefault(mine, {}).setdefault(system, [])
                    there.append(Twin(other, key, why, values))
    return found


def _places(
    flow: EntityFlow, held: Mapping[int, Sequence[Link]], mine: int, other: int
) -> Iterable[tuple[str, str | None]]:
    """The systems in which a record has no row, with the other's key there, None without one."""
    here = {link.system for link in held.get(mine, ()) if not link.gone}
    there = {link.system: link.key for link in held.get(other, ()) if not link.gone}
    return [(system, there.get(system)) for system in flow.members if system not in here]


def question(
    line: Line, flow: EntityFlow, member: Member, one: Decision, twins: Sequence[Twin]
) -> Planned:
    """In place of a create that may make a twin: a held write that asks whether it does."""
    system, mine = member.system.name, one.merged.values
    here = ("+".join(sorted({link.system for link in one.links if not link.gone})), mine)
    sides = [here, *((twin.key, twin.values) for twin in twins if twin.key is not None)]
    told = {
        path: "; ".join(f"{who}: {values.get(path)!r}" for who, values in sides)
        for path in telling(flow)
    }
    fields: dict[str, Scalar] = dict.fromkeys(told)
    return Planned(
        id=0,
        flow=line.flow.name,
        record_id=one.record.id,
        link_id=None,
        system=system,
        entity=one.record.entity,
        action="match",
        key=None,
        fields=fields,
        before={},
        reasons=told,
        state="held",
        digest="",
        why=f"may be {', or '.join(map(str, twins))}",
        planned=line.now(),
    )


def telling(flow: EntityFlow) -> list[str]:
    """The fields to show side by side: what is matched by, and what a record is called."""
    known = model(flow.entity).model_fields
    names = [name for name in NAMES if name in known]
    for name in flow.match.fields:
        names += [f for f in ("website", "email") if f in known] if name == DOMAIN else [name]
    return [name for name in dict.fromkeys(names) if name not in reference_patterns(flow.entity)]


def _pointing(entity: str, values: Values) -> list[tuple[str, str]]:
    targets = reference_patterns(entity)
    kinds = [(path, targets.get(pattern(path))) for path, value in values.items() if value]
    return [(path, target) for path, target in kinds if target is not None]


def follow_joins(tx: Tx, entity: str, known: Iterable[Record], held: Iterable[Link]) -> None:
    """Let references to records that were joined to others name those others."""
    if not joins.any_joined(tx):
        return
    places = [one.agreed for one in known] + [one.lag for one in held if one.lag]
    wanted: dict[str, set[str]] = {}
    for values in places:
        for path, target in _pointing(entity, values):
            wanted.setdefault(target, set()).add(str(values[path]))
    now = {target: joins.renamed(tx, target, sorted(uids)) for target, uids in wanted.items()}
    for values in places:
        for path, target in _pointing(entity, values):
            values[path] = now[target].get(str(values[path]), values[path])
