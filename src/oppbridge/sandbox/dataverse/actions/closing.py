"""Winning and losing opportunities and quotes: the state, and the close activity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...wire import Request, Response
from ..desk import Desk
from ..payload import read_payload
from ..refusals import BAD_STATUS, INVALID_STATE, MISSING, Refused
from ..rules.prices import DOCUMENTS
from ..rules.registry import Row
from ..write import create_row


def win_opportunity(desk: Desk, body: dict[str, Any], request: Request) -> Response:
    """Open to Won."""
    return _close_opportunity(desk, body, 1)


def lose_opportunity(desk: Desk, body: dict[str, Any], request: Request) -> Response:
    """Open to Lost."""
    return _close_opportunity(desk, body, 2)


def _close_opportunity(desk: Desk, body: dict[str, Any], state: int) -> Response:
    given = close_values(desk, body, "OpportunityClose", "opportunityclose")
    row = _subject(desk, given, "opportunity", "0x80043b15")
    status = check_status(desk, "opportunity", state, body.get("Status"))
    if row["statecode"] != 0:
        raise Refused(400, "0x80040515", "The opportunity has already been closed.")
    amount = given.get("actualrevenue")
    value = amount if amount is not None else row["estimatedvalue"]
    day = str(given.get("actualend") or desk.now())[:10]
    set_state(desk, "opportunity", row, state, status, actualclosedate=day, actualvalue=value)
    given |= {
        "opportunitystatecode": state,
        "opportunitystatuscode": status,
        "actualrevenue": value,
    }
    given |= {"_transactioncurrencyid_value": row["_transactioncurrencyid_value"]}
    finished(desk, "opportunityclose", given)
    return Response(204)


def win_quote(desk: Desk, body: dict[str, Any], request: Request) -> Response:
    """Active to Won."""
    return _close_quote(desk, body, 2)


def close_quote(desk: Desk, body: dict[str, Any], request: Request) -> Response:
    """Active to Closed, as lost, cancelled or revised."""
    return _close_quote(desk, body, 3)


def _close_quote(desk: Desk, body: dict[str, Any], state: int) -> Response:
    given = close_values(desk, body, "QuoteClose", "quoteclose")
    row = _subject(desk, given, "quote", MISSING)
    end_quote(desk, row, state, check_status(desk, "quote", state, body.get("Status")), given)
    return Response(204)


def end_quote(desk: Desk, row: Row, state: int, status: int, given: Row) -> None:
    """Win or close an active quote, with its close activity. Refuses other states."""
    if row["statecode"] != 1:
        raise Refused(
            400, INVALID_STATE, "The quote is not in an active state and cannot be won or closed."
        )
    day = str(given.get("actualend") or desk.now())[:10]
    set_state(desk, "quote", row, state, status, closedon=day)
    given |= {
        "_quoteid_value": row["quoteid"],
        "quotenumber": row["quotenumber"],
        "revision": row["revisionnumber"],
    }
    finished(desk, "quoteclose", given)


def close_values(desk: Desk, body: Mapping[str, Any], parameter: str, table: str) -> Row:
    """The close activity in a body, checked. Refuses a missing parameter."""
    close = body.get(parameter)
    if not isinstance(close, Mapping):
        raise Refused(400, "0x80048d19", f"The parameter '{parameter}' is required.")
    return read_payload(desk, desk.book[table], close, creating=True).values


def _subject(desk: Desk, given: Row, logical: str, code: str) -> Row:
    row_id = given.get(f"_{logical}id_value")
    if row_id is None:
        raise Refused(400, code, f"The {logical} id is missing.")
    return desk.need(logical, row_id)


def check_status(desk: Desk, logical: str, state: int, status: Any) -> int:
    """A status of the target state; -1 or nothing is its default. Refuses others."""
    reasons = desk.book[logical].definition.states[state].statuses
    if status is None or status == -1:
        return next(iter(reasons))
    if status not in reasons:
        label = desk.book[logical].definition.states[state].label
        raise Refused(
            400,
            BAD_STATUS,
            f"{status} is not a valid status code for state code "
            f"{logical.capitalize()}State.{label} on {logical}.",
        )
    return int(status)


def set_state(desk: Desk, logical: str, row: Row, state: int, status: int, **more: Any) -> None:
    """Move a document to a state past the guards of plain updates; its lines mirror it."""
    document = DOCUMENTS[logical]
    row_id = row[f"{logical}id"]
    desk.change(logical, row_id, {"statecode": state, "statuscode": status, **more})
    for line in desk.find(document.line, **{document.parent: row_id}):
        desk.change(
            document.line, line[f"{document.line}id"], {document.state: state}, stamped=False
        )


def finished(desk: Desk, table: str, values: Row) -> str:
    """A close activity: created, and completed at once."""
    values.setdefault("actualend", desk.now())
    row_id = create_row(
        desk,
        table,
        {name: value for name, value in values.items() if name not in ("statecode", "statuscode")},
    )
    desk.change(table, row_id, {"statecode": 1, "statuscode": 2})
    desk.change("activitypointer", row_id, {"statecode": 1, "statuscode": 2})
    return row_id
