"""Which records are joined and about which a person is asked: the judgement, without any store."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from .rules import MatchRules

Two = tuple[int, int]

MOST = 10
"""Candidates a record is asked about at most, the likest first."""


@dataclass(frozen=True, slots=True)
class Seat:
    """What pairing must know of a record: where it has a row, its natural keys."""

    id: int
    systems: frozenset[str]
    keys: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records that may be one, the lower id first. `equal` names a natural key of both."""

    left: int
    right: int
    score: float
    told: Mapping[str, float] = field(default_factory=dict)
    equal: str | None = None

    @property
    def both(self) -> Two:
        """The two ids."""
        return self.left, self.right


def pair(one: int, other: int, score: float, told: Mapping[str, float]) -> Pair:
    """A pair of alike records, whichever is named first."""
    return Pair(min(one, other), max(one, other), score, told)


def in_words(score: float, told: Mapping[str, float], equal: str | None) -> str:
    """`0.97 alike: city 1, name 0.96`, or `equal number`."""
    if equal is not None:
        return f"equal {equal}"
    return f"{score:.2g} alike: " + ", ".join(f"{name} {n:.2g}" for name, n in sorted(told.items()))


def contradict(one: Seat, other: Seat) -> bool:
    """Whether a natural key both have says that they are two."""
    return any(other.keys.get(name, key) != key for name, key in one.keys.items())


def among(
    name: str, group: Sequence[Seat], apart: Collection[Two]
) -> tuple[list[Seat], list[Pair]]:
    """Who of a group with one natural key is joined, and which pairs a person is asked about.

    Joined are records of systems that have one of them each. Where a system has several, where
    another key contradicts, or a person said that they are two, nobody can tell.
    """
    ordered = sorted(group, key=lambda seat: seat.id)
    count: dict[str, int] = {}
    for seat in ordered:
        for system in seat.systems:
            count[system] = count.get(system, 0) + 1
    sole = [seat for seat in ordered if all(count[system] == 1 for system in seat.systems)]
    if any(contradict(a, b) or (a.id, b.id) in apart for a, b in combinations(sole, 2)):
        sole = []
    joined = {seat.id for seat in sole} if len(sole) > 1 else set()
    asked = [
        Pair(a.id, b.id, 1.0, {name: 1.0}, equal=name)
        for a, b in combinations(ordered[: MOST + 1], 2)
        if not (a.id in joined and b.id in joined) and (a.id, b.id) not in apart
    ]
    return [seat for seat in sole if seat.id in joined], asked


def settled(
    rules: MatchRules, pairs: Iterable[Pair], seats: Mapping[int, Seat], apart: Collection[Two]
) -> tuple[list[Pair], list[Pair]]:
    """Of alike pairs, those to join and those to ask about.

    Joined is a pair that is likely enough, contradicted by no key, and the only likely one that
    either record has in the other's systems.
    """
    fit = [
        one
        for one in pairs
        if one.both not in apart and not seats[one.left].systems & seats[one.right].systems
    ]
    fit.sort(key=lambda one: (-one.score, one.both))
    likely = [
        one
        for one in fit
        if one.score >= rules.link_above and not contradict(seats[one.left], seats[one.right])
    ]
    rivals: dict[tuple[int, str], int] = {}
    for one in likely:
        for mine, other in (one.both, one.both[::-1]):
            for system in seats[other].systems:
                rivals[mine, system] = rivals.get((mine, system), 0) + 1
    joined = [one for one in likely if _alone(one, seats, rivals)]
    return joined, _asked(fit, joined, seats)


def _alone(one: Pair, seats: Mapping[int, Seat], rivals: Mapping[tuple[int, str], int]) -> bool:
    return all(
        rivals[mine, system] == 1
        for mine, other in (one.both, one.both[::-1])
        for system in seats[other].systems
    )


def _asked(fit: Sequence[Pair], joined: Sequence[Pair], seats: Mapping[int, Seat]) -> list[Pair]:
    """What is left to ask: a record that was joined has its row in the other's system now."""
    systems = {id: set(seat.systems) for id, seat in seats.items()}
    for one in joined:
        systems[one.left] = systems[one.right] = systems[one.left] | systems[one.right]
    done = {one.both for one in joined}
    count: dict[int, int] = {}
    asked: list[Pair] = []
    for one in fit:
        if one.both in done or systems[one.left] & systems[one.right]:
            continue
        if max(count.get(one.left, 0), count.get(one.right, 0)) < MOST:
            asked.append(one)
            for id in one.both:
                count[id] = count.get(id, 0) + 1
    return asked
