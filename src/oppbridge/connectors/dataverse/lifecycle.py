"""State changes: which steps lead from one state to another, and where edits fit in between.

Source: Dataverse Web API actions of Sales. Won, lost, closed, fulfilled and canceled are reached by
actions that also record a close activity; a plain update is refused there.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import pairwise
from typing import Any

from oppbridge.errors import Invalid

STATE, STATUS = "statecode", "statuscode"


class Way(StrEnum):
    """How a step from state to state is made."""

    UPDATE = ""
    WIN = "WinOpportunity"
    LOSE = "LoseOpportunity"
    WIN_QUOTE = "WinQuote"
    CLOSE_QUOTE = "CloseQuote"
    FULFILL = "salesorders/Microsoft.Dynamics.CRM.FulfillSalesOrder"
    CANCEL = "CancelSalesOrder"


@dataclass(frozen=True, slots=True)
class Course:
    """The life of one table's rows: steps, usual reason of each state, states open to edits.

    `through` are reasons of states that are only passed through.
    """

    ways: Mapping[tuple[int, int], Way]
    reasons: Mapping[int, int]
    open: frozenset[int]
    start: int | None = 0  # the state of a new row; None where the environment decides
    words: Mapping[int, str] = field(default_factory=dict)
    through: Mapping[int, int] = field(default_factory=dict)


def _by_update(*pairs: tuple[int, int]) -> dict[tuple[int, int], Way]:
    return dict.fromkeys(pairs, Way.UPDATE)


_ANY = frozenset(range(10))
SIMPLE = Course(_by_update((0, 1), (1, 0)), {0: 1, 1: 2}, _ANY)
COURSES = {
    "opportunity": Course(
        {**_by_update((1, 0), (2, 0)), (0, 1): Way.WIN, (0, 2): Way.LOSE},
        {0: 1, 1: 3, 2: 4},
        frozenset({0}),
        words={0: "open", 1: "won", 2: "lost"},
    ),
    "quote": Course(
        {
            # Whether an active quote may become a draft by an update is not documented: it is
            # closed as revised and reopened, as the app itself does.
            **_by_update((0, 1), (2, 0), (3, 0)),
            (1, 3): Way.CLOSE_QUOTE,
            (1, 2): Way.WIN_QUOTE,
        },
        {0: 1, 1: 2, 2: 4, 3: 5},
        frozenset({0}),
        words={0: "a draft", 1: "active", 2: "won", 3: "closed"},
        through={3: 7},
    ),
    "salesorder": Course(
        {
            **_by_update((0, 1), (1, 0), (2, 0), (3, 0), (0, 4)),
            (0, 3): Way.FULFILL,
            (1, 3): Way.FULFILL,
            (0, 2): Way.CANCEL,
            (1, 2): Way.CANCEL,
        },
        {0: 1, 1: 3, 2: 4, 3: 100001, 4: 100003},
        frozenset({0}),
        words={0: "active", 1: "submitted", 2: "canceled", 3: "fulfilled", 4: "invoiced"},
    ),
    "product": Course(
        _by_update((2, 0), (0, 3), (3, 0), (0, 1), (1, 0), (3, 2), (2, 1)),
        {0: 1, 1: 2, 2: 0, 3: 3},
        frozenset({0, 2, 3}),
        start=None,
        words={0: "active", 1: "retired", 2: "a draft", 3: "under revision"},
    ),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One change of state of one row."""

    way: Way
    state: int
    status: int


@dataclass(frozen=True, slots=True)
class Passage:
    """The steps before the edits of a write, and those after."""

    before: tuple[Step, ...] = ()
    after: tuple[Step, ...] = ()


def course_of(logical: str) -> Course:
    """The course of a table; active and inactive where it has none of its own."""
    return COURSES.get(logical, SIMPLE)


def cautious(course: Course) -> Course:
    """The course where active rows are taken to be locked: some environments lock products."""
    return replace(course, open=course.open - {0}) if course.start is None else course


def steps(course: Course, here: int, there: int, status: int | None) -> tuple[Step, ...]:
    """The fewest steps from state to state. Raises Invalid where there is no way."""
    wanted = course.reasons.get(there) if status is None else status
    if here == there:
        return () if wanted is None else (Step(Way.UPDATE, there, wanted),)
    came_from: dict[int, int] = {here: here}
    waiting = deque([here])
    while waiting:
        place = waiting.popleft()
        for start, end in course.ways:
            if start == place and end not in came_from:
                came_from[end] = place
                waiting.append(end)
    if there not in came_from or wanted is None:
        raise Invalid(f"there is no way from {_word(course, here)} to {_word(course, there)}")
    route = [there]
    while route[-1] != here:
        route.append(came_from[route[-1]])
    route.reverse()
    return tuple(
        Step(course.ways[start, end], end, wanted if end == there else _reason(course, end))
        for start, end in pairwise(route)
    )


@dataclass(frozen=True, slots=True)
class Now:
    """Where a row stands: its state and status, None where unknown."""

    state: int | None
    status: int | None


def passage(course: Course, now: Now, wanted: Now, *, edits: bool, reopen: bool) -> Passage:
    """How a write gets from `now` to `wanted`, with edits in between where the row takes them.

    Edits of a row that is locked need `reopen`: it is opened for them and closed again after.
    Raises Invalid where that is not allowed, or no step leads to the state wanted.
    """
    if now.state is None:
        if wanted.state is None:
            return Passage()
        return Passage(after=(Step(Way.UPDATE, wanted.state, _status(course, wanted)),))
    there = now.state if wanted.state is None else wanted.state
    status = now.status if wanted.state is None else wanted.status
    moves = wanted.state is not None and (there, status) != (now.state, now.status)
    if not edits or now.state in course.open:
        return Passage(after=steps(course, now.state, there, status) if moves else ())
    if there in course.open:
        return Passage(before=steps(course, now.state, there, status))
    if not reopen:
        raise Invalid(
            f"it is {_word(course, now.state)}, and locked for edits: "
            "reopen it, or allow `reopen_locked`"
        )
    state = now.state
    ways_in = [(steps(course, state, one, None), one) for one in sorted(course.open)]
    before, opened = min(ways_in, key=lambda way: len(way[0]))
    return Passage(before, steps(course, opened, there, status))


def action_body(step: Step, logical: str, id: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The body of the action that makes a step; `facts` are columns the close activity takes."""
    close = {
        "opportunity": ("OpportunityClose", "opportunityclose"),
        "quote": ("QuoteClose", "quoteclose"),
        "salesorder": ("OrderClose", "orderclose"),
    }[logical]
    set_name = {"opportunity": "opportunities", "quote": "quotes", "salesorder": "salesorders"}
    activity = {
        "@odata.type": f"Microsoft.Dynamics.CRM.{close[1]}",
        "subject": f"{course_of(logical).words[step.state]}".capitalize(),
        f"{logical}id@odata.bind": f"/{set_name[logical]}({id})",
    }
    if logical == "opportunity":
        if facts.get("actualvalue") is not None:
            activity["actualrevenue"] = facts["actualvalue"]
        if facts.get("actualclosedate") is not None:
            # Noon keeps the day in every time zone of a user.
            activity["actualend"] = f"{facts['actualclosedate']}T12:00:00Z"
    return {close[0]: activity, "Status": step.status}


def _reason(course: Course, state: int) -> int:
    return course.through.get(state, course.reasons[state])


def _status(course: Course, wanted: Now) -> int:
    if wanted.status is not None:
        return wanted.status
    return course.reasons[wanted.state or 0]


def _word(course: Course, state: int) -> str:
    return course.words.get(state, f"in state {state}")
