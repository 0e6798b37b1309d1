"""A scorer held to its word: whatever it does, the records go on.

A scorer is a guest. If it raises, takes too long or gives what no record can hold, the records
pass unscored, what it learned before stays, and the problem is told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from traceback import format_exception_only
from typing import Any

from ..deadline import within
from ..decision import Scorer, Subject
from ..errors import Invalid
from ..records import Scalar, build

LONGEST_PROBLEM = 500
LONGEST_TEXT = 10_000  # characters of one value
ITS_OWN = frozenset({"score", "grade", "trend", "reasons", "scored_at", "forecast"})
"""The fields a scorer may give, beside a user's own: it judges a deal and does not change it."""


@dataclass(frozen=True, slots=True)
class Scored:
    """One mapping per subject, what the scorer has learned, and the problem, if there was one."""

    values: Sequence[Mapping[str, Scalar]]
    learned: str | None
    problem: str | None = None


Guarded = Callable[[Sequence[Subject], datetime, str | None], Scored]


def guarded(scorer: Scorer, budget_seconds: float) -> Guarded:
    """The scorer with a deadline and checked answers; calling it raises nothing of the scorer's.

    One that hangs cannot be stopped from outside: it is left behind, does not keep the program
    from ending, and is not asked again while it hangs.
    """
    busy: list[datetime] = []

    def score(subjects: Sequence[Subject], as_of: datetime, learned: str | None) -> Scored:
        nothing: list[Mapping[str, Scalar]] = [{} for _ in subjects]
        if busy:
            return Scored(nothing, learned, "the scorer still hangs from an earlier call")
        busy.append(as_of)

        def work() -> Scored | str:
            try:
                return _asked(scorer, subjects, as_of, learned)
            finally:
                busy.clear()

        try:
            answer = within(budget_seconds, work)
        except TimeoutError:
            answer = f"the scorer took more than {budget_seconds:g} s"
        if isinstance(answer, Scored):
            return answer
        return Scored(nothing, learned, answer[:LONGEST_PROBLEM])

    return score


def _asked(
    scorer: Scorer, subjects: Sequence[Subject], as_of: datetime, learned: str | None
) -> Scored | str:
    """The answer or the problem. Answers are read here too, so that reading has the deadline."""
    try:
        answer: Any = scorer.score(subjects, as_of, learned)
        return _problem(answer, subjects) or Scored([dict(a) for a in answer[0]], answer[1])
    except (Exception, SystemExit) as exc:
        # The one place where a guest's error of any kind must not become ours.
        return "the scorer raised " + "".join(format_exception_only(exc)).strip()


def _problem(answer: Any, subjects: Sequence[Subject]) -> str | None:
    """What is wrong with an answer, None if it can be used."""
    if not isinstance(answer, tuple) or len(answer) != 2:
        return f"the scorer gave a {type(answer).__name__}, not values and what it learned"
    values, learned = answer
    if learned is not None and not isinstance(learned, str):
        return f"the scorer learned a {type(learned).__name__}, not a text"
    if not isinstance(values, Sequence) or isinstance(values, str | bytes):
        return f"the scorer gave its values as a {type(values).__name__}"
    if len(values) != len(subjects):
        return f"the scorer gave {len(values)} answers to {len(subjects)} records"
    found = (_unfit(given, subject) for given, subject in zip(values, subjects, strict=True))
    return next((problem for problem in found if problem), None)


def _unfit(given: Any, subject: Subject) -> str | None:
    if not isinstance(given, Mapping):
        return f"the scorer gave a {type(given).__name__} for {subject.uid}"
    for path, value in given.items():
        if not isinstance(path, str):
            return f"the scorer gave the field name {path!r} for {subject.uid}"
        if path not in ITS_OWN and not path.startswith("custom."):
            return f"the scorer gave {path!r} of {subject.uid}, which is not a scorer's to give"
        if isinstance(value, str) and len(value) > LONGEST_TEXT:
            return f"the scorer gave {len(value)} characters as {path} of {subject.uid}"
        if value is not None and type(value) not in (str, int, bool):
            kind = type(value).__name__
            return f"the scorer gave {value!r} ({kind}) as {path} of {subject.uid}"
    if isinstance(score := given.get("score"), int) and not 0 <= score <= 100:
        return f"the scorer gave {score} as score of {subject.uid}, which is from 0 to 100"
    try:
        build(subject.entity, given)
    except Invalid as exc:
        return f"the scorer gave what no record can hold: {exc} ({subject.uid})"
    return None
