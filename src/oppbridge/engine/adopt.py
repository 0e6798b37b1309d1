"""Brings together records that systems held before they met: equal keys, alike values, rulings.

A record is looked at until it is first decided, and as long as it may be another one. What is too
alike to be two and not alike enough to be one becomes a pair about which a person is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from ..match.pairing import Pair, Seat, among, in_words, settled
from ..match.score import Traits
from ..merge import PRESENCE
from ..store import Link, Tx, joins, links, pairs, records, sending
from ..store.pairs import Doubt
from .compare import BLOCK, compared, keys_of, values_of
from .flow import EntityFlow
from .line import Line

BATCH = 2000


def _unseen(tx: Tx, kept: int, dropped: int, score: float, why: str) -> None:
    """Nobody watches."""


Joining = Callable[[Tx, int, int, float, str], None]
"""Called before a join with the record that stays, the one that goes, score and reason."""

Writing = Callable[[], AbstractContextManager[Tx]]


@dataclass(slots=True)
class Adoption:
    """What adopting one entity came to: (kept, dropped, why) of every join, and what to ask."""

    joined: list[tuple[int, int, str]] = field(default_factory=list)
    asked: list[Doubt] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Group:
    """Records that are one, how sure that is, and why."""

    ids: tuple[int, ...]
    score: float
    why: str


@dataclass(slots=True)
class Search:
    """One look for twins among the records of an entity that are to be decided."""

    line: Line
    flow: EntityFlow
    writing: Writing
    joining: Joining
    out: Adoption = field(default_factory=Adoption)
    fresh: set[int] = field(default_factory=set)
    apart: set[tuple[int, int]] = field(default_factory=set)
    ruled: list[Doubt] = field(default_factory=list)


def adopt(
    line: Line, flow: EntityFlow, writing: Writing | None = None, joining: Joining = _unseen
) -> Adoption:
    """Join records to decide with their twins; store the pairs a person must judge.

    `writing` gives the transactions; the line's own unless somebody wants to undo it all.
    """
    search = Search(line, flow, writing or line.write, joining)
    _follow_rules(search)
    _index(search)
    if not search.fresh:
        return search.out
    _rulings(search)
    doubts = [*_equal(search), *_alike(search)]
    _keep(search, doubts)
    return search.out


def _batches(search: Search) -> Iterator[list[int]]:
    ids = sorted(search.fresh)
    for start in range(0, len(ids), BATCH):
        yield [id for id in ids[start : start + BATCH] if id in search.fresh]


def _follow_rules(search: Search) -> None:
    """Note the keys of every record anew where it is matched by something else than before."""
    flow, name, told = search.flow, f"match/{search.flow.entity}", str(search.flow.match)
    with search.writing() as tx:
        if records.recall(tx, name) == told:
            return
        after = 0
        while ids := records.after(tx, flow.entity, after, BATCH):
            after = ids[-1]
            keys = [
                (id, *key)
                for id, record in records.by_id(tx, ids).items()
                for key in keys_of(flow, record.agreed)
            ]
            records.set_natural(tx, flow.entity, keys, ids)
        records.remember(tx, name, told)


def _index(search: Search) -> None:
    """Find the records that are not settled yet, and note their keys and blocks."""
    flow, after = search.flow, 0
    while True:
        with search.writing() as tx:
            ids = records.asked(tx, search.line.flow.name, flow.entity, after, BATCH)
            if not ids:
                return
            after = ids[-1]
            _unsettled(tx, search, ids)


def _unsettled(tx: Tx, search: Search, ids: Sequence[int]) -> None:
    doubts = pairs.of_records(tx, ids)
    doubted = {id for one in doubts for id in (one.left, one.right)}
    known = records.by_id(tx, ids)
    fresh = [id for id, one in known.items() if not one.agreed or id in doubted]
    held = links.of_records(tx, fresh)
    search.fresh |= held.keys()
    search.apart |= {(d.left, d.right) for d in doubts if d.verdict == pairs.APART}
    search.ruled += [one for one in doubts if one.verdict == pairs.SAME]
    keys = [
        (id, name, key)
        for id, group in held.items()
        for name, key in keys_of(search.flow, values_of(known[id], group))
    ]
    records.set_natural(tx, search.flow.entity, keys, held)


def _rulings(search: Search) -> None:
    """Join what a person said is one."""
    told = [Group((one.left, one.right), 1.0, "a person said so") for one in search.ruled]
    if told:
        with search.writing() as tx:
            _join(tx, search, told)


def _equal(search: Search) -> list[Pair]:
    """Join records with equal natural keys; the pairs among which nobody can tell."""
    asked: dict[tuple[int, int], Pair] = {}
    for name in search.flow.match.exact:
        for ids in _batches(search):
            with search.writing() as tx:
                groups = _groups(tx, search, name, ids)
                seats = seats_of(tx, search.flow, {id for group in groups for id in group})
                chosen: list[Group] = []
                for group in groups:
                    seated = [seats[id] for id in group if id in seats]
                    sole, open_ = among(name, seated, search.apart)
                    if len(sole) > 1:
                        chosen.append(Group(tuple(s.id for s in sole), 1.0, f"equal {name}"))
                    for one in open_:
                        if not _everywhere(search.flow, seats, one):
                            asked.setdefault(one.both, one)
                _join(tx, search, chosen)
    return list(asked.values())


def _groups(tx: Tx, search: Search, name: str, ids: Sequence[int]) -> list[list[int]]:
    """Records with the same key, for each key that one of `ids` has and more than one record."""
    wanted = {value for _, field, value in records.natural_of(tx, ids) if field == name}
    groups: dict[str, list[int]] = {}
    for value, id in records.with_natural(tx, search.flow.entity, name, sorted(wanted)):
        groups.setdefault(value, []).append(id)
    return [group for group in groups.values() if len(group) > 1]


def seats_of(tx: Tx, flow: EntityFlow, ids: Iterable[int]) -> dict[int, Seat]:
    """Where records stand, and their natural keys; without those that no row stands for."""
    chosen = sorted(ids)
    keys: dict[int, dict[str, str]] = {}
    for id, name, value in records.natural_of(tx, chosen) if flow.match.exact else ():
        if name != BLOCK:
            keys.setdefault(id, {})[name] = value
    return {
        id: Seat(id, frozenset(there), keys.get(id, {}))
        for id, there in links.systems_of(tx, chosen).items()
        if any(there.values())
    }


def _everywhere(flow: EntityFlow, seats: Mapping[int, Seat], one: Pair) -> bool:
    """Whether both have a row in every system, so that nothing is left to create."""
    return all(flow.members.keys() <= seats[id].systems for id in one.both)


def _alike(search: Search) -> list[Pair]:
    """Join records that are alike enough; the pairs that are alike, and not enough."""
    if not search.flow.match.fuzzy:
        return []
    found: dict[tuple[int, int], Pair] = {}
    traits: dict[int, Traits] = {}
    with search.writing() as tx:
        for ids in _batches(search):
            alike = compared(tx, search.flow, ids, search.fresh, traits)
            found |= {one.both: one for one in alike}
        seats = seats_of(tx, search.flow, {id for both in found for id in both})
        known = [one for one in found.values() if one.left in seats and one.right in seats]
        joined, asked = settled(search.flow.match, known, seats, search.apart)
        _join(tx, search, [Group(o.both, o.score, _in_words(o)) for o in joined])
    return asked


def _in_words(one: Pair) -> str:
    return in_words(one.score, one.told, one.equal)


def _join(tx: Tx, search: Search, groups: Sequence[Group]) -> None:
    """Make records one, unless they have come to stand in one system, or one is being written."""
    ids = sorted({id for group in groups for id in group.ids})
    known, busy = records.by_id(tx, ids), sending.under_way(tx, ids)
    held = links.of_records(tx, ids)
    into: dict[int, int] = {}
    told: list[joins.Join] = []
    for group in groups:
        chosen = {_stayed(into, id) for id in group.ids} & known.keys()
        kept, *others = sorted(chosen, key=lambda i: (i not in busy, not known[i].agreed, i))
        for one in others:
            mine = {link.system for link in held[kept]}
            if one in busy or mine & {link.system for link in held[one]}:
                continue
            search.joining(tx, kept, one, group.score, group.why)
            held[kept] += [_met(link) for link in held[one]]
            into[one] = kept
            told.append((kept, one, group.why))
    told = [(_stayed(into, kept), one, why) for kept, one, why in told]
    links.update(tx, [link for one in into for link in held[one]])
    restless = joins.join(tx, told) if told else []
    stayed = sorted({*restless, *into.values()} - into.keys())
    records.ask(tx, search.line.flows(search.flow.entity), search.flow.entity, stayed)
    search.fresh -= into.keys()
    search.out.joined += told


def _stayed(into: Mapping[int, int], id: int) -> int:
    while id in into:
        id = into[id]
    return id


def _met(link: Link) -> Link:
    """A link as if its row were met for the first time: all that it shows is news."""
    if link.gone:
        link.shown, link.news, link.parts = {PRESENCE: None}, None, {}
    elif link.news is None:
        link.news = link.shown
    link.shown = link.shown if link.gone else None
    link.lag = {}
    return link


def _keep(search: Search, found: Sequence[Pair]) -> None:
    """Store the pairs to ask about in place of those these records had."""
    gone = {dropped for _, dropped, _ in search.out.joined}
    chosen = {one.both: one for one in reversed(found) if gone.isdisjoint(one.both)}
    search.out.asked = [
        Doubt(one.left, one.right, search.flow.entity, one.score, dict(one.told), one.equal)
        for one in chosen.values()
    ]
    with search.writing() as tx:
        pairs.replace(tx, sorted(search.fresh), search.out.asked)
