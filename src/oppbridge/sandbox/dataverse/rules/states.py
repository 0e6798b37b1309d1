"""Which plain updates of a state are let through, and how the others are refused."""

from __future__ import annotations

from ..desk import Desk
from ..refusals import BAD_ARGUMENT, BAD_STATUS, INVALID_STATE, Refused
from ..schema.book import Entry
from .registry import Row

_PLAIN = {
    "lead": {(0, 1), (1, 0), (0, 2), (2, 0)},
    "opportunity": {(1, 0), (2, 0)},
    "quote": {(0, 1), (2, 0), (3, 0), (1, 0)},
    "salesorder": {(0, 1), (1, 0), (0, 4), (2, 0), (3, 0)},
    "product": {(2, 0), (0, 3), (3, 0), (0, 1), (1, 0), (3, 2), (2, 1)},
}


def settle_state(entry: Entry, old: Row | None, new: Row) -> None:
    """Complete a state pair in `new`: a state alone takes its default reason. Refuses bad pairs."""
    states = entry.definition.states
    if not states or not {"statecode", "statuscode"} & set(new):
        return
    state = new.get("statecode")
    if state is None:
        state = old["statecode"] if old else next(iter(states))
    reasons = states[state].statuses
    status = new.get("statuscode")
    if status is None or status == -1:
        keep = old is not None and old["statecode"] == state and "statuscode" not in new
        status = old["statuscode"] if old is not None and keep else next(iter(reasons))
    if status not in reasons:
        label = states[state].label
        raise Refused(
            400,
            BAD_STATUS,
            f"{status} is not a valid status code for state code "
            f"{entry.logical.capitalize()}State.{label} on {entry.logical}.",
        )
    new["statecode"], new["statuscode"] = state, status


def check_transition(desk: Desk, logical: str, old: Row, new: Row) -> None:
    """Refuse a plain update of the state that needs an action, or is not allowed at all."""
    before: int = old["statecode"]
    after: int = new.get("statecode", before)
    if before == after:
        return
    allowed = _PLAIN.get(logical)
    if allowed is not None and (before, after) not in allowed:
        raise _refusal(logical, before, after)
    if (
        logical == "quote"
        and (before, after) == (1, 0)
        and not desk.settings.assumptions.active_quote_to_draft
    ):
        raise _refusal(logical, before, after)
    if (
        logical == "quote"
        and after == 1
        and old.get("_customerid_value") is None
        and new.get("_customerid_value") is None
    ):
        raise Refused(400, BAD_ARGUMENT, "A potential customer is needed to activate a quote.")
    if (
        logical == "opportunity"
        and after == 0
        and desk.settings.assumptions.reopening_clears_actuals
    ):
        new.update(actualclosedate=None, actualvalue=None)


def _refusal(logical: str, before: int, after: int) -> Refused:
    if logical == "opportunity" and before == 0:
        message = "WinOpportunity" if after == 1 else "LoseOpportunity"
        return Refused(
            400,
            "0x80100005",
            f"This message can not be used to set the state of opportunity. Use the {message} "
            "message instead.",
        )
    if logical == "quote" and after == 1:
        return Refused(
            400, "0x80100003", "The quote cannot be activated because it is not in draft state."
        )
    if logical == "quote" and after == 3:
        return Refused(
            400,
            INVALID_STATE,
            "The quote cannot be closed by an update. Use CloseQuoteRequest instead.",
        )
    return Refused(
        400,
        INVALID_STATE,
        f"The {logical} cannot go from state {before} to state {after} by an update.",
    )
