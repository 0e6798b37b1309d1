"""What a deal's record says about its last scoring: the only memory a trend needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from ..records import Scalar, Values


@dataclass(frozen=True, slots=True)
class Earlier:
    """The last scoring. `was` holds up to two older scores, `top` its strongest reasons."""

    score: int
    grade: str | None
    at: datetime
    was: tuple[tuple[int, datetime], ...]
    top: tuple[str, ...] | None


def earlier(before: Values, as_of: datetime) -> Earlier | None:
    """The last scoring, None where there is none, it is not ours to read, or it is yet to come."""
    score, at, grade = before.get("score"), _instant(before.get("scored_at")), before.get("grade")
    if not isinstance(score, int) or isinstance(score, bool) or at is None or at > as_of:
        return None
    found = _document(before.get("reasons"))
    return Earlier(
        score,
        grade if isinstance(grade, str) else None,
        at,
        _was(found.get("was"), at),
        _top(found.get("reasons")),
    )


def _document(text: Scalar) -> dict[str, Any]:
    if not isinstance(text, str):
        return {}
    try:
        found = orjson.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _was(found: Any, at: datetime) -> tuple[tuple[int, datetime], ...]:
    pairs = []
    for pair in found[:2] if isinstance(found, list) else ():
        score, text = pair if isinstance(pair, list) and len(pair) == 2 else (None, None)
        moment = _instant(text)
        if isinstance(score, int) and moment is not None and moment <= at:
            pairs.append((score, moment))
    return tuple(pairs)


def _top(found: Any) -> tuple[str, ...] | None:
    if not isinstance(found, list):
        return None
    return tuple(
        f"{reason.get('feature')}={reason.get('level')}"
        for reason in found[:3]
        if isinstance(reason, dict)
    )


def _instant(text: Any) -> datetime | None:
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
