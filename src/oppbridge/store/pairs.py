"""Pairs of records that may be one, and what people said of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from .prepared import Prepared
from .rows import dump, load
from .schema import pair
from .transaction import Tx

OPEN, SAME, APART = "open", "same", "apart"


@dataclass(frozen=True, slots=True)
class Doubt:
    """Two records that may be one. `left` is the lower id; `equal` names a key both have."""

    left: int
    right: int
    entity: str
    score: float
    told: dict[str, float] = field(default_factory=dict)
    equal: str | None = None
    verdict: str = OPEN

    def other(self, id: int) -> int:
        """The one that is not `id`."""
        return self.right if id == self.left else self.left


def _deletion(column: Any, *conditions: Any) -> Prepared:
    return Prepared(lambda among: sa.delete(pair).where(*conditions, among(column)))


def _about(column: Any) -> Prepared:
    return Prepared(lambda among: sa.select(pair).where(among(column)))


_SIDES = (pair.c.left_id, pair.c.right_id)
_OF = [_about(side) for side in _SIDES]
_FORGET = [_deletion(side) for side in _SIDES]
_FORGET_OPEN = [_deletion(side, pair.c.verdict == OPEN) for side in _SIDES]


def of_records(tx: Tx, ids: Sequence[int]) -> list[Doubt]:
    """Every pair in which one of these records stands."""
    found: dict[tuple[int, int], Doubt] = {}
    for question in _OF:
        for row in tx.ask_each(question, ids):
            found[row[0], row[1]] = _doubt(row)
    return [found[both] for both in sorted(found)]


def still_open(tx: Tx, entity: str) -> list[Doubt]:
    """The pairs of an entity that nobody has judged, the likest first."""
    query = sa.select(pair).where(pair.c.entity == entity, pair.c.verdict == OPEN)
    order = (pair.c.score.desc(), pair.c.left_id, pair.c.right_id)
    return [_doubt(row) for row in tx.rows(query.order_by(*order))]


def replace(tx: Tx, ids: Sequence[int], doubts: Iterable[Doubt]) -> None:
    """Let these be the open pairs of these records; what people said stays."""
    for deletion in _FORGET_OPEN:
        tx.tell_each(deletion, ids)
    tx.insert(pair, _NAMES, [_row(one) for one in doubts], ignore=True)


def judge(tx: Tx, one: Doubt, verdict: str) -> None:
    """Store what a person said of a pair."""
    where = (pair.c.left_id == one.left, pair.c.right_id == one.right)
    tx.run(sa.update(pair).where(*where).values(verdict=verdict))


def joined(tx: Tx, into: Mapping[int, int]) -> list[int]:
    """Records have become others: whom they were told apart from, those stay apart from.

    Returns the records whose open pairs are to be looked at again.
    """
    everybody = sorted({*into, *into.values()})
    restless: set[int] = set()
    apart: list[Doubt] = []
    for one in of_records(tx, everybody):
        left, right = sorted((into.get(one.left, one.left), into.get(one.right, one.right)))
        if one.verdict == APART and left != right and {one.left, one.right} & into.keys():
            apart.append(Doubt(left, right, one.entity, one.score, one.told, one.equal, APART))
        if one.verdict == OPEN or {one.left, one.right} & into.keys():
            restless |= {one.left, one.right}
    for deletion in _FORGET:
        tx.tell_each(deletion, list(into))
    replace(tx, everybody, apart)
    return sorted(restless - set(everybody))


_NAMES = ("left_id", "right_id", "entity", "score", "told", "equal", "verdict")


def _row(one: Doubt) -> tuple[Any, ...]:
    told = dump(one.told) if one.told else None
    return (one.left, one.right, one.entity, one.score, told, one.equal, one.verdict)


def _doubt(row: Any) -> Doubt:
    left, right, entity, score, told, equal, verdict = row
    return Doubt(left, right, entity, score, load(told), equal, verdict)
