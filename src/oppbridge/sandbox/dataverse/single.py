"""One row: read, create, update, upsert, delete, with the documented answers to each condition."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..odata.options import Options, parse_options
from ..tables import quote
from ..wire import Request, Response, answer_json
from .addresses import Place, locate, need_row
from .desk import Desk
from .expand import expand_rows, needed_for
from .payload import read_body, read_payload
from .prefer import Prefer
from .query import check_options
from .refusals import DUPLICATE, STALE, Refused
from .remove import delete_row
from .schema.book import Entry
from .shape import build_rows, make_shape
from .urls import context_of, root_of, set_address
from .write import create, create_payload, update_row


def get_row(desk: Desk, place: Place, request: Request, prefer: Prefer) -> Response:
    """200 with the row, or 304 where the caller has it already."""
    check_options(request)
    row_id = need_row(desk, place)
    options = parse_options(request.query)
    row = show(desk, place.entry, row_id, options, prefer, request)
    etag = row["@odata.etag"]
    if (
        request.headers.get("if-none-match") == etag
        and not options.expand
        and not prefer.annotations
    ):
        return Response(304, {"ETag": etag})
    return answer_json(
        200, _in_context(place.entry, row, options, request), {"ETag": etag, **prefer.applied()}
    )


def show(
    desk: Desk, entry: Entry, row_id: str, options: Options, prefer: Prefer, request: Request
) -> dict[str, Any]:
    """The JSON of one row that is known to be there."""
    shape = make_shape(desk, entry, options.select, prefer, needed_for(desk, entry, options.expand))
    key = quote(entry.definition.key)
    sql = f"SELECT {shape.sql('t0')} FROM {quote(entry.logical)} t0 WHERE t0.{key} = ?"
    raws = desk.database.select(sql, [row_id])
    rows = build_rows(desk, shape, raws)
    expand_rows(desk, shape, raws, rows, options, request)
    return rows[0]


def post_row(desk: Desk, entry: Entry, request: Request, prefer: Prefer) -> Response:
    """204 with the new address, or 201 with the row."""
    row_id = create(desk, entry, read_body(request.body))
    if prefer.representation:
        return _represented(desk, entry, row_id, 201, request, prefer)
    address = f"{set_address(request, entry.definition.entity_set)}({row_id})"
    return Response(204, {"OData-EntityId": address, "Location": address})


def patch_row(desk: Desk, place: Place, request: Request, prefer: Prefer) -> Response:
    """Update or upsert: 204, or the row as 200 (201 when it was created)."""
    entry, found = place.entry, locate(desk, place)
    match, none_match = request.headers.get("if-match"), request.headers.get("if-none-match")
    if found is not None and none_match == "*":
        raise Refused(412, DUPLICATE, "A record with matching key values already exists.")
    if found is None and match is not None:
        need_row(desk, place)
    body = read_body(request.body)
    if found is None:
        created = _upsert_new(desk, place, body)
    else:
        check_version(desk, entry, found, match)
        change(desk, entry, found, body, drop=tuple(place.key))
    if prefer.representation:
        return _represented(
            desk, entry, found or created, 201 if found is None else 200, request, prefer
        )
    return Response(204, {"OData-EntityId": f"{request.base}{root_of(request)}/{place.text}"})


def change(
    desk: Desk, entry: Entry, row_id: str, body: Mapping[str, Any], drop: tuple[str, ...] = ()
) -> None:
    """Update an existing row from a body; `drop` names key columns that the URL fixed."""
    payload = read_payload(desk, entry, body, creating=False)
    for nav, nested in payload.single.items():
        column, towards = entry.navs[nav]
        payload.values[column.wire] = create(desk, desk.book[towards[0].table], nested)
        if column.polymorphic:
            payload.values[column.type_property] = towards[0].table
    values = {name: value for name, value in payload.values.items() if name not in drop}
    if values:
        update_row(desk, entry.logical, desk.need(entry.logical, row_id), values)


def _upsert_new(desk: Desk, place: Place, body: Mapping[str, Any]) -> str:
    payload = read_payload(desk, place.entry, body, creating=True)
    key = {place.entry.definition.key: place.row_id} if place.row_id else place.key
    if place.row_id:
        payload.values.update(key)
    for name, value in key.items():
        payload.values.setdefault(name, value)
    return create_payload(desk, place.entry, payload)


def remove_row(desk: Desk, place: Place, request: Request) -> Response:
    """204, or 404, or 412 where the version moved."""
    row_id = need_row(desk, place)
    check_version(desk, place.entry, row_id, request.headers.get("if-match"))
    delete_row(desk, place.entry.logical, desk.need(place.entry.logical, row_id))
    return Response(204)


def check_version(desk: Desk, entry: Entry, row_id: str, match: str | None) -> None:
    """Refuse (412) an If-Match that is not the row's etag."""
    if match in (None, "*"):
        return
    if match != f'W/"{desk.need(entry.logical, row_id)["_version"]}"':
        raise Refused(
            412,
            STALE,
            "The version of the existing record doesn't match the RowVersion property provided.",
        )


def _represented(
    desk: Desk, entry: Entry, row_id: str, status: int, request: Request, prefer: Prefer
) -> Response:
    options = parse_options(request.query)
    if request.method == "PATCH":
        options = Options(select=options.select)
    row = show(desk, entry, row_id, options, prefer, request)
    headers = {"ETag": row["@odata.etag"], **prefer.applied()}
    return answer_json(status, _in_context(entry, row, options, request), headers)


def _in_context(
    entry: Entry, row: dict[str, Any], options: Options, request: Request
) -> dict[str, Any]:
    select = f"({','.join(options.select)})" if options.select else ""
    context = context_of(request, f"{entry.definition.entity_set}{select}/$entity")
    return {"@odata.context": context, **row}
