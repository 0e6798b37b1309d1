"""The environment's metadata as the contract describes tables.

Source: "Query table definitions using the Web API". Facets such as a length are served only by a
cast to the attribute's own type, hence one request for each kind, all in one batch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from oppbridge.contract import Column, Description
from oppbridge.errors import Reject, SchemaDrift
from oppbridge.http.answer import Call
from oppbridge.http.odata import Query
from oppbridge.http.paging import all_rows

from .columns import LIST_PRICE, LIST_PRICE_ISO, NAMED, NET_AMOUNT, SCORE, TARGETS
from .desk import ROOT, Desk, Entity
from .finding import batched
from .tables import Child, Kind

_KINDS = {
    "String": "text",
    "Memo": "text",
    "EntityName": "text",
    "Integer": "integer",
    "BigInt": "integer",
    "Decimal": "decimal",
    "Double": "decimal",
    "Money": "decimal",
    "Boolean": "boolean",
    "Picklist": "choice",
    "State": "choice",
    "Status": "choice",
    "Lookup": "reference",
    "Customer": "reference",
    "Owner": "reference",
    "Uniqueidentifier": "text",
}
_FACETS = {
    "StringAttributeMetadata": "MaxLength",
    "MemoAttributeMetadata": "MaxLength",
    "MoneyAttributeMetadata": "Precision,MinValue,MaxValue",
    "DecimalAttributeMetadata": "Precision,MinValue,MaxValue",
    "IntegerAttributeMetadata": "MinValue,MaxValue",
    "DateTimeAttributeMetadata": "DateTimeBehavior",
    "LookupAttributeMetadata": "Targets",
}
_OPTIONS = ("Picklist", "State", "Status", "Boolean")
_FILLED = frozenset({"Owner", "State", "Status", "Boolean", "Picklist", "Uniqueidentifier"})
_SCORES = "msdyn_predictivescore"

SETS = Query(select=("LogicalName", "EntitySetName")).of(f"{ROOT}/EntityDefinitions")

Sets = Mapping[str, str]


def survey(desk: Desk) -> str | None:
    """The environment's own stamp of its metadata; None where it does not give one.

    Source: "RetrieveTimestampRequest": the same value means that no metadata has changed.
    """
    path = f"{ROOT}/RetrieveTimestamp()"
    try:
        found = desk.session.json(Call("GET", path, None, desk.headers, repeatable=True))
    except Reject:
        return None
    stamp = found.get("Timestamp") if isinstance(found, Mapping) else None
    return str(stamp) if stamp else None


def describe(desk: Desk, entity: Entity) -> Description:
    """The columns of the entity's table and of its parts, with those the connector adds."""
    sets = _sets(desk)
    if entity.table.logical not in sets:
        raise SchemaDrift(f"{desk.session.host} has no table {entity.table.logical}")
    columns = _columns(desk, entity.table.logical, sets)
    if entity.table.logical == "opportunity" and _SCORES in sets:
        scores = _columns(desk, _SCORES, sets).values()
        columns |= {SCORE + one.name: replace(one, name=SCORE + one.name) for one in scores}
    if entity.table.logical == "product" and "price" in columns:
        columns |= {one.name: one for one in _prices(columns)}
    optional = {name: replace(one, required=False) for name, one in columns.items()}
    made = {"product": optional}.get(entity.table.logical, columns)
    collections = {
        child.collection: _part(desk, child, sets)
        for child in entity.table.children.values()
        if child.kind is not Kind.PRICES
        and child.collection in entity.selection.collections
        and _logical(child) in sets
    }
    return Description(sets[entity.table.logical], made, collections)


def _part(desk: Desk, child: Child, sets: Sets) -> Description:
    parent = child.parent.removeprefix("_").removesuffix("_value")
    columns = {
        name: replace(one, required=one.required and name != parent)
        for name, one in _columns(desk, _logical(child), sets).items()
    }
    role = columns.get("record2roleid_name")
    if child.kind is Kind.STAKEHOLDERS and role is not None:
        columns[role.name] = replace(role, required=False)
    return Description(child.set, columns)


def _logical(child: Child) -> str:
    return "competitor" if child.kind is Kind.COMPETITORS else child.logical


def _columns(desk: Desk, logical: str, sets: Sets) -> dict[str, Column]:
    rows, *faceted = batched(desk, paths_of(logical), desk.headers)
    facets: dict[str, dict[str, Any]] = {}
    for some in faceted:
        for row in some:
            facets.setdefault(str(row["LogicalName"]), {}).update(row)
    found: dict[str, Column] = {}
    for row in rows:
        for column in _of_attribute(row, facets.get(str(row["LogicalName"]), {}), sets):
            found[column.name] = column
    found[NET_AMOUNT] = Column(NET_AMOUNT, "decimal", creatable=False, updatable=False)
    return found


def paths_of(logical: str) -> list[str]:
    """What is asked of one table: its columns, then the facets of each kind."""
    base = f"{ROOT}/EntityDefinitions(LogicalName='{logical}')/Attributes"
    select = "LogicalName,AttributeType,RequiredLevel,IsValidForCreate,IsValidForUpdate"
    paths = [Query(select=select.split(",")).of(base)]
    for cast, names in _FACETS.items():
        query = Query(select=("LogicalName", names))
        paths.append(query.of(f"{base}/Microsoft.Dynamics.CRM.{cast}"))
    for kind in _OPTIONS:
        options = "TrueOption,FalseOption" if kind == "Boolean" else "Options"
        query = Query(select=("LogicalName",), expand=(f"OptionSet($select={options})",))
        paths.append(query.of(f"{base}/Microsoft.Dynamics.CRM.{kind}AttributeMetadata"))
    return paths


def _of_attribute(
    row: Mapping[str, Any], facets: Mapping[str, Any], sets: Sets
) -> Iterator[Column]:
    name, type = str(row["LogicalName"]), str(row["AttributeType"])
    kind = _date_kind(facets) if type == "DateTime" else _KINDS.get(type)
    if kind is None:
        return
    targets = tuple(sets.get(str(one), str(one)) for one in facets.get("Targets") or ())
    column = Column(
        name,
        kind,
        length=facets.get("MaxLength"),
        precision=facets.get("Precision"),
        minimum=facets.get("MinValue"),
        maximum=facets.get("MaxValue"),
        choices=_choices(facets),
        creatable=bool(row.get("IsValidForCreate")),
        updatable=bool(row.get("IsValidForUpdate")),
        required=_required(row, type),
        target=targets,
    )
    yield column
    if kind == "reference":
        yield from _lookups(column, sets)


def _lookups(column: Column, sets: Sets) -> Iterator[Column]:
    """A lookup as it is read, and as the connector shows it: by target, and by name."""
    yield Column(f"_{column.name}_value", "reference", target=column.target)
    for shown, (lookup, target) in TARGETS.items():
        known = sets.get(target, target)
        if lookup == f"_{column.name}_value" and (known in column.target or not column.target):
            yield replace(column, name=shown, required=False, target=(known,))
    for shown, named in NAMED.items():
        if named.lookup == column.name:
            yield replace(column, name=shown, kind="text", required=False, target=())


def _prices(columns: Mapping[str, Column]) -> Iterator[Column]:
    yield replace(columns["price"], name=LIST_PRICE)
    yield Column(LIST_PRICE_ISO, "text")


def _date_kind(facets: Mapping[str, Any]) -> str:
    behavior = facets.get("DateTimeBehavior")
    value = behavior.get("Value") if isinstance(behavior, Mapping) else behavior
    return "date" if value == "DateOnly" else "instant"


def _choices(facets: Mapping[str, Any]) -> dict[str, str] | None:
    options = facets.get("OptionSet")
    if not isinstance(options, Mapping):
        return None
    if "TrueOption" in options:
        return {"true": _label(options["TrueOption"]), "false": _label(options["FalseOption"])}
    return {str(one["Value"]): _label(one) for one in options.get("Options") or ()}


def _label(option: Mapping[str, Any]) -> str:
    label = (option.get("Label") or {}).get("UserLocalizedLabel") or {}
    return str(label.get("Label") or "")


def _required(row: Mapping[str, Any], type: str) -> bool:
    level = row.get("RequiredLevel")
    value = level.get("Value") if isinstance(level, Mapping) else level
    return value == "SystemRequired" and type not in _FILLED


def _sets(desk: Desk) -> Sets:
    rows = all_rows(desk.session, SETS, desk.headers)
    return {str(row["LogicalName"]): str(row["EntitySetName"]) for row in rows}
