"""Compares the systems of a flow: finds rows that moved, looks again, judges record by record.

What a system shows is compared with what the store says it showed, and what the store says of one
system with what it says of the others. A row that seems to have moved is fetched once more and its
link read anew, so that a run at the same time makes no differences.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from ...contract import Change, Reader, Tallier, Trait
from ...errors import AccessDenied, Invalid, Retry, Stop
from ...store import Link, Planned, Tx, links, records, writes
from ..flow import EntityFlow
from ..learn import readout, uid_of
from ..line import Line, Post
from ..observe import look, sort
from ..translate import Registry, news_of
from .finding import Counted, Difference, Kind, Verification
from .narrowing import Narrowing
from .scanning import Scan
from .standing import Standing

BATCH = 200


@dataclass(slots=True)
class _Drift:
    """What one entity's systems show that the store does not know."""

    rows: dict[tuple[str, str], Change] = field(default_factory=dict)  # by (system, key)
    records: set[int] = field(default_factory=set)
    differences: list[Difference] = field(default_factory=list)
    keys: dict[str, list[str]] = field(default_factory=dict)  # by system: to be looked at


def verify(
    line: Line, entities: Sequence[str] | None = None, *, repair: bool = False
) -> Verification:
    """Compare, and with `repair` have the next plan look at whatever differs."""
    out = Verification(line.flow.name)
    for flow in line.flow.entities:
        if entities is not None and flow.entity not in entities:
            continue
        drift = _Drift()
        for member in flow.members.values():
            _survey(Post(line, member, flow.entity), drift, out)
        found = [*drift.differences, *_judge(line, flow, drift)]
        out.differences += found
        if repair:
            _ask(line, flow, drift, found)
    return out


def _survey(post: Post, drift: _Drift, out: Verification) -> None:
    counted = Counted(post.entity, post.system)
    out.counts.append(counted)
    if not isinstance(post.connector, Reader):
        out.problems.append(f"{post.system}/{post.entity}: cannot be read")
        return
    try:
        keys = _suspects(post, counted)
        _confirm(post, sorted(keys), drift, counted)
    except (Retry, Stop) as exc:
        out.problems.append(f"{post.system}/{post.entity}: {exc}")
        out.denied |= isinstance(exc, AccessDenied)


def _suspects(post: Post, counted: Counted) -> set[str]:
    with post.line.store.read() as tx:
        versions = links.versions(tx, post.system, post.entity)
    counted.links = len(versions)
    connector = post.connector
    if not (post.promises(Trait.TALLIED) and isinstance(connector, Tallier)):
        scan = Scan(post)
        keys = scan.suspects()
        counted.rows, counted.calls = scan.rows, scan.calls
        return keys
    blank = [key for key, version in versions if version is None]
    known = [(int(version), key) for key, version in versions if version is not None]
    for start in range(0, len(blank), BATCH):
        counted.calls += 1
        shown = post.connector.fetch(post.entity, blank[start : start + BATCH])
        known += [(int(change.version or 0), change.key) for change in shown]
    narrowing = Narrowing(connector, post.entity, post.member.system.spec.limits.page)
    keys = narrowing.suspects(known) | set(blank)
    counted.rows, counted.ranged = narrowing.rows, True
    counted.calls += narrowing.calls
    return keys


def _confirm(post: Post, keys: Sequence[str], drift: _Drift, counted: Counted) -> None:
    """Look at suspects once more, and keep those that are not as the store says by now."""
    for start in range(0, len(keys), BATCH):
        block = keys[start : start + BATCH]
        counted.calls += 1
        shown = list(post.connector.fetch(post.entity, block))
        there = {change.key for change in shown}
        shown += [Change(key, None) for key in block if key not in there]
        news = sort(post, shown).news
        with post.line.store.read() as tx:
            known = links.by_key(tx, post.system, post.entity, list(news))
            _sort_out(tx, post, [change for change, _ in news.values()], known, drift, counted)


def _sort_out(
    tx: Tx,
    post: Post,
    changes: Iterable[Change],
    known: dict[str, Link],
    drift: _Drift,
    counted: Counted,
) -> None:
    strangers: list[Change] = []
    for change in changes:
        try:
            if change.row is not None:
                post.map.read(change.row)
        except Invalid as exc:
            drift.differences.append(_row(post, Kind.UNREADABLE, change.key, why=str(exc)))
        else:
            if change.key in known:
                drift.rows[post.system, change.key] = change
                drift.records.add(known[change.key].record_id)
            elif change.row is not None:
                strangers.append(change)
                continue
        drift.keys.setdefault(post.system, []).append(change.key)
    uids = [uid_of(post, change) for change in strangers]
    ours = records.by_uid(tx, post.entity, uids)
    taken = links.keys_of(tx, post.system, list(ours.values()))
    for change, uid in zip(strangers, uids, strict=True):
        if not post.watched and uid not in ours:
            counted.foreign += 1
            continue
        twin = ours.get(uid) in taken
        drift.differences.append(
            _row(post, Kind.EXTRA if twin else Kind.UNLINKED, change.key, uid if twin else None)
        )
        drift.keys.setdefault(post.system, []).append(change.key)


def _row(
    post: Post, kind: Kind, key: str, uid: str | None = None, why: str | None = None
) -> Difference:
    return Difference(kind, post.entity, post.system, key, uid, why=why)


def _judge(line: Line, flow: EntityFlow, drift: _Drift) -> list[Difference]:
    """The differences of every record that drifted, or that the store itself says is not done."""
    with line.store.read() as tx:
        ids = drift.records | set(links.restless(tx, flow.entity, list(flow.members)))
        for member in flow.members.values():
            if member.writes and member.creates:
                ids |= set(records.lacking(tx, flow.entity, member.system.name))
    ordered = sorted(ids)
    found: list[Difference] = []
    for start in range(0, len(ordered), BATCH):
        with line.store.read() as tx:
            found += _differences(tx, line, flow, drift, ordered[start : start + BATCH])
    return found


def _differences(
    tx: Tx, line: Line, flow: EntityFlow, drift: _Drift, ids: list[int]
) -> list[Difference]:
    held = {
        id: [_now(line, flow, link, drift) for link in group if link.system in flow.members]
        for id, group in links.of_records(tx, ids).items()
    }
    registry = Registry.of(tx, flow.entity, (link for group in held.values() for link in group))
    waiting = writes.open_of(tx, ids, line.flow.name)
    asked = records.restless(tx, line.flow.name, flow.entity, ids)
    found: list[Difference] = []
    for id, record in records.by_id(tx, ids).items():
        news = {link.system: news_of(link, record, registry) for link in held.get(id, ())}
        found += [
            _explained(one, waiting.get(id, ()), asked=id in asked)
            for one in Standing(flow, record, news).differences()
        ]
    return found


def _now(line: Line, flow: EntityFlow, link: Link, drift: _Drift) -> Link:
    """A link as its system shows it at this moment."""
    change = drift.rows.get((link.system, link.key))
    if change is None:
        return link
    if change.row is None:
        return replace(link, gone=True, news=None)
    post = Post(line, flow.members[link.system], flow.entity)
    values, parts = readout(post, change.row)
    return replace(link, gone=False, news=values, parts=parts | link.parts)


def _explained(one: Difference, open_writes: Iterable[Planned], *, asked: bool) -> Difference:
    """With what is known to bring it about: an open write of its own, a clash, a decision due."""
    for write in open_writes:
        mine = write.system == one.system
        if mine or (write.action == "clash" and write.fields.keys() & one.fields.keys()):
            return replace(one, state=write.state, why=write.why)
    return replace(one, state="asked") if asked else one


def _ask(line: Line, flow: EntityFlow, drift: _Drift, found: Sequence[Difference]) -> None:
    """Observe the rows that drifted, and have every record that differs decided again."""
    for system, keys in drift.keys.items():
        post = Post(line, flow.members[system], flow.entity)
        for start in range(0, len(keys), BATCH):
            look(post, keys[start : start + BATCH])
    uids = sorted({one.uid for one in found if one.uid is not None and one.state is None})
    with line.write() as tx:
        ids = sorted(records.by_uid(tx, flow.entity, uids).values())
        records.ask(tx, line.flows(flow.entity), flow.entity, ids)
