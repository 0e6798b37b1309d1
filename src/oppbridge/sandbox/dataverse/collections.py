"""Answers that hold many rows: context, counts, links."""

from __future__ import annotations

from typing import Any

from ..wire import Request, Response, answer_json
from .cookies import read_cookie
from .delta import count_delta, read_delta
from .desk import Desk
from .prefer import Prefer
from .query import Rows, count_rows, read_rows
from .schema.book import Entry
from .urls import context_of

METADATA_VERSION = "1000001"


def get_collection(desk: Desk, entry: Entry, request: Request, prefer: Prefer) -> Response:
    """A page of a table: a query, or a tracked reading."""
    if _tracked(request, prefer):
        return _delta_response(desk, entry, request, prefer)
    if "$apply" in request.query:
        from .aggregate import aggregate

        return aggregate(desk, entry, request)
    if "sql" in request.query:
        from .sql import run_sql

        return run_sql(desk, entry, request, prefer)
    if "fetchXml" in request.query:
        from .fetchxml import run_fetch

        return run_fetch(desk, entry, request, prefer)
    return collection_response(entry, read_rows(desk, entry, request, prefer), request, prefer)


def get_count(desk: Desk, entry: Entry, request: Request) -> Response:
    """The number alone, as text with a byte-order mark."""
    number = (
        count_delta(desk, entry, request)
        if "$deltatoken" in request.query
        else count_rows(desk, entry, request)
    )
    return Response(200, {"Content-Type": "text/plain"}, str(number).encode("utf-8-sig"))


def collection_response(entry: Entry, page: Rows, request: Request, prefer: Prefer) -> Response:
    """The JSON around a page of rows."""
    body: dict[str, Any] = {"@odata.context": _context(entry, request)}
    if page.count is not None:
        body["@odata.count"] = page.count
    if prefer.annotated("Microsoft.Dynamics.CRM.totalrecordcount"):
        body["@Microsoft.Dynamics.CRM.totalrecordcount"] = -1 if page.count is None else page.count
        body["@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded"] = page.count == 5000
    if prefer.annotated("Microsoft.Dynamics.CRM.globalmetadataversion"):
        body["@Microsoft.Dynamics.CRM.globalmetadataversion"] = METADATA_VERSION
    body["value"] = page.values
    if page.next_link:
        body["@odata.nextLink"] = page.next_link
    return answer_json(200, body, prefer.applied())


def _tracked(request: Request, prefer: Prefer) -> bool:
    if prefer.tracking or "$deltatoken" in request.query:
        return True
    return "$skiptoken" in request.query and read_cookie(request.query["$skiptoken"]).tracking


def _delta_response(desk: Desk, entry: Entry, request: Request, prefer: Prefer) -> Response:
    page = read_delta(desk, entry, request, prefer)
    suffix = "/$delta" if "$deltatoken" in request.query else ""
    body: dict[str, Any] = {"@odata.context": _context(entry, request) + suffix}
    if page.delta_link:
        body["@odata.deltaLink"] = page.delta_link
    body["value"] = page.values
    if page.next_link:
        body["@odata.nextLink"] = page.next_link
    return answer_json(200, body, prefer.applied())


def _context(entry: Entry, request: Request) -> str:
    select = request.query.get("$select")
    columns = f"({select})" if select else ""
    return context_of(request, f"{entry.definition.entity_set}{columns}")
