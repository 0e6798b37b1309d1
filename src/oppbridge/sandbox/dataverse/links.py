"""What lies behind a row: navigations, single columns, `$ref` links."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from ..odata.filters import Sql
from ..odata.options import Options, parse_options
from ..tables import quote
from ..wire import Request, Response, answer_json
from .addresses import Place, Segment, need_row, place_of, resolve
from .collections import collection_response
from .desk import Desk
from .payload import read_body
from .prefer import Prefer, read_prefer
from .query import count_rows, read_rows
from .refusals import Refused, bad_payload, no_such_set
from .remove import disassociate
from .schema.book import Entry
from .single import change, show
from .urls import context_of, set_address
from .write import associate, create, update_row


def get_behind(
    desk: Desk, place: Place, rest: Sequence[Segment], request: Request, prefer: Prefer
) -> Response:
    """GET of a navigation or column of a row."""
    entry, row_id, name = place.entry, need_row(desk, place), rest[0].name
    tail = [segment.name for segment in rest[1:]]
    if name in entry.navs:
        return _related(desk, entry, row_id, name, tail, request)
    if name in entry.collections or name in entry.pairs:
        return _members(desk, entry, row_id, name, tail, request)
    if name in entry.properties:
        value = show(desk, entry, row_id, Options(select=(name,)), Prefer(), request)[name]
        if tail == ["$value"]:
            text = orjson.dumps(value).decode()
            return (
                Response(200, {"Content-Type": "text/plain"}, text.strip('"').encode())
                if value is not None
                else Response(204)
            )
        context = context_of(request, f"{place.text}/{name}")
        return (
            answer_json(200, {"@odata.context": context, "value": value})
            if value is not None
            else Response(204)
        )
    raise no_such_set(name)


def _related(
    desk: Desk,
    entry: Entry,
    row_id: str,
    nav: str,
    tail: list[str],
    request: Request,
) -> Response:
    column, towards = entry.navs[nav]
    prefer = read_prefer(request.headers)
    row = desk.need(entry.logical, row_id)
    kind = row[column.type_property] if column.polymorphic else towards[0].table
    target_id = row[column.wire]
    if target_id is None or kind not in {t.table for t in towards}:
        return Response(204)
    target = desk.book[kind]
    address = set_address(request, target.definition.entity_set)
    if tail == ["$ref"]:
        return answer_json(
            200,
            {
                "@odata.context": context_of(request, "$ref"),
                "@odata.id": f"{address}({target_id})",
            },
        )
    shown = show(desk, target, target_id, parse_options(request.query), prefer, request)
    context = context_of(request, f"{target.definition.entity_set}/$entity")
    return answer_json(
        200,
        {"@odata.context": context, **shown},
        {"ETag": shown["@odata.etag"], **prefer.applied()},
    )


def _members(
    desk: Desk,
    entry: Entry,
    row_id: str,
    nav: str,
    tail: list[str],
    request: Request,
) -> Response:
    if nav in entry.collections:
        found = entry.collections[nav]
        child, within = desk.book[found.table], Sql(f"t0.{quote(found.column.wire)} = ?", (row_id,))
    else:
        pair = entry.pairs[nav]
        child = desk.book[pair.table]
        mine, theirs = quote(f"{entry.logical}id"), quote(f"{pair.table}id")
        link = f"SELECT {theirs} FROM {quote(pair.intersect)} WHERE {mine} = ?"
        within = Sql(f"t0.{quote(child.definition.key)} IN ({link})", (row_id,))
    if tail == ["$count"]:
        return Response(
            200,
            {"Content-Type": "text/plain"},
            str(count_rows(desk, child, request, within)).encode("utf-8-sig"),
        )
    prefer = read_prefer(request.headers)
    page = read_rows(desk, child, request, prefer, within)
    if tail == ["$ref"]:
        address = set_address(request, child.definition.entity_set)
        values = [{"@odata.id": f"{address}({row[child.definition.key]})"} for row in page.values]
        return answer_json(
            200,
            {
                "@odata.context": context_of(request, "Collection($ref)"),
                "value": values,
            },
        )
    return collection_response(child, page, request, prefer)


def put_behind(desk: Desk, place: Place, rest: Sequence[Segment], request: Request) -> Response:
    """PUT or POST on a row's column or link: 204."""
    entry, row_id, name = place.entry, need_row(desk, place), rest[0].name
    body = read_body(request.body)
    if [s.name for s in rest[1:]] == ["$ref"]:
        _link(desk, entry, row_id, name, _reference(body), request.method)
        return Response(204)
    if request.method == "PUT" and name in entry.columns and "value" in body:
        change(desk, entry, row_id, {name: body["value"]})
        return Response(204)
    if request.method == "PUT" and name in entry.collections and name.endswith("_activity_parties"):
        _replace_parties(desk, entry, row_id, body.get("value", []))
        return Response(204)
    raise Refused(
        405,
        "0x80060888",
        f"The requested resource does not support http method '{request.method}'.",
    )


def _reference(body: dict[str, Any]) -> str:
    address = body.get("@odata.id")
    if not isinstance(address, str):
        raise bad_payload("$ref", "The body of a reference must hold '@odata.id'.")
    return address


def _link(desk: Desk, entry: Entry, row_id: str, nav: str, address: str, method: str) -> None:
    if nav in entry.navs and method == "PUT":
        change(desk, entry, row_id, {f"{nav}@odata.bind": address})
    elif nav in entry.collections and method == "POST":
        target, target_id = resolve(desk, address)
        column = entry.collections[nav].column
        if target.logical != entry.collections[nav].table:
            raise bad_payload(
                entry.definition.entity_set, f"A '{target.logical}' cannot be added to '{nav}'."
            )
        kind = {column.type_property: entry.logical} if column.polymorphic else {}
        update_row(
            desk,
            target.logical,
            desk.need(target.logical, target_id),
            {column.wire: row_id, **kind},
        )
    elif nav in entry.pairs and method == "POST":
        target, target_id = resolve(desk, address)
        associate(
            desk,
            entry.pairs[nav].intersect,
            {f"{entry.logical}id": row_id, f"{target.logical}id": target_id},
        )
    elif nav in entry.navs or nav in entry.collections or nav in entry.pairs:
        raise Refused(
            405, "0x80060888", f"The requested resource does not support http method '{method}'."
        )
    else:
        raise no_such_set(nav)


def _replace_parties(desk: Desk, entry: Entry, row_id: str, items: list[dict[str, Any]]) -> None:
    for party in desk.find("activityparty", _activityid_value=row_id):
        desk.drop("activityparty", party["activitypartyid"])
    for item in items:
        party_id = create(desk, desk.book["activityparty"], item)
        desk.change("activityparty", party_id, {"_activityid_value": row_id})


def delete_behind(desk: Desk, place: Place, rest: Sequence[Segment], request: Request) -> Response:
    """DELETE of a link, or of a column's value: 204."""
    entry, row_id, name = place.entry, need_row(desk, place), rest[0].name
    if [s.name for s in rest[1:]] != ["$ref"]:
        if name not in entry.columns:
            raise no_such_set(name)
        change(desk, entry, row_id, {name: None})
        return Response(204)
    if name in entry.navs:
        change(desk, entry, row_id, {name: None})
        return Response(204)
    target_id = _target(desk, entry, name, rest[0], request)
    if name in entry.pairs:
        pair = entry.pairs[name]
        disassociate(
            desk, pair.intersect, {f"{entry.logical}id": row_id, f"{pair.table}id": target_id}
        )
    else:
        found = entry.collections[name]
        child = desk.need(found.table, target_id)
        if child[found.column.wire] == row_id:
            update_row(desk, found.table, child, {found.column.wire: None})
    return Response(204)


def _target(desk: Desk, entry: Entry, nav: str, segment: Segment, request: Request) -> str:
    if nav not in entry.pairs and nav not in entry.collections:
        raise no_such_set(nav)
    table = entry.pairs[nav].table if nav in entry.pairs else entry.collections[nav].table
    if segment.inside is not None:
        return need_row(
            desk, place_of(desk, Segment(desk.book[table].definition.entity_set, segment.inside))
        )
    return resolve(desk, request.query.get("$id", ""))[1]
