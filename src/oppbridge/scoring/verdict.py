"""Score, grade and trend of a judgement, or what was said before where nothing has changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from ..records import Scalar, Values
from .earlier import Earlier, earlier
from .judgement import Judgement
from .reasons import choose, headline, write

USUAL_GRADES = (60, 40, 20)
"""The least scores of A, B and C until open deals have been counted."""

WRITTEN = ("score", "grade", "trend", "reasons", "scored_at")
APART = timedelta(hours=24)
STIR = 5


def grade(score: int, cuts: tuple[int, int, int]) -> str:
    """A, B, C or D. `cuts` are the least scores of A, B and C."""
    for letter, least in zip("ABC", cuts, strict=True):
        if score >= least:
            return letter
    return "D"


def trend(score: int, reference: int | None) -> str:
    """`improving`, `steady` or `declining` by five points or more, else `not_enough_info`."""
    if reference is None:
        return "not_enough_info"
    if score - reference >= STIR:
        return "improving"
    return "declining" if reference - score >= STIR else "steady"


def verdict(
    judgement: Judgement, before: Values, as_of: datetime, cuts: tuple[int, int, int]
) -> Mapping[str, Scalar]:
    """The values to write.

    Where score, grade and the top three reasons are those of before, so is everything, the time
    included: then nothing needs to be written.
    """
    past = earlier(before, as_of)
    score = judgement.score
    letter = None if judgement.basis.note else grade(score, cuts)
    chosen = choose(judgement)
    if past and past.score == score and past.grade == letter and past.top == headline(chosen):
        return {name: before.get(name) for name in WRITTEN}
    was = remembered(past, as_of)
    return {
        "score": score,
        "grade": letter,
        "trend": trend(score, reference(was, as_of)),
        "reasons": write(judgement, chosen, was),
        "scored_at": moment_text(as_of),
    }


def remembered(past: Earlier | None, as_of: datetime) -> tuple[tuple[int, datetime], ...]:
    """At most two earlier scores: the one to compare with, and the one to follow it.

    Once the second is a day old it takes the place of the first, so that the score compared with
    is a day old or a little more, however often a deal is scored.
    """
    if past is None:
        return ()
    kept = past.was
    if past.at <= as_of - APART or not kept:
        return ((past.score, past.at),)
    if kept[-1][1] <= as_of - APART:
        return (kept[-1], (past.score, past.at))
    return kept


def reference(was: tuple[tuple[int, datetime], ...], as_of: datetime) -> int | None:
    """The latest remembered score that is at least 24 hours old."""
    old = [score for score, at in was if at <= as_of - APART]
    return old[-1] if old else None


def moment_text(as_of: datetime) -> str:
    """The moment as a canonical instant, whole seconds."""
    return as_of.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
