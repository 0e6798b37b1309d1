"""Request bodies to values: columns checked, lookups bound, nested rows set apart."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from .addresses import resolve
from .desk import Desk
from .refusals import BAD_PAYLOAD, Refused, bad_payload
from .schema.book import Entry
from .schema.model import Column, Towards
from .values import WrongType, check_value


@dataclass(slots=True)
class Payload:
    """`values` by JSON name; `single` and `many` hold nested rows to create, by navigation."""

    values: dict[str, Any] = field(default_factory=dict)
    single: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    many: dict[str, list[Mapping[str, Any]]] = field(default_factory=dict)


def read_body(body: bytes) -> dict[str, Any]:
    """The JSON object of a body; amounts become `Decimal`, so that no digit is lost."""
    try:
        data = json.loads(body or b"{}", parse_float=Decimal)
    except ValueError as problem:
        raise Refused(
            400, BAD_PAYLOAD, f"Error identified in Payload provided by the user: {problem}"
        ) from None
    if not isinstance(data, dict):
        raise Refused(
            400,
            BAD_PAYLOAD,
            "Error identified in Payload provided by the user: an object was expected.",
        )
    return data


def read_payload(desk: Desk, entry: Entry, body: Mapping[str, Any], *, creating: bool) -> Payload:
    """What a body says about a row of `entry`. Refuses unknown names, wrong types, wrong casing."""
    out = Payload()
    for name, value in body.items():
        if name.startswith("@"):
            continue
        if "@" in name:
            nav, _, annotation = name.partition("@")
            if annotation == "odata.bind":
                _bind(desk, entry, nav, value, out, creating=creating)
            continue
        if name in entry.columns and not entry.columns[name].towards:
            _column(entry, entry.columns[name], value, out, creating=creating)
        elif name in entry.navs:
            _nested(entry, name, value, out)
        elif name in entry.collections or name in entry.pairs:
            _collection(entry, name, value, out, creating=creating)
        else:
            raise _undeclared(entry, name, value)
    return out


def _column(entry: Entry, column: Column, value: Any, out: Payload, *, creating: bool) -> None:
    try:
        checked = check_value(column, value, entry.logical) if not column.ignored else None
    except WrongType as problem:
        raise bad_payload(entry.definition.entity_set, str(problem)) from None
    if column.ignored or not (
        column.creatable if creating else column.updatable or column.name == entry.definition.key
    ):
        return
    out.values[column.wire] = checked


def _bind(desk: Desk, entry: Entry, nav: str, value: Any, out: Payload, *, creating: bool) -> None:
    if nav not in entry.navs:
        raise bad_payload(
            entry.definition.entity_set,
            f"An undeclared property '{nav}' which only has property annotations in the payload "
            "but no property value was found in "
            "the payload. In OData, only declared navigation properties and declared named "
            "streams can be represented as properties "
            "without values.",
        )
    column, towards = entry.navs[nav]
    if not creating and not column.updatable:
        return
    if value is None:
        _set(out, column, None, None)
        return
    if not isinstance(value, str):
        raise bad_payload(
            entry.definition.entity_set, f"The value of '{nav}@odata.bind' must be a string."
        )
    try:
        target, row_id = resolve(desk, value)
    except Refused as refusal:
        if refusal.status == 404:
            refusal.status = desk.settings.assumptions.missing_bind_target_status
        raise
    if target.logical not in {t.table for t in towards} and not _activity_root(
        desk, target, towards
    ):
        raise bad_payload(
            entry.definition.entity_set,
            f"A resource with type 'Microsoft.Dynamics.CRM.{target.logical}' cannot be bound to "
            f"the navigation property '{nav}'.",
        )
    _set(out, column, row_id, target.logical)


def _activity_root(desk: Desk, target: Entry, towards: tuple[Towards, ...]) -> bool:
    return target.definition.activity and any(t.table == "activitypointer" for t in towards)


def _set(out: Payload, column: Column, row_id: str | None, target: str | None) -> None:
    if column.ignored:
        return
    out.values[column.wire] = row_id
    if column.polymorphic:
        out.values[column.type_property] = target


def _nested(entry: Entry, nav: str, value: Any, out: Payload) -> None:
    if value is None:
        _set(out, entry.navs[nav][0], None, None)
    elif isinstance(value, Mapping):
        out.single[nav] = value
    else:
        raise bad_payload(
            entry.definition.entity_set,
            f"The value of the navigation property '{nav}' must be an object.",
        )


def _collection(entry: Entry, nav: str, value: Any, out: Payload, *, creating: bool) -> None:
    if not creating:
        raise bad_payload(
            entry.definition.entity_set,
            f"The navigation property '{nav}' with nested payload is not allowed in an update. "
            "Deep update is not supported.",
        )
    if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
        raise bad_payload(
            entry.definition.entity_set,
            f"The value of the navigation property '{nav}' must be an array of objects.",
        )
    out.many[nav] = value


def _undeclared(entry: Entry, name: str, value: Any) -> Refused:
    inner = (
        f"The property '{name}' does not exist on type 'Microsoft.Dynamics.CRM.{entry.logical}'. "
    )
    if name in entry.properties:
        inner = f"A value was provided for the read-only property '{name}'. "
    return bad_payload(
        entry.definition.entity_set,
        inner + "Make sure to only use property names that are defined by the type.",
    )
