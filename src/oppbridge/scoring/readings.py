"""How single facts are read off a deal as it was known; what cannot be read is blank."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from math import isfinite

from ..records import Scalar
from .bands import NONE
from .known import Known

LEVEL_LENGTH = 60
LARGEST = 10**9


def level(value: Scalar) -> str:
    """A value as a level: one line, at most 60 characters, `none` for a blank."""
    if value is None:
        return NONE
    if value is True or value is False:
        return "yes" if value else "no"
    text = value if isinstance(value, str) else str(value)
    if len(text) > LEVEL_LENGTH or not text.isascii() or not text.isprintable():
        text = " ".join(text.encode("utf-8", "replace").decode()[: 4 * LEVEL_LENGTH].split())
    return text.strip()[:LEVEL_LENGTH].strip() or NONE


def _day(value: Scalar) -> date | None:
    if not isinstance(value, str):
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None


def _instant(value: Scalar) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def amount(value: Scalar) -> float | None:
    """The amount of money, near enough for a band."""
    if not isinstance(value, str):
        return None
    try:
        number = float(value.partition(" ")[0])
    except ValueError:
        return None
    return number if isfinite(number) else None


def whole(value: Scalar) -> int | None:
    """A whole number of a believable size."""
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > LARGEST:
        return None
    return value


def days_until(path: str) -> Callable[[Known], float | None]:
    """Days to the date in a field; negative once it has passed."""

    def read(known: Known) -> float | None:
        day = _day(known.values.get(path))
        return None if day is None else (day - known.today).days

    return read


def _days_since(known: Known, moment: datetime | None) -> float | None:
    return None if moment is None or moment > known.as_of else (known.as_of - moment).days


def idle(known: Known) -> float | None:
    """Days since the last activity; blank if that is said to be yet to come."""
    return _days_since(known, _instant(known.values.get("last_activity")))


def age(known: Known) -> float | None:
    """Days since the deal was created, or was first known."""
    created = _instant(known.values.get("created"))
    firsts = [taken[0].since for taken in known.steps.values()]
    return _days_since(known, created or min(firsts, default=None))


def stage_days(known: Known) -> float | None:
    """Days since the deal entered its stage."""
    taken = known.steps.get("stage")
    entered = taken[-1].since if taken else _instant(known.values.get("created"))
    return _days_since(known, entered)


def changes(path: str) -> Callable[[Known], float | None]:
    """How often a tracked field has changed since it was first known."""
    return lambda known: max(len(known.steps.get(path, ())) - 1, 0)


def pushed(known: Known) -> list[int]:
    """By how many days each push put off the closing date."""
    days = []
    for step in known.steps.get("closes", ())[1:]:
        old, new = _day(step.old), _day(step.new)
        if old is not None and new is not None and new > old:
            days.append((new - old).days)
    return days


def moves_back(known: Known) -> float:
    """How often the deal fell back to an earlier stage."""
    order, back = known.order, 0
    for step in known.steps.get("stage", ())[1:]:
        old, new = order.get(str(step.old)), order.get(str(step.new))
        back += old is not None and new is not None and new < old
    return back


def growth(known: Known) -> float | None:
    """By how many percent the amount has grown since it was first known."""
    taken = known.steps.get("amount")
    first, now = amount(taken[0].new if taken else None), amount(known.values.get("amount"))
    if first is None or now is None or first <= 0:
        return None
    percent = 100 * (now - first) / first
    return percent if isfinite(percent) else None


def parts(collection: str) -> Callable[[Known], float]:
    """How many lines, competitors or stakeholders were known."""
    prefix = f"{collection}/"

    def read(known: Known) -> float:
        return sum(
            1
            for path, value in known.values.items()
            if value and path.startswith(prefix) and path.count("/") == 1
        )

    return read


def to_quarter_end(known: Known) -> float:
    """Days to the last day of the calendar quarter."""
    day = known.today
    month = 3 * ((day.month - 1) // 3) + 4
    following = date(day.year, month, 1) if month <= 12 else date(day.year + 1, 1, 1)
    return (following - day).days - 1


def roles(known: Known) -> str:
    """Which of decision maker and champion are among the stakeholders."""
    present = {
        level(value).lower().replace(" ", "_")
        for path, value in known.values.items()
        if path.startswith("stakeholders/") and path.endswith("/role")
    }
    named = [role for role in ("decision_maker", "champion") if role in present]
    return " and ".join(named) or (NONE if not present else "other")


def word(path: str) -> Callable[[Known], str]:
    """A field as a level."""
    return lambda known: level(known.values.get(path))


def forecast(known: Known) -> str:
    """The forecast category, blank where it is one that only closing sets."""
    category = level(known.values.get("forecast"))
    return NONE if category.lower() in {"won", "lost", "closed"} else category
