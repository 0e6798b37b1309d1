"""Turns news of rows into links, records and things to decide, inside one transaction."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from ..contract import Change, Native
from ..errors import Invalid
from ..merge import PRESENCE
from ..records.scalars import Scalar, instant_text
from ..records.values import pattern, reference_patterns
from ..store import Link, Planned, Tx, cursors, links, records, writes
from .line import Post

SPACE = uuid.UUID("7f3a0f0e-5a0f-4c55-9d5c-6a2f4b8e1d11")

News = dict[str, tuple[Change, bytes | None]]
Stranger = tuple[Change, bytes, dict[str, Scalar], dict[str, str]]


@dataclass(slots=True)
class Seen:
    """A page sorted: links met, rows that may be news, versions that moved on their own."""

    known: list[int] = field(default_factory=list)
    news: News = field(default_factory=dict)
    versions: list[tuple[int, str | None]] = field(default_factory=list)
    unchanged: int = 0


@dataclass(slots=True)
class _Learned:
    """What a page of news comes to."""

    fresh: list[Link] = field(default_factory=list)
    moved: list[Link] = field(default_factory=list)
    ask: set[int] = field(default_factory=set)
    told: list[tuple[int, str, str, str, dict[str, Scalar]]] = field(default_factory=list)
    back: list[str] = field(default_factory=list)  # keys of rows that had gone and stand again
    unreadable: dict[str, str] = field(default_factory=dict)
    readable: list[str] = field(default_factory=list)


def learn(tx: Tx, post: Post, seen: Seen) -> list[int]:
    """Store the news of a page. Returns the ids of every link the page showed."""
    links.touch(tx, seen.versions)
    if not seen.news:
        return seen.known
    known = links.by_key(tx, post.system, post.entity, list(seen.news))
    out = _Learned()
    strangers: list[Stranger] = []
    for key, (change, digest) in seen.news.items():
        link = known.get(key)
        if change.row is None or digest is None:
            if link is not None:
                _removed(post, link, out)
            continue
        try:
            values, parts = readout(post, change.row)
        except Invalid as exc:
            out.unreadable[key] = str(exc)
            continue
        out.readable.append(key)
        if link is None:
            strangers.append((change, digest, values, parts))
        else:
            link.parts = adopted(parts, link.parts, values)
            _moved(post, link, change, digest, values, out)
    _introduce(tx, post, strangers, out)
    _store(tx, post, out)
    return seen.known + [link.id for link in out.fresh]


def readout(post: Post, row: Native) -> tuple[dict[str, Scalar], dict[str, str]]:
    """What a row says, and the ids its parts carry where the map names a column for them."""
    values: dict[str, Scalar] = {PRESENCE: True, **post.map.read(row)}
    parts: dict[str, str] = {}
    if post.map.part_origins:
        for path in [p for p in values if p.endswith("/@")]:
            id = uuid_text(str(values.pop(path)))
            if id is not None:
                parts[path.removesuffix("/@")] = id
    return values, adopted(parts, {}, values)


def adopted(
    own: Mapping[str, str], known: Mapping[str, str], there: Mapping[str, Scalar]
) -> dict[str, str]:
    """The ids of parts: those known, and what parts say themselves unless another one has it.

    A copied line carries the id of the one it was copied from, and is a line of its own.
    """
    out = dict(known)
    taken = {id for stem, id in known.items() if stem in there}
    for stem, id in own.items():
        if stem not in out and id not in taken:
            out[stem] = id
            taken.add(id)
    return out


def uuid_text(text: str) -> str | None:
    """The text of a UUID in its one spelling; None for anything else."""
    try:
        return str(uuid.UUID(text)) if len(text) == 36 else None
    except ValueError:
        return None


def _removed(post: Post, link: Link, out: _Learned) -> None:
    if link.gone:
        return
    before = link.news or link.shown or {}
    link.gone, link.digest, link.news = True, None, {}
    link.at, link.seen = None, post.line.stamp()
    out.moved.append(link)
    out.ask.add(link.record_id)
    if before:
        _tell(post, link, {PRESENCE: None}, out)


def _moved(
    post: Post,
    link: Link,
    change: Change,
    digest: bytes,
    values: dict[str, Scalar],
    out: _Learned,
) -> None:
    before = link.news or link.shown or {}
    if link.gone:
        out.back.append(link.key)
    link.digest, link.version, link.gone = digest, change.version, False
    link.at = instant_text(change.at) if change.at else None
    link.seen = post.line.stamp()
    link.news = None if values == link.shown else values
    out.moved.append(link)
    if link.news is not None:
        out.ask.add(link.record_id)
    if changed := differences(before, values):
        _tell(post, link, changed, out)


def differences(before: Mapping[str, Scalar], now: Mapping[str, Scalar]) -> dict[str, Scalar]:
    """Paths whose values differ, with the value they have now (None: not there)."""
    changed = {path: value for path, value in now.items() if before.get(path) != value}
    for path in before.keys() - now.keys():
        if before[path] is not None:
            changed[path] = None
    return changed


def _tell(post: Post, link: Link, changed: dict[str, Scalar], out: _Learned) -> None:
    flow = post.line.flow.entity(post.entity)
    if flow is not None and flow.remembered:
        seen = link.seen or post.line.stamp()
        out.told.append((link.record_id, post.system, link.at or seen, seen, changed))


def uid_of(post: Post, change: Change) -> str:
    """The record id of a row seen for the first time: what it says itself, else derived."""
    origin = post.map.origin_of(change.row) if change.row is not None else None
    if origin is not None and (own := uuid_text(origin)) is not None:
        return own
    return derived_uid(post, change.key)


def derived_uid(post: Post, key: str) -> str:
    """The record id that follows from where a row was seen first, also after a lost store."""
    return str(uuid.uuid5(SPACE, f"{post.entity}/{post.system}/{key}"))


def _introduce(
    tx: Tx,
    post: Post,
    strangers: Sequence[Stranger],
    out: _Learned,
) -> None:
    """Give rows nobody has met a link, and a record where none has their uid."""
    if not strangers:
        return
    uids = [uid_of(post, change) for change, *_ in strangers]
    known = records.by_uid(tx, post.entity, uids)
    taken = set(links.keys_of(tx, post.system, list(known.values())))
    made: list[tuple[int, str, str]] = []
    ids = iter(tx.allocate("record", len(strangers)))
    for link_id, (change, digest, values, parts), uid in zip(
        tx.allocate("link", len(strangers)), strangers, uids, strict=True
    ):
        own = uid
        if known.get(own) in taken:  # a copied row carries the origin of the one it was copied from
            own = derived_uid(post, change.key)
        record_id = known.get(own)
        if record_id is None:
            record_id = known[own] = next(ids)
            made.append((record_id, post.entity, own))
        taken.add(record_id)
        link = Link(link_id, record_id, post.system, post.entity, change.key)
        link.version, link.digest, link.news = change.version, digest, values
        link.parts = parts
        link.at = instant_text(change.at) if change.at else None
        link.seen = post.line.stamp()
        out.fresh.append(link)
        out.ask.add(record_id)
        _tell(post, link, {p: v for p, v in values.items() if v is not None}, out)
    records.insert(tx, made)
    links.insert(tx, out.fresh)


def _store(tx: Tx, post: Post, out: _Learned) -> None:
    links.update(tx, out.moved)
    cursors.note_changes(tx, out.told)
    records.ask(tx, post.line.flows(post.entity), post.entity, sorted(out.ask))
    if out.fresh or out.back:
        wake(tx, post, [*(link.key for link in out.fresh), *out.back])
    letters = writes.unreadable(tx, post.system, post.entity, [*out.unreadable, *out.readable])
    same = {key for key, (_, why) in letters.items() if out.unreadable.get(key) == why}
    writes.drop(tx, [id for key, (id, _) in letters.items() if key not in same])
    fresh = [_letter(post, key, why) for key, why in out.unreadable.items() if key not in same]
    writes.insert(tx, fresh, post.line.run_id)
    post.count("dead", len(fresh))


def wake(tx: Tx, post: Post, keys: Sequence[str]) -> None:
    """Have records decided that waited for these keys to stand for a row, maybe once more."""
    waiting = links.take_awaiting(tx, post.system, post.entity, keys)
    known, held = records.by_id(tx, waiting), links.of_records(tx, waiting, post.system)
    by_entity: dict[str, list[int]] = {}
    told: list[Link] = []
    for record in known.values():
        by_entity.setdefault(record.entity, []).append(record.id)
        told += [link for link in held.get(record.id, ()) if _points_anew(post, link, set(keys))]
    links.update(tx, told)
    for entity, ids in by_entity.items():
        records.ask(tx, post.line.flows(entity), entity, ids)


def _points_anew(post: Post, link: Link, keys: AbstractSet[str]) -> bool:
    """Make news of what a link points at that stood for nobody when it was told."""
    targets, shown = reference_patterns(link.entity), link.shown or {}
    paths = [p for p, v in shown.items() if v in keys and targets.get(pattern(p)) == post.entity]
    if paths:
        link.news, link.shown = link.news or shown, shown | dict.fromkeys(paths)
    return bool(paths)


def _letter(post: Post, key: str, why: str) -> Planned:
    """A dead letter for a row that cannot be read."""
    return Planned(
        id=0,
        flow=post.line.flow.name,
        record_id=None,
        link_id=None,
        system=post.system,
        entity=post.entity,
        action="read",
        key=key,
        fields={},
        before={},
        reasons={},
        state="dead",
        digest="",
        why=why,
        planned=post.line.now(),
    )
