"""The whole reasoning behind one score, as one JSON object with stable keys."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from ..decision import Subject
from .beta import beta_interval
from .earlier import earlier
from .judgement import Judgement, Term
from .reasons import choose, points, text
from .verdict import moment_text, verdict

DIGITS = 6
LARGEST = 2**53


@runtime_checkable
class Judge(Protocol):
    """A scorer that can tell how it came to a score."""

    def judge(
        self, subject: Subject, as_of: datetime, learned: str | None
    ) -> tuple[Judgement, tuple[int, int, int]]:
        """Return the judgement and the least scores of A, B and C."""
        ...


def explain(judge: Judge, subject: Subject, as_of: datetime, learned: str | None) -> dict[str, Any]:
    """Everything `why` shows of a score. `intercept`, the effects and `rest` add up to `logit`.

    `rest` holds what is too weak to be listed, and what may count but must not be named.
    """
    judgement, cuts = judge.judge(subject, as_of, learned)
    chosen = choose(judgement)
    past = earlier(subject.before, as_of)
    said = verdict(judgement, subject.before, as_of, cuts)
    basis = judgement.basis
    effects = [round(term.effect, DIGITS) for term in chosen]
    logit, intercept = round(judgement.logit, DIGITS), round(judgement.intercept, DIGITS)
    return {
        "as_of": moment_text(as_of),
        "base_rate": round(judgement.base_rate, DIGITS),
        "blank": sorted(judgement.blank),
        "grade": said["grade"],
        "intercept": intercept,
        "interval": interval(judgement),
        "logit": logit,
        "model": {
            "kind": basis.kind,
            "rung": basis.rung,
            "trained_rows": basis.closed,
            "won": basis.won,
        },
        "note": basis.note,
        "previous": {"at": moment_text(past.at), "score": past.score} if past else None,
        "probability": round(judgement.probability, DIGITS),
        "reasons": [
            _reason(judgement, term, effect) for term, effect in zip(chosen, effects, strict=True)
        ],
        "record": {"entity": subject.entity, "id": subject.uid},
        "rest": round(logit - intercept - sum(effects), DIGITS),
        "score": judgement.score,
        "trend": said["trend"],
        "unseen": sorted(judgement.unseen),
        "warnings": list(basis.warnings),
    }


def interval(judgement: Judgement) -> list[float] | None:
    """The 95 % interval: that of the Beta with this mean and this variance of its log-odds.

    None where no deal was counted. For a rate alone it is its own Beta posterior.
    """
    if judgement.variance is None:
        return None
    p = judgement.probability
    deals = 1 / (p * (1 - p) * judgement.variance)
    low, high = beta_interval(p * deals, (1 - p) * deals)
    return [round(low, DIGITS), round(high, DIGITS)]


def _reason(judgement: Judgement, term: Term, effect: float) -> dict[str, Any]:
    value = term.value
    if isinstance(value, int) and abs(value) > LARGEST:
        value = str(value)
    evidence = None if term.closed is None else {"closed": term.closed, "won": term.won}
    return {
        "actionable": term.actionable,
        "bin": term.level,
        "direction": "up" if effect > 0 else "down",
        "effect": effect,
        "evidence": evidence,
        "feature": term.feature,
        "points": points(judgement, term),
        "text": text(term),
        "value": value,
    }
