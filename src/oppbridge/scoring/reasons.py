"""The reasons of a judgement: the strongest of each direction, as compact JSON that fits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import orjson

from .judgement import Judgement, Term, logistic

ROOM = 2_000
"""What `msdyn_scorereasons` holds, in UTF-16 units."""

EACH_WAY = 5
LEAST = 0.05


def choose(judgement: Judgement) -> list[Term]:
    """The strongest five up and five down that may be named, strongest first."""
    terms = [t for t in judgement.terms if t.shown and (t.effect >= LEAST or t.effect <= -LEAST)]
    terms.sort(key=_strength)
    if len(terms) <= EACH_WAY:
        return terms
    kept: list[Term] = []
    ups = downs = 0
    for term in terms:
        if term.effect > 0 and ups < EACH_WAY:
            ups += 1
            kept.append(term)
        elif term.effect < 0 and downs < EACH_WAY:
            downs += 1
            kept.append(term)
    return kept


def _strength(term: Term) -> tuple[float, str]:
    return (-abs(term.effect), term.feature)


def headline(terms: Sequence[Term]) -> tuple[str, ...]:
    """What the top three reasons are about: while it stays, nothing needs to be written."""
    return tuple(f"{term.feature}={term.level}" for term in terms[:3])


def points(judgement: Judgement, term: Term) -> int:
    """How many points of score the term brings: with it, less without it."""
    return round(100 * (judgement.probability - logistic(judgement.logit - term.effect)))


def text(term: Term) -> str:
    """The fact, then what it is compared with."""
    return f"{term.told}; {term.against}"


def write(judgement: Judgement, terms: Sequence[Term], was: Sequence[tuple[int, datetime]]) -> str:
    """Compact JSON of at most 2,000 characters. The weakest reasons go first, none is cut."""
    basis = judgement.basis
    head: dict[str, Any] = {
        "kind": basis.kind,
        "rung": basis.rung,
        "p": round(judgement.probability, 4),
        "base": round(judgement.base_rate, 4),
    }
    if basis.rung:
        head["closed"] = basis.closed
    if basis.note:
        head["note"] = basis.note
    if was:
        head["was"] = [
            [score, at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")] for score, at in was
        ]
    reasons = [_reason(judgement, term) for term in terms]
    written = orjson.dumps({**head, "reasons": reasons}).decode()
    while reasons and _units(written) > ROOM:
        reasons.pop()
        written = orjson.dumps({**head, "reasons": reasons}).decode()
    return written


def _reason(judgement: Judgement, term: Term) -> dict[str, Any]:
    reason: dict[str, Any] = {
        "feature": term.feature,
        "level": term.level,
        "effect": round(term.effect, 3),
        "points": points(judgement, term),
        "text": text(term),
    }
    if term.actionable:
        reason["actionable"] = True
    return reason


def _units(written: str) -> int:
    return len(written) if written.isascii() else len(written.encode("utf-16-le")) // 2
