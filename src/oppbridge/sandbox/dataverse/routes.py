"""Which part of the service a URL leads to."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace

from ..odata.batch import BadBatch, Runner, build_batch, failed, parse_batch
from ..odata.options import BadQuery
from ..wire import Request, Response, answer_json
from .addresses import Segment, need_row, place_of, split_path
from .bulk import run_bulk
from .collections import get_collection, get_count
from .desk import Desk
from .links import delete_behind, get_behind, put_behind
from .operations import bound_to_row, bound_to_set, unbound
from .prefer import Prefer, read_prefer
from .refusals import BAD_QUERY, Refused, error_response, no_such_set
from .single import get_row, patch_row, post_row, remove_row
from .urls import root_of

_SPACE = "Microsoft.Dynamics.CRM."
_BULK = frozenset({"CreateMultiple", "UpdateMultiple", "UpsertMultiple", "DeleteMultiple"})
_GET_LIMIT = 32768
_METADATA = frozenset(
    {"EntityDefinitions", "GlobalOptionSetDefinitions", "RelationshipDefinitions"}
)


def route(desk: Desk, request: Request, prefer: Prefer) -> Response:
    """Answer a request below the API root. Writes go through in a transaction of their own."""
    segments = split_path(request.path.split("/", 4)[4] if request.path.count("/") >= 4 else "")
    if request.method == "GET" and len(request.raw_query) > _GET_LIMIT:
        raise Refused(414, "0x80060888", "The request URI is too long.")
    if request.method == "POST" and [s.name for s in segments] == ["$batch"]:
        return _batch(desk, request, prefer)
    if request.method == "GET":
        return _get(desk, segments, request, prefer)
    with desk.database.transaction(request.stamp):
        return _write(desk, segments, request, prefer)


def _get(desk: Desk, segments: Sequence[Segment], request: Request, prefer: Prefer) -> Response:
    if not segments:
        return _service_document(desk, request)
    first, rest = segments[0], segments[1:]
    if first.name == "$metadata":
        from .csdl import metadata

        return metadata(desk.book, annotated=request.query.get("annotations", "").lower() == "true")
    if first.name in _METADATA:
        from .definitions import read_definitions

        return read_definitions(desk.book, segments, request)
    entry = desk.book.sets.get(first.name)
    if entry is None:
        return unbound(desk, first, request)
    if first.inside is None:
        if not rest:
            return get_collection(desk, entry, request, prefer)
        if rest[0].name == "$count":
            return get_count(desk, entry, request)
        raise no_such_set(rest[0].name)
    place = place_of(desk, first)
    return (
        get_behind(desk, place, rest, request, prefer)
        if rest
        else get_row(desk, place, request, prefer)
    )


def _write(desk: Desk, segments: Sequence[Segment], request: Request, prefer: Prefer) -> Response:
    if not segments:
        raise _wrong_method(request)
    first, rest = segments[0], segments[1:]
    entry = desk.book.sets.get(first.name)
    if entry is None:
        if request.method != "POST":
            raise no_such_set(first.name)
        return unbound(desk, first, request)
    if first.inside is None:
        if request.method != "POST":
            raise _wrong_method(request)
        if not rest:
            if entry.definition.intersect:
                raise Refused(
                    405,
                    "0x80040800",
                    f"The 'Create' method does not support entities of type '{entry.logical}'.",
                )
            return post_row(desk, entry, request, prefer)
        action = rest[0].name.removeprefix(_SPACE)
        if rest[0].name.startswith(_SPACE) and action in _BULK:
            return run_bulk(desk, entry, action, request)
        return bound_to_set(desk, entry, rest[0].name, request)
    return _write_row(desk, first, rest, request, prefer)


def _write_row(
    desk: Desk, first: Segment, rest: Sequence[Segment], request: Request, prefer: Prefer
) -> Response:
    place = place_of(desk, first)
    if place.entry.definition.intersect and not rest:
        raise Refused(
            405,
            "0x80040800",
            f"The method does not support entities of type '{place.entry.logical}'.",
        )
    match request.method, bool(rest):
        case (("PATCH" | "PUT"), False):
            return patch_row(desk, place, request, prefer)
        case "DELETE", False:
            return remove_row(desk, place, request)
        case "DELETE", True:
            return delete_behind(desk, place, rest, request)
        case "POST", True if len(rest) == 1:
            need_row(desk, place)
            return bound_to_row(desk, place, rest[0].name, request)
        case (("PUT" | "POST"), True):
            return put_behind(desk, place, rest, request)
    raise _wrong_method(request)


def _wrong_method(request: Request) -> Refused:
    return Refused(
        405, BAD_QUERY, f"The requested resource does not support http method '{request.method}'."
    )


def _service_document(desk: Desk, request: Request) -> Response:
    sets = [{"name": name, "kind": "EntitySet", "url": name} for name in desk.book.sets]
    return answer_json(
        200, {"@odata.context": f"{request.base}{root_of(request)}/$metadata", "value": sets}
    )


def _batch(desk: Desk, request: Request, prefer: Prefer) -> Response:
    try:
        items = parse_batch(request.headers.get("content-type", ""), request.body)
    except BadBatch as problem:
        return error_response(400, BAD_QUERY, str(problem))
    runner = Runner(
        answer=lambda one: _part(desk, one),
        transaction=lambda: desk.database.transaction(request.stamp),
        refuse=lambda message: error_response(400, BAD_QUERY, message),
        root=root_of(request),
        on_error_go_on=prefer.go_on,
    )
    done = runner.run(items, request)
    if not desk.settings.assumptions.failed_change_set_nested:
        done = [
            replace(d, response=d.members[0][1], members=[]) if d.members and failed(d) else d
            for d in done
        ]
    status = 400 if not prefer.go_on and any(map(failed, done)) else 200
    return build_batch(done, status)


def _part(desk: Desk, request: Request) -> Response:
    if request.path.endswith("/$batch"):
        return error_response(400, BAD_QUERY, "A batch cannot hold another batch.")
    # Inside a change set this is a savepoint: a refused part leaves nothing behind.
    answer = answer_errors(desk, request)
    failing = {"REQ_ID": str(uuid.uuid4())} if answer.status >= 400 else {}
    return replace(answer, headers={"OData-Version": "4.0", **answer.headers, **failing})


def answer_errors(desk: Desk, request: Request) -> Response:
    """Answer a request, refusals in the error envelope."""
    prefer = read_prefer(request.headers)
    desk.detecting = request.headers.get("mscrm.suppressduplicatedetection") == "false"
    annotated = bool(prefer.annotations)
    try:
        return route(desk, request, prefer)
    except Refused as refusal:
        return error_response(refusal.status, refusal.code, refusal.message, annotated=annotated)
    except BadQuery as problem:
        return error_response(400, BAD_QUERY, str(problem), annotated=annotated)
