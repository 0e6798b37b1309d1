"""A probability and the terms that add up to it, on the log-odds scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, fsum, log

from ..records import Scalar

FARTHEST = 12.0
"""No judgement lies farther from even odds: beyond, a probability no longer tells its log-odds."""


@dataclass(frozen=True, slots=True)
class Term:
    """What one fact adds. `told` is the fact, `against` what it is compared with.

    `shown` is False for what may count but must not be named, such as who owns the deal. `won`
    and `closed` count the closed deals with the same level, None where nobody counted.
    """

    feature: str
    level: str
    value: Scalar
    effect: float
    told: str
    against: str
    actionable: bool = False
    shown: bool = True
    won: int | None = None
    closed: int | None = None
    variance: float = 0.0


@dataclass(frozen=True, slots=True)
class Basis:
    """What a judgement stands on: its rung, its kind, and the closed deals it has counted."""

    rung: int
    kind: str
    won: int = 0
    closed: int = 0
    note: str | None = None  # why there is no grade, None where there is one
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """`intercept` and the effects of `terms` add up to `logit`, the log-odds of `probability`.

    `variance` is that of the log-odds, None where no deal was counted.
    """

    basis: Basis
    base_rate: float
    intercept: float
    terms: Sequence[Term]
    logit: float
    probability: float
    variance: float | None = None
    blank: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()

    @property
    def score(self) -> int:
        """100 times the probability, from 1 to 99."""
        return min(99, max(1, round(100 * self.probability)))


def logit(probability: float) -> float:
    """The log-odds of a probability strictly between 0 and 1."""
    return log(probability) - log(1 - probability)


def logistic(odds: float) -> float:
    """The probability with these log-odds. Undoes `logit`; never overflows."""
    if odds >= 0:
        return 1 / (1 + exp(-odds))
    small = exp(odds)
    return small / (1 + small)


def total(intercept: float, terms: Sequence[Term]) -> tuple[float, Sequence[Term]]:
    """The sum, whatever the order of the terms, and the terms: one more where it hits the limit."""
    summed = fsum([intercept, *[term.effect for term in terms]])
    if -FARTHEST <= summed <= FARTHEST:
        return summed, terms
    bound = FARTHEST if summed > 0 else -FARTHEST
    limit = Term("limit", "", None, bound - summed, "", "", shown=False)
    return bound, (*terms, limit)
