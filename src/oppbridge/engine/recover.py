"""Finishes what an earlier run began in a system, before anyone observes that system again.

A create is sent again under its own key: made once, however often it is sent. An update or a
deletion is only looked at: the next decision compares both sides anyway.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..contract import Action, Change, Finder, Receipt, Trait
from ..errors import Invalid, Reject, Unavailable
from ..store import Link, Planned, links, records, sending, trail, writes
from .behind import leave_behind
from .deliver import send
from .learn import learn, readout
from .line import Post
from .observe import sort
from .render import Directory, Outgoing, renamed, render
from .settle import gone, settle
from .translate import arrived, part_stem

BATCH = 200


def recover(post: Post) -> None:
    """Find out about every write into this system whose answer nobody has lived to see.

    Unavailable where that cannot be found out now: until it is, nobody observes the entity there.
    What arrived would look like a person's edit.
    """
    after = 0
    size = max(BATCH, post.member.system.spec.limits.batch)  # a lost call is looked up in one
    while True:
        with post.line.store.read() as tx:
            batch = sending.in_doubt(tx, post.system, post.entity, after, size)
        if not batch:
            break
        after = batch[-1].id
        post.line.take_lease()
        outgoing = _outgoing(post, batch)
        _resend(post, [one for one in outgoing if one.write.action is Action.CREATE])
        _look(post, [one for one in outgoing if one.write.action is not Action.CREATE])
    if (post.system, post.entity) in post.line.unsure:
        with post.line.store.read() as tx:
            if sending.in_doubt(tx, post.system, post.entity, 0, 1):
                raise Unavailable(post.line.unsure[post.system, post.entity])


def _outgoing(post: Post, batch: Sequence[Planned]) -> list[Outgoing]:
    ids = [planned.record_id for planned in batch if planned.record_id is not None]
    with post.line.store.read() as tx:
        uids = records.uids(tx, ids)
        held = links.of_records(tx, ids)
        known = Directory.of(tx, post, batch)
    out: list[Outgoing] = []
    lost: list[Planned] = []
    for planned in batch:
        group = held.get(planned.record_id or 0, [])
        link = next((one for one in group if one.system == post.system), None)
        try:
            out.append(render(post, planned, link, uids[planned.record_id or 0], known))
        except (Reject, KeyError):
            lost.append(planned)
    if lost:  # what it pointed at has gone meanwhile: decided afresh
        with post.line.write() as tx:
            writes.drop(tx, [planned.id for planned in lost])
            again = sorted({planned.record_id for planned in lost if planned.record_id})
            records.ask(tx, post.line.flows(post.entity), post.entity, again)
    return out


def _resend(post: Post, creates: Sequence[Outgoing]) -> None:
    if not creates:
        return
    found = {} if post.promises(Trait.KEYED_CREATES) else _find(post, creates)
    missing = [one for one in creates if one.write.origin not in found]
    receipts = {
        one.write.id: Receipt(one.write.id, change.key, change.row, change.version, existed=True)
        for one in creates
        if (change := found.get(one.write.origin))
    }
    if missing:
        receipts |= {receipt.id: receipt for receipt in send(post, missing)}
    with post.line.write() as tx:
        settled = settle(tx, post, [(one, receipts[one.write.id]) for one in creates])
        again = [one.planned.record_id for one in creates if one.planned.record_id]
        records.ask(tx, post.line.flows(post.entity), post.entity, again)
    post.progress("recover", settled.sent)


def _find(post: Post, creates: Sequence[Outgoing]) -> dict[str, Change]:
    """Where keys cannot be chosen: rows that carry the record's id, by that id."""
    column = post.map.origin
    if column is None or not isinstance(post.connector, Finder):
        return {}  # accepted in the configuration: `at_least_once`
    changes = post.connector.find(post.entity, column, [one.write.origin for one in creates])
    return {
        origin: change
        for change in changes
        if change.row is not None and (origin := post.map.origin_of(change.row))
    }


def _look(post: Post, others: Sequence[Outgoing]) -> None:
    """Settle the paths that arrived; what did not arrive is decided again."""
    if not others:
        return
    keys = [str(one.write.key) for one in others]
    there = {change.key: change for change in post.connector.fetch(post.entity, keys)}
    changed: list[Link] = []
    arrived: list[tuple[Planned, Link | None]] = []
    for one in others:
        change = there.get(str(one.write.key))
        if one.link is not None and change is not None and change.row is not None:
            came = _arrived(post, one, one.link, change)
            changed += [one.link] if came else []
            arrived += [(one.planned, one.link)] if came else []
        elif one.link is not None and one.write.action is Action.DELETE:
            gone(one.link)
            arrived.append((one.planned, one.link))
    missing = [k for k in keys if k not in there]
    seen = sort(post, list(there.values()) + [Change(k, None) for k in missing])
    with post.line.write() as tx:
        leave_behind(tx, arrived)
        removed = [link for one, link in arrived if one.action == "delete" and link is not None]
        links.update(tx, changed + removed)
        for link in removed:  # by us: no news for anybody
            seen.news.pop(link.key, None)
        for link in changed:  # compared afresh with what is now shown
            seen.news.setdefault(
                link.key, (there[link.key], post.map.digest(there[link.key].row or {}))
            )
        learn(tx, post, seen)
        trail.narrow(tx, [one for one, _ in arrived], post.line.now())
        post.seal(tx, [one for one, _ in arrived])
        kept = {one.id for one, _ in arrived}
        writes.drop(tx, [one.planned.id for one in others if one.planned.id not in kept])
        ids = [one.planned.record_id for one in others if one.planned.record_id]
        records.ask(tx, post.line.flows(post.entity), post.entity, ids)


def _arrived(post: Post, one: Outgoing, link: Link, change: Change) -> bool:
    """Take what arrived of an update for shown, and the write for what arrived of it."""
    try:
        now, origins = readout(post, change.row or {})
    except Invalid:
        return False  # `learn` says so, with the row's key
    renamed(one, origins)
    chosen = {part_stem(name, id): id for id, name in one.stems.items()}
    link.parts |= {s: id for s, id in (chosen | origins).items() if s in now}
    shown = dict(link.shown or {})
    came = {
        told: path
        for told, path in one.paths.items()
        if now.get(path) != shown.get(path) and arrived(one.expected.get(path), now.get(path))
    }
    for told, path in came.items():
        link.lag.pop(told, None)
        if path in one.expected:
            shown[path] = now.get(path)
        else:  # a part that is gone takes its fields along
            shown = {p: v for p, v in shown.items() if p != path and not p.startswith(path + "/")}
            link.lag = {p: v for p, v in link.lag.items() if not p.startswith(told + "/")}
    link.shown = shown
    link.parts = {s: id for s, id in link.parts.items() if s in shown or s in now}
    one.planned.fields = {p: v for p, v in one.planned.fields.items() if p in came}
    one.planned.before = {p: v for p, v in one.planned.before.items() if _came(p, came)}
    return bool(came)


def _came(path: str, came: Mapping[str, str]) -> bool:
    """Whether a path arrived, or the removal of the part it belongs to."""
    return path in came or path.rpartition("/")[0] in came
