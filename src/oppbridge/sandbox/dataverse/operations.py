"""Functions and actions by name, bound and unbound."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

import orjson

from ..tables import quote
from ..wire import Request, Response, answer_json
from .actions import catalogue, closing, conversions, orders
from .addresses import Place, Segment, need_row
from .desk import Desk
from .payload import read_body
from .refusals import BAD_ARGUMENT, BAD_QUERY, Refused, no_such_set
from .remove import delete_row
from .rules.prices import DOCUMENTS, reprice
from .schema.book import Entry
from .urls import context_of

VERSION = "9.2.26111.00150"
_SPACE = "Microsoft.Dynamics.CRM."

Action = Callable[[Desk, dict[str, Any], Request], Response]


def unbound(desk: Desk, segment: Segment, request: Request) -> Response:
    """A function (GET) or an action (POST) that belongs to no row."""
    if request.method == "GET":
        if segment.name not in _FUNCTIONS:
            raise no_such_set(segment.name)
        return _FUNCTIONS[segment.name](desk, _arguments(segment, request), request)
    action = _ACTIONS.get(segment.name)
    if action is None:
        raise no_such_set(segment.name)
    return action(desk, read_body(request.body), request)


def bound_to_set(desk: Desk, entry: Entry, name: str, request: Request) -> Response:
    """An action bound to a table; the namespace is mandatory."""
    if not name.startswith(_SPACE):
        raise Refused(400, BAD_QUERY, f"Request message has unresolved parameters: '{name}'.")
    if (entry.logical, name.removeprefix(_SPACE)) == ("salesorder", "FulfillSalesOrder"):
        return orders.fulfill(desk, read_body(request.body), request)
    raise no_such_set(name)


def bound_to_row(desk: Desk, place: Place, name: str, request: Request) -> Response:
    """An action bound to one row; the namespace is mandatory."""
    if not name.startswith(_SPACE):
        raise Refused(400, BAD_QUERY, f"Request message has unresolved parameters: '{name}'.")
    row_id = need_row(desk, place)
    match place.entry.logical, name.removeprefix(_SPACE):
        case "salesorder", "LockSalesOrderPricing":
            return orders.lock(desk, row_id, locked=True)
        case "product", "PublishProductHierarchy":
            return catalogue.publish(desk, row_id)
        case "lead", "QualifyLead":
            from .actions.leads import qualify

            return qualify(desk, row_id, read_body(request.body), request)
    raise no_such_set(name)


_PAIR = re.compile(r"(\w+)\s*=\s*(@?\w+|'(?:[^']|'')*'|\[[^\]]*\]|[^,]+)")


def _arguments(segment: Segment, request: Request) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for name, text in _PAIR.findall(segment.inside or ""):
        value = request.query.get(text, "") if text.startswith("@") else text
        try:
            out[name] = orjson.loads(value)
        except ValueError:
            out[name] = value.strip("'")
    return out


def _typed(request: Request, kind: str, body: dict[str, Any]) -> Response:
    context = context_of(request, f"Microsoft.Dynamics.CRM.{kind}")
    return answer_json(200, {"@odata.context": context, **body})


def _who(desk: Desk, arguments: dict[str, Any], request: Request) -> Response:
    me = desk.need("systemuser", desk.caller.user)
    body = {
        "BusinessUnitId": me["_businessunitid_value"],
        "UserId": desk.caller.user,
        "OrganizationId": desk.database.fact("organization"),
    }
    return _typed(request, "WhoAmIResponse", body)


def _version(desk: Desk, arguments: dict[str, Any], request: Request) -> Response:
    return _typed(request, "RetrieveVersionResponse", {"Version": VERSION})


def _timestamp(desk: Desk, arguments: dict[str, Any], request: Request) -> Response:
    return _typed(request, "RetrieveTimestampResponse", {"Timestamp": desk.book.stamp})


def _total_count(desk: Desk, arguments: dict[str, Any], request: Request) -> Response:
    names = arguments.get("EntityNames")
    if not isinstance(names, list) or not all(name in desk.book.entries for name in names):
        raise Refused(400, BAD_QUERY, "The parameter 'EntityNames' must name tables.")
    counts = [
        int(desk.database.select(f"SELECT count(*) FROM {quote(name)}")[0][0]) for name in names
    ]
    kind = "EntityRecordCountCollection"
    collection = {"Count": len(names), "IsReadOnly": False, "Keys": names, "Values": counts}
    return _typed(request, "RetrieveTotalRecordCountResponse", {kind: collection})


def _languages(desk: Desk, arguments: dict[str, Any], request: Request) -> Response:
    return _typed(request, "RetrieveAvailableLanguagesResponse", {"LocaleIds": [1033]})


def _current_organization(desk: Desk, arguments: dict[str, Any], request: Request) -> Response:
    organization = desk.organization()
    detail = {
        "OrganizationId": organization["organizationid"],
        "FriendlyName": organization["name"],
        "UniqueName": organization["name"],
        "OrganizationVersion": VERSION,
        "UrlName": organization["name"],
        "State": "Enabled",
    }
    return _typed(request, "RetrieveCurrentOrganizationResponse", {"Detail": detail})


def _actual_value(desk: Desk, arguments: dict[str, Any], request: Request) -> Response:
    row = desk.need("opportunity", str(arguments.get("OpportunityId")))
    value = row["actualvalue"] if row["actualvalue"] is not None else row["estimatedvalue"]
    shown = orjson.Fragment(str(value)) if value is not None else None
    return _typed(request, "CalculateActualValueOpportunityResponse", {"Value": shown})


def _recalculate(desk: Desk, body: dict[str, Any], request: Request) -> Response:
    document = DOCUMENTS.get(str(body.get("entityLogicalName")))
    if document is None:
        raise Refused(400, BAD_ARGUMENT, "Prices of this table cannot be calculated.")
    reprice(desk, document, str(body.get("entityId")))
    return Response(204)


def _bulk_delete(desk: Desk, body: dict[str, Any], request: Request) -> Response:
    """Runs at once what the service would queue as a job."""
    for query in _items(body, "QuerySet"):
        entry = desk.book.entries.get(str(query.get("EntityName")))
        if entry is None:
            raise no_such_set(str(query.get("EntityName")))
        for condition in _items(query.get("Criteria") or {}, "Conditions"):
            _delete_listed(desk, entry, condition)
    job = desk.database.versions.last
    return _typed(request, "BulkDeleteResponse", {"JobId": f"00000000-0000-4000-8000-{job:012d}"})


def _delete_listed(desk: Desk, entry: Entry, condition: dict[str, Any]) -> None:
    by_key = condition.get("AttributeName") == entry.definition.key
    if not by_key or condition.get("Operator") not in ("In", 8):
        raise Refused(400, BAD_ARGUMENT, "This sandbox deletes in bulk by primary key only.")
    for value in condition.get("Values") or ():
        row_id = str(value["Value"] if isinstance(value, dict) else value).lower()
        row = desk.get(entry.logical, row_id)
        if row is not None:
            delete_row(desk, entry.logical, row)


def _items(body: dict[str, Any], name: str) -> list[dict[str, Any]]:
    items = body.get(name) or []
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise Refused(400, "0x80048d19", f"The parameter '{name}' must be a collection.")
    return items


_BULK = frozenset({"Create", "Update", "CreateMultiple", "UpdateMultiple", "UpsertMultiple"})
_FILTER = re.compile(r"sdkmessageid/name eq '(\w+)' and primaryobjecttypecode eq '(\w+)'")


def _message_filters(desk: Desk, arguments: dict[str, Any], request: Request) -> Response:
    """Which bulk messages a table takes: the one query documented for this set."""
    match = _FILTER.search(request.query.get("$filter", ""))
    if match is None:
        raise Refused(
            400, BAD_QUERY, "This sandbox answers sdkmessagefilters by message name and table only."
        )
    offered = (
        match[1] in _BULK
        and match[2] in desk.book.entries
        and not desk.book[match[2]].definition.intersect
    )
    identity = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{match[1]}/{match[2]}"))
    rows = [{"sdkmessagefilterid": identity}] if offered else []
    return answer_json(
        200,
        {
            "@odata.context": context_of(request, "sdkmessagefilters(sdkmessagefilterid)"),
            "value": rows,
        },
    )


_FUNCTIONS: dict[str, Action] = {
    "sdkmessagefilters": _message_filters,
    "WhoAmI": _who,
    "RetrieveTimestamp": _timestamp,
    "RetrieveVersion": _version,
    "RetrieveTotalRecordCount": _total_count,
    "RetrieveAvailableLanguages": _languages,
    "RetrieveProvisionedLanguages": _languages,
    "RetrieveCurrentOrganization": _current_organization,
    "CalculateActualValueOpportunity": _actual_value,
}

_ACTIONS: dict[str, Action] = {
    "WinOpportunity": closing.win_opportunity,
    "LoseOpportunity": closing.lose_opportunity,
    "WinQuote": closing.win_quote,
    "CloseQuote": closing.close_quote,
    "ReviseQuote": conversions.revise_quote,
    "ConvertQuoteToSalesOrder": conversions.quote_to_order,
    "GenerateQuoteFromOpportunity": conversions.opportunity_to_quote,
    "GenerateSalesOrderFromOpportunity": conversions.opportunity_to_order,
    "GetQuoteProductsFromOpportunity": conversions.products_to_quote,
    "GetSalesOrderProductsFromOpportunity": conversions.products_to_order,
    "FulfillSalesOrder": orders.fulfill_unbound,
    "CancelSalesOrder": orders.cancel,
    "UnlockSalesOrderPricing": orders.unlock,
    "RecalculatePrice": _recalculate,
    "BulkDelete": _bulk_delete,
}
