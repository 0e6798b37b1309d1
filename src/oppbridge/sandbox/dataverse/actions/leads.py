"""QualifyLead: account, contact and opportunity made from a lead."""

from __future__ import annotations

from typing import Any

from ...wire import Request, Response, answer_json
from ..desk import Desk
from ..refusals import Refused
from ..rules.registry import Row
from ..urls import context_of
from ..write import create_row, update_row
from .closing import check_status

_SHARED = (
    "emailaddress1",
    "telephone1",
    "websiteurl",
    "description",
    "address1_line1",
    "address1_city",
    "address1_postalcode",
    "address1_country",
)


def qualify(desk: Desk, row_id: str, body: dict[str, Any], request: Request) -> Response:
    """Open to Qualified; the rows asked for are created and named in the answer."""
    lead = desk.need("lead", row_id)
    if lead["statecode"] != 0:
        raise Refused(400, "0x80040519", "The lead is already closed.")
    made = _make(desk, lead, body)
    status = check_status(desk, "lead", 1, body.get("Status"))
    update_row(desk, "lead", lead, {"statecode": 1, "statuscode": status})
    value = [
        {"@odata.type": f"#Microsoft.Dynamics.CRM.{table}", f"{table}id": made_id}
        for table, made_id in made
    ]
    context = context_of(request, "Collection(Microsoft.Dynamics.CRM.crmbaseentity)")
    return answer_json(200, {"@odata.context": context, "value": value})


def _make(desk: Desk, lead: Row, body: dict[str, Any]) -> list[tuple[str, str]]:
    made: list[tuple[str, str]] = []
    origin = {"_originatingleadid_value": lead["leadid"]}
    shared = {name: lead[name] for name in _SHARED} | origin
    customer = _given_customer(body)
    if body.get("CreateAccount"):
        name = lead["companyname"] or lead["fullname"]
        made.append(("account", create_row(desk, "account", {**shared, "name": name})))
        customer = customer or made[-1]
    if body.get("CreateContact"):
        contact = shared | {"firstname": lead["firstname"], "lastname": lead["lastname"]}
        if customer and customer[0] == "account":
            parent = {"_parentcustomerid_value": customer[1], "_parentcustomerid_type": "account"}
            contact |= parent
        made.append(("contact", create_row(desk, "contact", contact)))
        customer = customer or made[-1]
    if body.get("CreateOpportunity"):
        made.append(("opportunity", _opportunity(desk, lead, customer, body)))
    return made


def _given_customer(body: dict[str, Any]) -> tuple[str, str] | None:
    given = body.get("OpportunityCustomerId") or {}
    for table in ("account", "contact"):
        if given.get(f"{table}id"):
            return table, str(given[f"{table}id"])
    return None


def _opportunity(
    desk: Desk, lead: Row, customer: tuple[str, str] | None, body: dict[str, Any]
) -> str:
    values: Row = {
        "name": lead["subject"],
        "_originatingleadid_value": lead["leadid"],
        "estimatedvalue": lead["estimatedamount"],
    }
    values |= {"estimatedclosedate": lead["estimatedclosedate"], "description": lead["description"]}
    if customer:
        values |= {"_customerid_type": customer[0], "_customerid_value": customer[1]}
    currency = (body.get("OpportunityCurrencyId") or {}).get("transactioncurrencyid")
    if currency:
        values["_transactioncurrencyid_value"] = currency
    return create_row(desk, "opportunity", values)
