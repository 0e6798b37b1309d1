"""The facts a deal is judged by: how each is read, cut into bands, and said.

Left out on purpose: actual amount, closing day, win or loss reason, the forecast words for won
and lost, any earlier score, and every id.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from .known import Known
from .readings import (
    LARGEST,
    age,
    amount,
    changes,
    days_until,
    forecast,
    growth,
    idle,
    moves_back,
    parts,
    pushed,
    roles,
    stage_days,
    to_quarter_end,
    whole,
    word,
)


@dataclass(frozen=True, slots=True)
class Number:
    """A fact that is a number: how to read it, its usual cuts, and how to say it."""

    read: Callable[[Known], float | None]
    cuts: tuple[int, ...]
    told: Callable[[float | None], str]
    lowest: int | None = 0
    actionable: bool = False


@dataclass(frozen=True, slots=True)
class Word:
    """A fact that is a word: its level and the words before it in a sentence."""

    read: Callable[[Known], str]
    told: str
    actionable: bool = False


def field_word(path: str) -> Word:
    """A custom field as a fact: `custom.region`."""
    return Word(word(path), path.removeprefix("custom.").replace("_", " ").capitalize())


def _count(noun: str, plural: str) -> Callable[[float | None], str]:
    def told(number: float | None) -> str:
        if not number:
            return f"No {plural}"
        return f"{number:.0f} {noun if number == 1 else plural}"

    return told


def _span(before: str, after: str, blank: str) -> Callable[[float | None], str]:
    def told(number: float | None) -> str:
        if number is None:
            return blank
        return f"{before}{abs(number):.0f} {'day' if abs(number) == 1 else 'days'}{after}"

    return told


def _closing(number: float | None) -> str:
    if number is None:
        return "No closing date"
    if number < 0:
        return _span("Closing date passed ", " ago", "")(number)
    return _span("Closes in ", "", "")(number)


def _next_step(number: float | None) -> str:
    if number is None:
        return "No next step dated"
    if number < 0:
        return _span("Next step overdue by ", "", "")(number)
    return _span("Next step in ", "", "")(number)


def _about(number: float | None) -> str:
    if number is None:
        return "No amount"
    if abs(number) > LARGEST:
        return "Amount over 1,000,000,000"
    return f"Amount about {float(f'{number:.1g}'):,.0f}"


def _grown(number: float | None) -> str:
    if number is None:
        return "Growth of the amount not known"
    return f"Amount {'up' if number >= 0 else 'down'} {abs(number):.0f} % since the start"


NUMBERS: Mapping[str, Number] = {
    "activities": Number(
        lambda k: whole(k.values.get("activities")),
        (1, 4),
        _count("activity in 30 days", "activities in 30 days"),
        actionable=True,
    ),
    "age": Number(age, (31, 91, 181), _span("Open for ", "", "Age not known")),
    "amount": Number(
        lambda k: amount(k.values.get("amount")),
        (1_000, 10_000, 100_000, 1_000_000),
        _about,
    ),
    "amount_changes": Number(
        changes("amount"), (1, 3), _count("change of the amount", "changes of the amount")
    ),
    "amount_growth": Number(growth, (-20, 0, 21), _grown, None),
    "competitors": Number(
        parts("competitors"), (1, 2), _count("known competitor", "known competitors")
    ),
    "days_to_close": Number(days_until("closes"), (0, 8, 31, 91), _closing, None, True),
    "forecast_changes": Number(
        changes("forecast"), (1, 3), _count("change of forecast", "changes of forecast")
    ),
    "idle": Number(
        idle,
        (8, 15, 31),
        _span("Last activity ", " ago", "No activity recorded"),
        actionable=True,
    ),
    "lines": Number(parts("lines"), (1, 2, 6), _count("product line", "product lines")),
    "moves_back": Number(moves_back, (1,), _count("step back in stage", "steps back in stage")),
    "next_step": Number(days_until("next_step"), (0, 15), _next_step, None, True),
    "owner_changes": Number(
        changes("owner"), (1, 2), _count("change of owner", "changes of owner")
    ),
    "probability": Number(
        lambda k: whole(k.values.get("probability")),
        (25, 50, 75),
        lambda n: "No estimate by the seller" if n is None else f"Seller's estimate {n:.0f} %",
    ),
    "probability_changes": Number(
        changes("probability"),
        (1, 3),
        _count("change of the seller's estimate", "changes of the seller's estimate"),
    ),
    "pushed_days": Number(
        lambda k: sum(pushed(k)), (1, 31), _span("Closing date pushed by ", "", "")
    ),
    "pushes": Number(
        lambda k: len(pushed(k)),
        (1, 2),
        _count("push of the closing date", "pushes of the closing date"),
    ),
    "quarter_end": Number(to_quarter_end, (15, 31), _span("", " to the end of the quarter", "")),
    "stage_days": Number(
        stage_days, (31, 91), _span("In this stage for ", "", "Time in stage not known")
    ),
    "stakeholders": Number(
        parts("stakeholders"), (1, 3), _count("stakeholder", "stakeholders"), actionable=True
    ),
}

WORDS: Mapping[str, Word] = {
    "budget_status": Word(word("budget_status"), "Budget", actionable=True),
    "decision_maker": Word(word("decision_maker"), "Decision maker identified", True),
    "forecast": Word(forecast, "Forecast"),
    "month": Word(lambda known: str(known.today.month), "Month"),
    "need": Word(word("need"), "Need"),
    "purchase_process": Word(word("purchase_process"), "Purchase process"),
    "rating": Word(word("rating"), "Rating"),
    "roles": Word(roles, "Roles present", actionable=True),
    "source": Word(word("source"), "Source"),
    "timeframe": Word(word("timeframe"), "Timeframe"),
}
