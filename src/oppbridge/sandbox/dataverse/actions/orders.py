"""Orders fulfilled and cancelled; their prices locked and unlocked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...wire import Request, Response
from ..desk import Desk
from ..refusals import INVALID_STATE, MISSING, Refused
from .closing import check_status, close_values, finished, set_state


def fulfill(desk: Desk, body: dict[str, Any], request: Request) -> Response:
    """Active or Submitted to Fulfilled."""
    return _close(desk, body, 3)


def fulfill_unbound(desk: Desk, body: dict[str, Any], request: Request) -> Response:
    """FulfillSalesOrder is bound to the table: without it there is no such resource."""
    raise Refused(404, "0x8006088a", "Resource not found for the segment 'FulfillSalesOrder'.")


def cancel(desk: Desk, body: dict[str, Any], request: Request) -> Response:
    """Active or Submitted to Canceled."""
    return _close(desk, body, 2)


def _close(desk: Desk, body: dict[str, Any], state: int) -> Response:
    close = body.get("OrderClose")
    if (
        not isinstance(close, Mapping)
        or str(close.get("@odata.type", "")).lstrip("#") != "Microsoft.Dynamics.CRM.orderclose"
    ):
        raise Refused(
            400,
            "0x80048d19",
            "The parameter 'OrderClose' must carry '@odata.type': "
            "'Microsoft.Dynamics.CRM.orderclose'.",
        )
    given = close_values(desk, body, "OrderClose", "orderclose")
    row_id = given.get("_salesorderid_value")
    if row_id is None:
        raise Refused(400, MISSING, "The salesorder id is missing.")
    row = desk.need("salesorder", row_id)
    status = check_status(desk, "salesorder", state, body.get("Status"))
    if row["statecode"] not in (0, 1):
        raise Refused(400, INVALID_STATE, "The order is already closed.")
    more = {"datefulfilled": desk.now()} if state == 3 else {}
    set_state(desk, "salesorder", row, state, status, **more)
    finished(desk, "orderclose", given | {"ordernumber": row["ordernumber"]})
    return Response(204)


def lock(desk: Desk, row_id: str, *, locked: bool) -> Response:
    """Set `ispricelocked`. Refuses what is so already."""
    row = desk.need("salesorder", row_id)
    if bool(row["ispricelocked"]) is locked:
        word = "locked" if locked else "unlocked"
        raise Refused(
            400,
            "0x80043b1d" if locked else "0x80043b1e",
            f"The prices of the order are already {word}.",
        )
    desk.change("salesorder", row_id, {"ispricelocked": locked})
    return Response(204)


def unlock(desk: Desk, body: dict[str, Any], request: Request) -> Response:
    """UnlockSalesOrderPricing takes the order's id as a parameter."""
    return lock(desk, str(body.get("SalesOrderId")), locked=False)
