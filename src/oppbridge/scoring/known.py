"""What was known of a deal at one moment: values and changes seen by then, and nothing later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from ..decision import Observed, Subject
from ..records import Scalar, Values

TRACKED = ("stage", "amount", "closes", "owner", "forecast", "probability")
"""The fields whose changes over time say something about a deal."""

OUTCOMES = {"won": 1, "lost": 0}
CLOSED = frozenset({"won", "lost", "canceled"})


@dataclass(frozen=True, slots=True)
class Step:
    """One change of one field; `old` is None for the first statement."""

    since: datetime
    old: Scalar
    new: Scalar


@dataclass(frozen=True, slots=True)
class Known:
    """A deal as it was known at `as_of`: values, steps by field, and the order of the stages."""

    values: Values
    steps: Mapping[str, Sequence[Step]]
    as_of: datetime
    today: date
    order: Mapping[str, int]


def is_closed(values: Values) -> bool:
    """Whether the deal is over: won, lost or canceled."""
    return values.get("status") in CLOSED


def known(subject: Subject, as_of: datetime, order: Mapping[str, int]) -> Known:
    """The deal as it was known at `as_of`; `order` numbers the stages."""
    entries = seen_by(subject.history, as_of)
    values = _values(subject, entries)
    return Known(values, steps(entries), as_of, as_of.astimezone(UTC).date(), order)


def known_values(subject: Subject, as_of: datetime) -> Values:
    """The values known at `as_of`.

    Merged values stand, except where a later observation of the same field shows that they may
    stem from it: such fields are put together again from what was seen by then.
    """
    return _values(subject, seen_by(subject.history, as_of))


def seen_by(history: Sequence[Observed], as_of: datetime) -> Sequence[Observed]:
    """The entries already seen, about what was already true, at `as_of`."""
    for entry in history:
        if entry.seen > as_of or entry.since > as_of:
            return [e for e in history if e.seen <= as_of and e.since <= as_of]
    return history


def _values(subject: Subject, entries: Sequence[Observed]) -> Values:
    if len(entries) == len(subject.history):
        return subject.values
    kept = set(map(id, entries))
    later = {_whole(path) for e in subject.history if id(e) not in kept for path in e.values}
    values = {path: value for path, value in subject.values.items() if _whole(path) not in later}
    held = _held(entries)
    values.update({path: held[path] for path in sorted(held) if _whole(path) in later})
    return values


def _held(entries: Sequence[Observed]) -> dict[str, Scalar]:
    """What the entries come to; a collection is taken from the system that showed it first."""
    held: dict[str, Scalar] = {}
    showing: dict[str, str] = {}
    for entry in entries:
        who = entry.system
        held |= {
            path: value
            for path, value in entry.values.items()
            if "/" not in path or showing.setdefault(_whole(path), who) == who
        }
    return held


def _whole(path: str) -> str:
    """The field, or the whole collection of a part.

    Observed parts bear the keys of the system that showed them, which are not the record's own: a
    collection is known by the one or the other, never by both.
    """
    return path.partition("/")[0]


def steps(entries: Sequence[Observed]) -> dict[str, list[Step]]:
    """The changes of the tracked fields, in order.

    A change is where a system differs from its own last statement and from the value held. The
    first statement of a second system is its baseline, so that two systems that round
    differently do not look like a deal that moves to and fro.
    """
    found: dict[str, list[Step]] = {}
    said: dict[tuple[str, str], Scalar] = {}
    for entry in entries:
        values = entry.values
        for path in TRACKED:
            if path not in values:
                continue
            new, key, taken = values[path], (entry.system, path), found.get(path)
            if taken is None:
                found[path] = [Step(entry.since, None, new)]
            elif key in said and new != said[key] and new != taken[-1].new:
                taken.append(Step(entry.since, taken[-1].new, new))
            said[key] = new
    return found
