"""What the service's JSON metadata says about an entity: types, lengths, what may be written when.

`/data/$metadata` is tens of megabytes long and says neither what is mandatory nor what may be
edited; `/Metadata/PublicEntities('Name')` says both for one entity.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from oppbridge.contract import Column, Description
from oppbridge.errors import Gone, SchemaDrift
from oppbridge.http.answer import Call
from oppbridge.http.session import Session

from .rows import HEADERS
from .tables import COMPANY, NAMESPACE
from .view import CUSTOMER, LINE_DISCOUNT, PARTY, UNIT_COST, UNIT_PRICE, View

_KINDS = {
    "String": "text",
    "Real": "decimal",
    "Int32": "integer",
    "Int64": "integer",
    "Date": "date",
    "UtcDateTime": "instant",
    "Guid": "text",
    "Enum": "choice",
}
_FILLED = frozenset((COMPANY, PARTY, "ProductNumber", "InvoiceCustomerAccountNumber"))


def describe(session: Session, view: View) -> Description:
    """The table with its lines; made columns are told as what they are written to."""
    enums: dict[str, Mapping[str, str]] = {}
    found = _entity(session, view.table.type)
    columns = _columns(session, found, view.wanted, enums)
    for join, _ in view.joins:
        joined = _columns(session, _entity(session, join.type), join.columns, enums)
        columns |= {name: _read_only(joined[name]) for name in join.columns & joined.keys()}
    columns |= _made(view, columns)
    native = str(found.get("EntitySetName") or view.table.set)
    if view.table.lines is None:
        return Description(native, columns)
    parts = view.parts
    lines = _columns(session, _entity(session, parts.type), view.wanted_lines, enums)
    if parts.parent in lines:
        lines[parts.parent] = _optional(lines[parts.parent])
    lines |= {name: Column(name, "decimal") for name in (UNIT_PRICE, LINE_DISCOUNT)}
    inner = Description(parts.set, lines)
    return Description(native, columns, {parts.set: inner})


def _made(view: View, columns: Mapping[str, Column]) -> dict[str, Column]:
    made: dict[str, Column] = {}
    if view.entity == "contact":
        made[CUSTOMER] = Column(CUSTOMER, "text", length=20, updatable=False)
    if view.table.joins:
        made |= {name: Column(name, "decimal") for name in (UNIT_PRICE, UNIT_COST)}
        # Written to the shared product, shown by the released one.
        for name in ("ProductName", "ProductDescription", "ProductType"):
            if name in columns:
                updatable = name != "ProductType"
                made[name] = _writable(columns[name], updatable=updatable)
    return made


def _entity(session: Session, kind: str) -> Mapping[str, Any]:
    return _read(session, f"Metadata/PublicEntities('{kind}')")


def _columns(
    session: Session,
    found: Mapping[str, Any],
    asked: Iterable[str],
    enums: dict[str, Mapping[str, str]],
) -> dict[str, Column]:
    """Every column of an entity type; the members of enumerations only of those asked for."""
    wanted = set(asked)
    columns: dict[str, Column] = {}
    for given in found.get("Properties") or ():
        name = str(given["Name"])
        choices = None
        if given.get("DataType") == "Enum" and name in wanted:
            choices = _members(session, str(given["TypeName"]), enums)
        columns[name] = _column(name, given, choices)
    return columns


def _column(name: str, given: Mapping[str, Any], choices: Mapping[str, str] | None) -> Column:
    return Column(
        name=name,
        kind=_KINDS.get(str(given.get("DataType")), "text"),
        length=given.get("StringLength") or None,
        choices=choices,
        creatable=bool(given.get("AllowEditOnCreate", True)),
        updatable=bool(given.get("AllowEdit", True)),
        required=bool(given.get("IsMandatory", False)) and name not in _FILLED,
    )


def _members(session: Session, kind: str, enums: dict[str, Mapping[str, str]]) -> Mapping[str, str]:
    name = kind.removeprefix(f"{NAMESPACE}.")
    if name not in enums:
        found = _read(session, f"Metadata/PublicEnumerations('{name}')")
        members = found.get("Members") or ()
        enums[name] = {str(one["Name"]): str(one["Name"]) for one in members}
    return enums[name]


def _read(session: Session, path: str) -> Mapping[str, Any]:
    try:
        found: Mapping[str, Any] = session.json(Call("GET", path, None, HEADERS, repeatable=True))
    except Gone as error:
        raise SchemaDrift(f"{path}: the service does not know it") from error
    return found


def _read_only(column: Column) -> Column:
    return _rights(column, creatable=False, updatable=False)


def _writable(column: Column, *, updatable: bool) -> Column:
    return _rights(column, creatable=True, updatable=updatable)


def _optional(column: Column) -> Column:
    return _rights(column, creatable=column.creatable, updatable=column.updatable)


def _rights(column: Column, *, creatable: bool, updatable: bool) -> Column:
    """The same column with other rights, never required: the connector fills it."""
    return Column(
        name=column.name,
        kind=column.kind,
        length=column.length,
        choices=column.choices,
        creatable=creatable,
        updatable=updatable,
    )
