"""Natural keys and blocks of records, and the comparison of those that share a block."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence

from ..match.blocks import CROWDED, blocks
from ..match.pairing import Pair, pair
from ..match.rules import MatchRules
from ..match.score import Traits, score, traits
from ..match.spelling import key_of
from ..records.scalars import Scalar
from ..records.values import Values
from ..store import Link, Record, Tx, links, records
from .docket import Decision
from .flow import EntityFlow

BLOCK = "~"
"""The natural key under which a record's blocks are kept."""


def values_of(record: Record, held: Sequence[Link]) -> Values:
    """A record as agreed, else as its links show it. References of the latter are native keys.

    What the only row of a record shows anew counts: nobody can overrule it.
    """
    there = [link for link in held if not link.gone]
    if len(there) == 1 and there[0].news is not None:
        return record.agreed | there[0].news
    values: dict[str, Scalar] = {}
    for link in there:
        values |= link.news or link.shown or {}
    return values | record.agreed


def keys_of(flow: EntityFlow, values: Values) -> Iterable[tuple[str, str]]:
    """(name, key) of everything a record may be found by."""
    for name in flow.match.exact:
        if (key := key_of(flow.entity, name, values)) is not None:
            yield name, key
    if flow.match.fuzzy:
        found = traits(flow.entity, flow.match, values)
        yield from ((BLOCK, block) for block in blocks(flow.entity, flow.match, found))


def rekey(tx: Tx, flow: EntityFlow, decisions: Iterable[Decision]) -> None:
    """Note the keys of records as they are now agreed, where they have changed."""
    keys: list[tuple[int, str, str]] = []
    ids: list[int] = []
    for one in decisions:
        now = set(keys_of(flow, one.merged.values))
        if one.base and now == set(keys_of(flow, one.base)):
            continue
        ids.append(one.record.id)
        keys += [(one.record.id, name, key) for name, key in sorted(now)]
    records.set_natural(tx, flow.entity, keys, ids)


def compared(
    tx: Tx, flow: EntityFlow, ids: Sequence[int], everyone: Container[int], known: dict[int, Traits]
) -> Iterator[Pair]:
    """The pairs of these records with others that are alike enough to ask about.

    `ids` are some of `everyone` who is to be compared: a pair among them is told once. `known` are
    the traits read so far.
    """
    candidates = _candidates(tx, flow, ids)
    everybody = sorted({*candidates, *(id for others in candidates.values() for id in others)})
    there = {
        id: frozenset(systems)
        for id, systems in links.systems_of(tx, everybody).items()
        if any(systems.values())
    }
    known |= _traits(tx, flow.entity, flow.match, sorted(there.keys() - known.keys()))
    for id, others in candidates.items():
        for other in others:
            if other not in there or id not in there or there[id] & there[other]:
                continue
            if other < id and other in everyone:
                continue
            reached, told = score(flow.entity, flow.match, known[id], known[other])
            if reached >= flow.match.ask_above:
                yield pair(id, other, reached, told)


def _candidates(tx: Tx, flow: EntityFlow, ids: Sequence[int]) -> dict[int, set[int]]:
    """Those who share a block with each record; a crowded block says nothing."""
    mine: dict[str, list[int]] = {}
    for id, name, block in records.natural_of(tx, ids):
        if name == BLOCK:
            mine.setdefault(block, []).append(id)
    shared: dict[str, list[int]] = {}
    for block, id in records.with_natural(tx, flow.entity, BLOCK, sorted(mine)):
        shared.setdefault(block, []).append(id)
    found: dict[int, set[int]] = {}
    for block, owners in mine.items():
        if 1 < len(shared[block]) <= CROWDED:
            for id in owners:
                found.setdefault(id, set()).update(shared[block])
    for id, others in found.items():
        others.discard(id)
    return found


def _traits(tx: Tx, entity: str, rules: MatchRules, ids: Sequence[int]) -> dict[int, Traits]:
    found: dict[int, Traits] = {}
    for start in range(0, len(ids), 2000):
        chosen = ids[start : start + 2000]
        held = links.of_records(tx, chosen)
        for id, record in records.by_id(tx, chosen).items():
            found[id] = traits(entity, rules, values_of(record, held.get(id, ())))
    return found
