"""What the rates have learned: won and closed deals by level, kept as one JSON text.

Only sums are kept, so the order in which deals close changes nothing and the text does not grow
with the number of deals.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from ..errors import Invalid

VERSION = 1
MOST_LEVELS = 400
OTHER = "other levels"

Tally = tuple[int, int]  # won, closed
Tallies = Mapping[str, Tally]
NOTHING: Tally = (0, 0)


@dataclass(frozen=True, slots=True)
class Closing:
    """One deal to be counted (`sign` 1) or taken back (-1), with its levels before it closed."""

    sign: int
    won: int
    pipeline: str
    stages: frozenset[str]
    levels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sample:
    """Open deals counted: how many, how many had each input filled, and how many each score."""

    seen: int = 0
    filled: Mapping[str, int] = field(default_factory=dict)
    scores: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Learned:
    """Tallies by pipeline, by pipeline and stage, and by input and level.

    `cuts` are the least scores of A, B and C, fixed when `cut_at` deals had closed. `open` is the
    sample they were taken from, or the one being taken.
    """

    pipelines: Tallies = field(default_factory=dict)
    stages: Mapping[str, Tallies] = field(default_factory=dict)
    inputs: Mapping[str, Tallies] = field(default_factory=dict)
    open: Sample = field(default_factory=Sample)
    cuts: tuple[int, int, int] | None = None
    cut_at: int = 0

    @property
    def total(self) -> Tally:
        """All deals won and closed."""
        return summed(self.pipelines.values())


def summed(tallies: Any) -> Tally:
    """The sum of tallies."""
    won = closed = 0
    for w, n in tallies:
        won, closed = won + w, closed + n
    return won, closed


def load(text: str | None) -> Learned:
    """Read what `dump` wrote; None is nothing yet. Raises Invalid for any other text."""
    if text is None:
        return Learned()
    try:
        found = orjson.loads(text)
        if found["version"] != VERSION:
            raise Invalid(f"rates of version {found['version']!r} are not known here")
        cuts = found["cuts"]
        return Learned(
            _tallies(found["pipelines"]),
            {name: _tallies(inner) for name, inner in found["stages"].items()},
            {name: _tallies(inner) for name, inner in found["inputs"].items()},
            Sample(
                _count(found["open"]["seen"]),
                {name: _count(n) for name, n in found["open"]["filled"].items()},
                {str(int(s)): _count(n) for s, n in found["open"]["scores"].items()},
            ),
            None if cuts is None else (_count(cuts[0]), _count(cuts[1]), _count(cuts[2])),
            _count(found["cut_at"]),
        )
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as exc:
        raise Invalid(f"what the rates have learned cannot be read: {exc!r}") from None


def _tallies(found: Mapping[str, Any]) -> dict[str, Tally]:
    return {level: (_count(won), _count(closed)) for level, (won, closed) in found.items()}


def _count(number: Any) -> int:
    if not isinstance(number, int) or isinstance(number, bool) or number < 0:
        raise ValueError(f"{number!r} is not a count")
    return number


def dump(learned: Learned) -> str:
    """One JSON text; equal counts give equal texts."""
    document = {
        "version": VERSION,
        "pipelines": learned.pipelines,
        "stages": learned.stages,
        "inputs": learned.inputs,
        "open": {
            "seen": learned.open.seen,
            "filled": learned.open.filled,
            "scores": learned.open.scores,
        },
        "cuts": learned.cuts,
        "cut_at": learned.cut_at,
    }
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS).decode()


def count(learned: Learned, closings: Sequence[Closing]) -> Learned:
    """The counts with these closings added or taken back. No count falls below nothing."""
    pipelines: dict[str, Tally] = {}
    stages: dict[str, dict[str, Tally]] = {}
    inputs: dict[str, dict[str, Tally]] = {}
    for closing in closings:
        _add(pipelines, closing.pipeline, closing)
        for stage in closing.stages:
            _add(stages.setdefault(closing.pipeline, {}), stage, closing)
        for name, level in closing.levels.items():
            _add(inputs.setdefault(name, {}), level, closing)
    return Learned(
        _joined(learned.pipelines, pipelines),
        _joined_each(learned.stages, stages),
        _joined_each(learned.inputs, inputs),
        learned.open,
        learned.cuts,
        learned.cut_at,
    )


def _add(tallies: dict[str, Tally], level: str, closing: Closing) -> None:
    won, closed = tallies.get(level, NOTHING)
    tallies[level] = (won + closing.sign * closing.won, closed + closing.sign)


def _joined_each(
    held: Mapping[str, Tallies], more: Mapping[str, Tallies]
) -> dict[str, dict[str, Tally]]:
    names = sorted(held.keys() | more.keys())
    return {name: _joined(held.get(name, {}), more.get(name, {})) for name in names}


def _joined(held: Tallies, more: Tallies) -> dict[str, Tally]:
    joined = dict(held)
    for level, (won, closed) in more.items():
        # A level that was folded away takes its corrections where it went.
        at = level if level in joined or closed > 0 or OTHER not in joined else OTHER
        w, n = joined.get(at, NOTHING)
        total = max(n + closed, 0)
        joined[at] = (min(max(w + won, 0), total), total)
    kept = {level: tally for level, tally in joined.items() if tally[1]}
    return kept if len(kept) <= MOST_LEVELS else _folded(kept)


def _folded(tallies: Tallies) -> dict[str, Tally]:
    """The most frequent levels; the rest become one."""
    rest = dict(tallies)
    other = rest.pop(OTHER, NOTHING)
    ranked = sorted(rest, key=lambda level: (-rest[level][1], level))
    most = MOST_LEVELS // 2
    folded = summed([other, *(rest[level] for level in ranked[most:])])
    return {**{level: rest[level] for level in ranked[:most]}, OTHER: folded}
