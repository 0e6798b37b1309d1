"""Rows created and changed through every rule: defaults, owners, currencies, states, uniqueness."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from ..database import Duplicate, Row
from .desk import Desk
from .payload import Payload, read_payload
from .refusals import DUPLICATE, DUPLICATES_FOUND, KEY_VIOLATED, MISSING, Refused
from .rules.registry import nothing, rules_of
from .rules.states import check_transition, settle_state
from .schema.book import Entry
from .values import keep_money

_DOCUMENTS = frozenset({"opportunity", "quote", "salesorder"})


_FOUND = (
    "A record was not created or updated because a duplicate of the current record already exists."
)


def create(desk: Desk, entry: Entry, body: Mapping[str, Any]) -> str:
    """Create what a body describes, nested rows included; returns the id of the root row."""
    return create_payload(desk, entry, read_payload(desk, entry, body, creating=True))


def create_payload(desk: Desk, entry: Entry, payload: Payload) -> str:
    """Create a row from a body already read; returns its id."""
    for nav, nested in payload.single.items():
        column, towards = entry.navs[nav]
        payload.values[column.wire] = create(desk, desk.book[towards[0].table], nested)
        if column.polymorphic:
            payload.values[column.type_property] = towards[0].table
    row_id = create_row(desk, entry.logical, payload.values)
    for nav, items in payload.many.items():
        for item in items:
            _create_child(desk, entry, row_id, nav, item)
    return row_id


def _create_child(desk: Desk, entry: Entry, row_id: str, nav: str, item: Mapping[str, Any]) -> None:
    if nav in entry.pairs:
        pair = entry.pairs[nav]
        associate(
            desk,
            pair.intersect,
            {
                f"{entry.logical}id": row_id,
                f"{pair.table}id": create(desk, desk.book[pair.table], item),
            },
        )
        return
    collection = entry.collections[nav]
    child = desk.book[collection.table]
    payload = read_payload(desk, child, item, creating=True)
    payload.values[collection.column.wire] = row_id
    if collection.column.polymorphic:
        payload.values[collection.column.type_property] = entry.logical
    create_payload(desk, child, payload)


def create_row(desk: Desk, logical: str, values: Mapping[str, Any]) -> str:
    """Create one row from checked values; returns its id. Refuses what the service refuses."""
    entry = desk.book[logical]
    definition = entry.definition
    row = {**entry.blank, **values}
    row_id = row[definition.key] = row.get(definition.key) or str(uuid.uuid4())
    if definition.states:
        # A state given on create is passed over: rows begin in the first state.
        pair = (
            {"statuscode": values["statuscode"]}
            if values.get("statuscode") is not None
            else {"statecode": next(iter(definition.states))}
        )
        settle_state(entry, None, pair)
        row.update(pair)
    _own(desk, entry, row)
    _give_currency(desk, entry, row)
    rules_of(logical).creating(desk, row)
    _round(desk, entry, row, row)
    _require(entry, row)
    _detect(desk, entry, row_id, row)
    try:
        desk.insert(logical, row)
    except Duplicate as problem:
        raise _duplicate(desk, entry, str(problem)) from None
    if rules_of(logical).created is not nothing:
        rules_of(logical).created(desk, desk.need(logical, row_id))
    return row_id


def update_row(desk: Desk, logical: str, old: Row, values: Mapping[str, Any]) -> None:
    """Change a row from checked values, through the rules. Refuses what the service refuses."""
    entry = desk.book[logical]
    row_id = old[entry.definition.key]
    new = {name: value for name, value in values.items() if name != entry.definition.key}
    settle_state(entry, old, new)
    if "statecode" in new and logical not in _DOCUMENTS:
        check_transition(desk, logical, old, new)
    if "_ownerid_value" in new:
        new.update(_owning(desk, new))
    if entry.definition.money:
        _reprice_base(desk, entry, old, new)
    rules_of(logical).changing(desk, old, new)
    _round(desk, entry, new, {**old, **new})
    _require(entry, new)
    _detect(desk, entry, row_id, new)
    try:
        desk.change(logical, row_id, new)
    except Duplicate as problem:
        raise _duplicate(desk, entry, str(problem)) from None
    rules_of(logical).changed(desk, old, desk.need(logical, row_id))


def associate(desk: Desk, intersect: str, pair: Mapping[str, str]) -> None:
    """Link two rows many-to-many; a second time is a duplicate."""
    try:
        desk.database.insert(
            intersect, {f"{intersect.removesuffix('s')}id": str(uuid.uuid4()), **pair}
        )
    except Duplicate:
        raise Refused(
            desk.settings.assumptions.duplicate_key_status,
            DUPLICATE,
            "Cannot insert duplicate key.",
        ) from None


def _own(desk: Desk, entry: Entry, row: Row) -> None:
    if entry.definition.ownership == "UserOwned":
        if row.get("_ownerid_value") is None:
            row["_ownerid_value"], row["_ownerid_type"] = desk.caller.user, "systemuser"
        row.update(_owning(desk, row))
    elif entry.definition.ownership == "OrganizationOwned":
        row["_organizationid_value"] = desk.database.fact("organization")


def _owning(desk: Desk, row: Row) -> Row:
    owner, kind = row["_ownerid_value"], row["_ownerid_type"]
    found = desk.need(kind, owner)
    if kind == "systemuser" and found["isdisabled"]:
        raise Refused(400, "0x8004022b", "The owner is a disabled user.")
    return {
        "_owninguser_value": owner if kind == "systemuser" else None,
        "_owningteam_value": owner if kind == "team" else None,
        "_owningbusinessunit_value": found["_businessunitid_value"],
    }


def _give_currency(desk: Desk, entry: Entry, row: Row) -> None:
    if not entry.definition.money or entry.logical == "transactioncurrency":
        return
    amounts = any(row.get(c.wire) is not None for c in entry.amounts)
    if row.get("_transactioncurrencyid_value") is None and (amounts or entry.logical in _DOCUMENTS):
        row["_transactioncurrencyid_value"] = desk.currency(None).id
    if row.get("_transactioncurrencyid_value") is not None:
        row["exchangerate"] = desk.currency(row["_transactioncurrencyid_value"]).rate


def _reprice_base(desk: Desk, entry: Entry, old: Row, new: Row) -> None:
    money = any(new.get(c.wire) is not None for c in entry.amounts)
    if not money and "_transactioncurrencyid_value" not in new:
        return
    currency = new.get("_transactioncurrencyid_value", old["_transactioncurrencyid_value"])
    if currency is None and "_transactioncurrencyid_value" in new:
        raise Refused(400, "0x80048cfb", "The currency cannot be null while there are amounts.")
    found = desk.currency(currency)
    new.setdefault("_transactioncurrencyid_value", found.id)
    new["exchangerate"] = found.rate


def _round(desk: Desk, entry: Entry, new: Row, whole: Row) -> None:
    for column in entry.amounts:
        if new.get(column.wire) is not None:
            new[column.wire] = keep_money(
                new[column.wire], _digits(desk, column.precision_source, column.precision, whole)
            )


def _digits(desk: Desk, source: int, own: int, whole: Row) -> int:
    if source == 1:
        return desk.settings.pricing_precision
    if source == 2:
        return desk.currency(whole.get("_transactioncurrencyid_value")).precision
    return own


def _require(entry: Entry, row: Row) -> None:
    for column in entry.required:
        if column.wire in row and row[column.wire] is None:
            raise Refused(400, MISSING, f"The required field '{column.name}' is missing.")


def _detect(desk: Desk, entry: Entry, row_id: str, new: Row) -> None:
    for name in desk.settings.duplicate_rules.get(entry.logical, ()) if desk.detecting else ():
        if new.get(name) is None:
            continue
        others = desk.find(entry.logical, **{name: new[name]})
        if any(other[entry.definition.key] != row_id for other in others):
            raise Refused(412, DUPLICATES_FOUND, _FOUND)


def _duplicate(desk: Desk, entry: Entry, message: str) -> Refused:
    status = desk.settings.assumptions.duplicate_key_status
    if entry.logical == "product":
        return Refused(400, "0x80043b06", "The product number is already in use.")
    if entry.logical == "productpricelevel":
        return Refused(
            400, "0x80043b08", "The product and unit combination already exists in this price list."
        )
    for key in entry.keys:
        if f"__u__{'_'.join(key)}" in message:
            name = entry.properties[key[0]].name
            return Refused(
                status,
                KEY_VIOLATED,
                f"Entity Key {name} violated. A record with the same value for {name} already "
                "exists. A duplicate record cannot be created.",
            )
    return Refused(status, DUPLICATE, "Cannot insert duplicate key.")
