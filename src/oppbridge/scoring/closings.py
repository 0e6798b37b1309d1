"""Which deals have closed or opened again, and what they were just before they closed.

Levels are taken from the time before the closing, because closing itself fills fields and moves
stages: a rate learned from closed records would know the answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from ..decision import Observed, Subject
from ..records import Scalar, Values
from .counts import Closing
from .known import CLOSED, OUTCOMES, known_values, seen_by
from .readings import level
from .settings import RatesSettings


def closings(
    subjects: Sequence[Subject], as_of: datetime, settings: RatesSettings
) -> list[Closing]:
    """What these subjects add to the counts, and what they take back."""
    order = settings.order()
    found: list[Closing] = []
    for subject in subjects:
        was = OUTCOMES.get(str(subject.before.get("status")))
        now = OUTCOMES.get(str(known_values(subject, as_of).get("status")))
        if was == now:
            continue
        if was is not None:
            found.append(_closing(-1, was, subject, as_of, settings, order))
        if now is not None:
            found.append(_closing(1, now, subject, as_of, settings, order))
    return found


def _closing(
    sign: int,
    won: int,
    subject: Subject,
    as_of: datetime,
    settings: RatesSettings,
    order: Mapping[str, int],
) -> Closing:
    values, stages = before_closing(subject, as_of, taken_back=sign < 0)
    return Closing(
        sign,
        won,
        pipeline_of(values, settings),
        _entered(stages, values, order, won=won),
        levels_of(values, settings),
    )


def before_closing(
    subject: Subject, as_of: datetime, *, taken_back: bool
) -> tuple[Values, frozenset[str]]:
    """The values just before the last closing, and the stages entered until then.

    From history where it tells; else from the agreed record, if that was open; else (a deal first
    seen closed) from the closed record, which is all there is. A closing that is taken back is
    rebuilt from the same entries as when it was counted.
    """
    walked = _walked(seen_by(subject.history, as_of), taken_back=taken_back)
    agreed_open = not taken_back and subject.before and subject.before.get("status") not in CLOSED
    plain = subject.before if agreed_open or taken_back else subject.values
    if walked is None:
        return plain, frozenset()
    held, stages = walked
    if not held:
        return plain, stages
    # A field no history mentions did not move: the record still holds it.
    return {**plain, **held}, stages


def _walked(
    entries: Sequence[Observed], *, taken_back: bool
) -> tuple[dict[str, Scalar], frozenset[str]] | None:
    """Values and stages gathered while open, until the last closing (or the end, if none)."""
    held: dict[str, Scalar] = {}
    stages: set[str] = set()
    at_closing: tuple[dict[str, Scalar], frozenset[str]] | None = None
    closed = False
    for entry in entries:
        if "status" in entry.values:
            now = entry.values["status"] in CLOSED
            if now and not closed:
                at_closing = (dict(held), frozenset(stages))
            closed = now
        if not closed:
            held.update(entry.values)
            stage = entry.values.get("stage")
            if stage is not None:
                stages.add(level(stage))
    if closed or taken_back:
        return at_closing
    return held, frozenset(stages)


def _entered(
    stages: frozenset[str], values: Values, order: Mapping[str, int], *, won: int
) -> frozenset[str]:
    """Every stage the deal entered, those it skipped too; a won deal went through all of them."""
    stage = values.get("stage")
    seen = stages if stage is None else stages | {level(stage)}
    reached = [order[name] for name in seen if name in order]
    if not reached:
        return seen
    last = len(order) - 1 if won else max(reached)
    return seen | {name for name, place in order.items() if place <= last}


def pipeline_of(values: Values, settings: RatesSettings) -> str:
    """The pipeline of a deal, `none` where the field is blank or not mapped."""
    return level(values.get(settings.pipeline))


def levels_of(values: Values, settings: RatesSettings) -> dict[str, str]:
    """The level of each input: that of its first filled field."""
    return {name: first_level(values, paths) for name, paths in settings.inputs.items()}


def first_level(values: Values, paths: Sequence[str]) -> str:
    """The level of the first of these fields that is filled, else `none`."""
    for path in paths:
        value = values.get(path)
        if value is not None:
            return level(value)
    return level(None)
