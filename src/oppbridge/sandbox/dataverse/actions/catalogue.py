"""Products made active, with everything in their family."""

from __future__ import annotations

from ...wire import Response
from ..desk import Desk
from ..write import update_row

_DRAFT = 2
_REVISED = 3


def publish(desk: Desk, row_id: str) -> Response:
    """Draft and revised products below and including this one become active."""
    row = desk.need("product", row_id)
    if row["statecode"] in (_DRAFT, _REVISED):
        update_row(desk, "product", row, {"statecode": 0, "statuscode": 1})
    for child in desk.find("product", _parentproductid_value=row_id):
        publish(desk, child["productid"])
    return Response(204)
