"""CreateMultiple, UpdateMultiple, UpsertMultiple: all rows or none, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..wire import Request, Response, answer_json
from .addresses import locate, place_of, relative, split_path
from .desk import Desk
from .payload import read_body
from .refusals import GENERIC, NOT_IMPLEMENTED, Refused, bad_payload, no_such_row
from .schema.book import Entry
from .single import change
from .urls import context_of
from .write import create


def run_bulk(desk: Desk, entry: Entry, action: str, request: Request) -> Response:
    """Carry out a bulk action on a table; the first bad row refuses the whole of it."""
    if action == "DeleteMultiple":
        raise Refused(501, NOT_IMPLEMENTED, "DeleteMultiple has not yet been implemented.")
    targets = read_body(request.body).get("Targets")
    if not isinstance(targets, list):
        raise bad_payload(entry.definition.entity_set, "The parameter 'Targets' is required.")
    ids = []
    for number, target in enumerate(targets):
        try:
            _typed(entry, target)
            ids.append(_ACTIONS[action](desk, entry, target))
        except Refused as refusal:
            if desk.settings.assumptions.bulk_error_names_item:
                refusal.message = f"[{number}] {refusal.message}"
            raise
    if action == "CreateMultiple":
        context = context_of(request, "Microsoft.Dynamics.CRM.CreateMultipleResponse")
        return answer_json(200, {"@odata.context": context, "Ids": ids}, {})
    return Response(204)


def _typed(entry: Entry, target: Any) -> None:
    expected = f"Microsoft.Dynamics.CRM.{entry.logical}"
    if (
        not isinstance(target, Mapping)
        or str(target.get("@odata.type", "")).lstrip("#") != expected
    ):
        raise bad_payload(
            entry.definition.entity_set, f"Each target must carry '@odata.type': '{expected}'."
        )


def _create(desk: Desk, entry: Entry, target: Mapping[str, Any]) -> str:
    return create(desk, entry, target)


def _update(desk: Desk, entry: Entry, target: Mapping[str, Any]) -> str:
    key = entry.definition.key
    row_id = str(target.get(key, "")).lower()
    if not desk.has(entry.logical, row_id):
        raise no_such_row(entry.logical, row_id)
    change(desk, entry, row_id, target)
    return row_id


def _upsert(desk: Desk, entry: Entry, target: Mapping[str, Any]) -> str:
    key = entry.definition.key
    if "@odata.id" not in target:
        row_id = str(target.get(key, "")).lower()
        if not desk.has(entry.logical, row_id):
            return create(desk, entry, target)
        change(desk, entry, row_id, target)
        return row_id
    place = place_of(desk, split_path(relative(str(target["@odata.id"])))[0])
    found = locate(desk, place)
    if found is not None:
        change(desk, entry, found, target, drop=tuple(place.key))
        return found
    if set(place.key) & set(target):
        raise Refused(
            400,
            GENERIC,
            "An unexpected error occurred: an item with the same key has already been added.",
        )
    own = {key: place.row_id} if place.row_id else {}
    return create(desk, entry, {**target, **own, **place.key})


_ACTIONS: dict[str, Callable[[Desk, Entry, Mapping[str, Any]], str]] = {
    "CreateMultiple": _create,
    "UpdateMultiple": _update,
    "UpsertMultiple": _upsert,
}
