"""Opportunity to quote to order, and quote to its next revision: headers and lines copied."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from ...odata.options import Options
from ...wire import Request, Response, answer_json
from ..desk import Desk
from ..prefer import read_prefer
from ..refusals import INVALID_STATE, Refused
from ..rules.prices import DOCUMENTS, retotal
from ..rules.registry import Row
from ..single import show
from ..urls import context_of
from ..write import create_row
from .closing import check_status, end_quote

_OWN = frozenset(
    {
        "_version",
        "createdon",
        "modifiedon",
        "statecode",
        "statuscode",
        "importsequencenumber",
        "overriddencreatedon",
        "revisionnumber",
    }
)
_TO_QUOTE = frozenset(
    {
        "_customerid_value",
        "_customerid_type",
        "_pricelevelid_value",
        "_transactioncurrencyid_value",
        "exchangerate",
    }
)
_PRICING = frozenset(
    {"discountamount", "discountpercentage", "freightamount", "name", "description", "emailaddress"}
)


def opportunity_to_quote(desk: Desk, body: dict[str, Any], request: Request) -> Response:
    """A draft quote for an open or won opportunity."""
    return _from_opportunity(desk, body, request, "quote")


def opportunity_to_order(desk: Desk, body: dict[str, Any], request: Request) -> Response:
    """An order straight from an opportunity."""
    return _from_opportunity(desk, body, request, "salesorder")


def _from_opportunity(desk: Desk, body: dict[str, Any], request: Request, target: str) -> Response:
    row = desk.need("opportunity", str(body.get("OpportunityId")))
    if row["statecode"] == 2:
        raise Refused(400, INVALID_STATE, "A lost opportunity cannot be converted.")
    values = {name: row[name] for name in _TO_QUOTE | _PRICING if name in row}
    values |= {"_opportunityid_value": row["opportunityid"], "name": row["name"]}
    row_id = create_row(desk, target, values)
    _copy_lines(desk, "opportunity", row["opportunityid"], target, row_id)
    return _shown(desk, target, row_id, body, request)


def products_to_quote(desk: Desk, body: dict[str, Any], request: Request) -> Response:
    """The opportunity's lines added to a quote."""
    return _add_products(desk, body, "quote", "QuoteId")


def products_to_order(desk: Desk, body: dict[str, Any], request: Request) -> Response:
    """The opportunity's lines added to an order."""
    return _add_products(desk, body, "salesorder", "SalesOrderId")


def _add_products(desk: Desk, body: dict[str, Any], target: str, parameter: str) -> Response:
    row = desk.need("opportunity", str(body.get("OpportunityId")))
    header = desk.need(target, str(body.get(parameter)))
    if header["statecode"] not in DOCUMENTS[target].open:
        raise Refused(400, "0x80043b09", "The parent is read only and cannot be edited.")
    _copy_lines(desk, "opportunity", row["opportunityid"], target, header[f"{target}id"])
    return Response(204)


def revise_quote(desk: Desk, body: dict[str, Any], request: Request) -> Response:
    """The next draft of a closed quote: same number, revision one higher."""
    row = desk.need("quote", str(body.get("QuoteId")))
    if row["statecode"] != 3:
        raise Refused(400, INVALID_STATE, "Only closed quotes can be revised.")
    others = desk.find("quote", quotenumber=row["quotenumber"])
    if any(other["statecode"] in (0, 1) for other in others):
        raise Refused(
            400, "0x80048d00", "There is already a draft or active quote with the same number."
        )
    revision = max(other["revisionnumber"] for other in others) + 1
    values = {name: value for name, value in row.items() if name not in _OWN and name != "quoteid"}
    values |= {"quotecreationmethod": 776160001, "closedon": None, "revisionnumber": revision}
    row_id = create_row(desk, "quote", values)
    _copy_lines(desk, "quote", row["quoteid"], "quote", row_id)
    return _shown(desk, "quote", row_id, body, request)


def quote_to_order(desk: Desk, body: dict[str, Any], request: Request) -> Response:
    """An order from a won quote; an active one is won too. Not idempotent, as there."""
    row = desk.need("quote", str(body.get("QuoteId")))
    if row["statecode"] not in (1, 2):
        raise Refused(
            400, INVALID_STATE, "The quote must be active or won to be converted to an order."
        )
    if row["statecode"] == 1:
        given: Row = {
            "subject": body.get("QuoteCloseSubject") or f"Quote Won - {row['quotenumber']}"
        }
        given |= {
            "description": body.get("QuoteCloseDescription"),
            "actualend": body.get("QuoteCloseDate") or desk.now(),
        }
        end_quote(desk, row, 2, check_status(desk, "quote", 2, body.get("QuoteCloseStatus")), given)
    kept = {c.wire for c in desk.book["salesorder"].definition.columns if c.kept} | {
        "_customerid_type",
        "_ownerid_type",
    }
    values = {name: value for name, value in row.items() if name in kept and name not in _OWN}
    values |= {"_quoteid_value": row["quoteid"], "salesordercreationmethod": 776160001}
    order = create_row(desk, "salesorder", values)
    _copy_lines(desk, "quote", row["quoteid"], "salesorder", order)
    desk.change("salesorder", order, {"ispricelocked": True})
    return _shown(desk, "salesorder", order, body, request)


def _copy_lines(desk: Desk, source: str, source_id: str, target: str, target_id: str) -> None:
    """Lines as they are, prices included: they were agreed, and are not worked out anew."""
    old, new = DOCUMENTS[source], DOCUMENTS[target]
    columns = {c.wire for c in desk.book[new.line].definition.columns if c.kept}
    header = desk.need(target, target_id)
    for line in sorted(
        desk.find(old.line, **{old.parent: source_id}), key=lambda row: row["lineitemnumber"] or 0
    ):
        values = dict.fromkeys(columns) | {
            name: value for name, value in line.items() if name in columns
        }
        values |= {
            f"{new.line}id": str(uuid.uuid4()),
            new.parent: target_id,
            new.name: line["productname"],
            new.state: header["statecode"],
        }
        if source != target:
            values.pop(old.parent, None)
        if new.line == "salesorderdetail":
            values |= {
                "iscopied": True,
                "_quotedetailid_value": line.get("quotedetailid"),
                "salesorderispricelocked": False,
                "willcall": False,
            }
        desk.insert(new.line, values)
    retotal(desk, new, target_id)


def _shown(
    desk: Desk, logical: str, row_id: str, body: Mapping[str, Any], request: Request
) -> Response:
    wanted = body.get("ColumnSet") or {}
    entry = desk.book[logical]
    names = (
        [] if wanted.get("AllColumns") else list(wanted.get("Columns") or [entry.definition.key])
    )
    select = tuple(name if name in entry.properties else f"_{name}_value" for name in names)
    row = show(desk, entry, row_id, Options(select=select), read_prefer(request.headers), request)
    context = context_of(request, f"{entry.definition.entity_set}/$entity")
    return answer_json(
        200, {"@odata.context": context, "@odata.type": f"#Microsoft.Dynamics.CRM.{logical}", **row}
    )
