"""What matching proposes, and what people say of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from ..errors import ConfigError
from ..records.scalars import Scalar
from ..store import Planned, Record, Tx, links, pairs, records, writes
from ..store.pairs import Doubt

if TYPE_CHECKING:
    from ..engine import EntityFlow, Line

Flows = Callable[[str], Sequence[str]]

NEW = "new"
"""The choice that says: it is none of them."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of two records that may be one: where it stands, and what it shows there."""

    systems: Mapping[str, str]  # native key by system
    values: Mapping[str, Scalar]


@dataclass(frozen=True, slots=True)
class Match:
    """Two records that will be joined (`link`), or about which a person is asked (`ask`).

    `writes` are the held writes whose approval settles it, once a plan has been made.
    """

    entity: str
    verdict: str
    score: float
    why: str
    left: Side
    right: Side
    writes: Sequence[int] = field(default_factory=tuple)

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)


class _UndoneError(Exception):
    """Takes back what was only tried."""


def proposals(line: Line) -> list[Match]:
    """What the next decision would join and ask, without doing it, and what is asked already."""
    found: list[Match] = []
    for flow in line.flow.entities:
        if flow.match:
            with suppress(_UndoneError), line.write() as tx:
                found += _tried(tx, line, flow)
                raise _UndoneError
    return found


def _tried(tx: Tx, line: Line, flow: EntityFlow) -> list[Match]:
    from ..engine.adopt import adopt
    from ..match.pairing import in_words

    found: list[Match] = []

    @contextmanager
    def same() -> Iterator[Tx]:
        yield tx

    def joining(_tx: Tx, kept: int, dropped: int, score: float, why: str) -> None:
        left, right = _side(tx, flow, kept), _side(tx, flow, dropped)
        found.append(Match(flow.entity, "link", score, why, left, right))

    adopt(line, flow, same, joining)
    for one in pairs.still_open(tx, flow.entity):
        left, right = _side(tx, flow, one.left), _side(tx, flow, one.right)
        if left.systems and right.systems:
            why = in_words(one.score, one.told, one.equal)
            asked = [w.id for w in _asked(tx, one) if w.flow == line.flow.name]
            found.append(Match(flow.entity, "ask", one.score, why, left, right, asked))
    return found


def _side(tx: Tx, flow: EntityFlow, id: int) -> Side:
    from ..engine.compare import values_of
    from ..engine.doubt import telling

    record, held = _record(tx, id), links.of_records(tx, [id]).get(id, [])
    if record is None:
        return Side({}, {})
    values = values_of(record, held)
    shown = {name: values[name] for name in telling(flow) if values.get(name) is not None}
    return Side({link.system: link.key for link in held if not link.gone}, shown)


def _record(tx: Tx, id: int) -> Record | None:
    return records.by_id(tx, [id]).get(id)


def _asked(tx: Tx, one: Doubt) -> list[Planned]:
    """The held writes that ask about a pair."""
    found = writes.about(tx, [one.left, one.right], "match", "held")
    places = links.systems_of(tx, [one.left, one.right])
    return [w for w in found if w.system in places.get(one.other(w.record_id or 0), ())]


def settle_match(tx: Tx, write: Planned, choice: str | None, flows: Flows) -> None:
    """Note whether a record is the one with the key `choice`, or new. Raises ConfigError."""
    mine = write.record_id or 0
    doubts = [one for one in pairs.of_records(tx, [mine]) if one.verdict == pairs.OPEN]
    held = links.of_records(tx, [one.other(mine) for one in doubts])
    keys = {
        link.key: one
        for one in doubts
        for link in held.get(one.other(mine), [])
        if link.system == write.system and not link.gone
    }
    if choice not in (NEW, *keys):
        names = ", ".join(sorted(keys)) or "none is there yet"
        raise ConfigError(
            f"write {write.id} {write.why}; choose `{NEW}`, or the row it is: {names}"
        )
    if choice == NEW:
        for one in doubts:
            if one in keys.values() or not keys:
                pairs.judge(tx, one, pairs.APART)
    else:
        _same(tx, write, keys[str(choice)])
    ids = sorted({id for one in doubts for id in (one.left, one.right)})
    records.ask(tx, flows(write.entity), write.entity, ids)


def _same(tx: Tx, write: Planned, one: Doubt) -> None:
    there = links.systems_of(tx, [one.left, one.right])
    both = sorted(there[one.left].keys() & there[one.right].keys())
    if both:
        told = f"both have a row in {', '.join(both)}; merge them there, or choose `{NEW}`"
        raise ConfigError(f"write {write.id}: the two cannot be joined: {told}")
    pairs.judge(tx, one, pairs.SAME)
