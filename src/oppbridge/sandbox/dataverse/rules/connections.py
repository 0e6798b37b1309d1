"""Connections come in pairs: the system writes the mirrored row, and removes both together."""

from __future__ import annotations

import uuid

from ..desk import Desk
from .registry import Row, Rules

_SHARED = ("effectivestart", "effectiveend", "description")


def _creating(desk: Desk, row: Row) -> None:
    row["ismaster"] = True
    row.update(_derived(desk, row))


def _derived(desk: Desk, row: Row) -> Row:
    out: Row = {"name": None}
    for side in ("record1", "record2"):
        kind = row.get(f"_{side}id_type")
        out[f"{side}objecttypecode"] = desk.book[kind].definition.code if kind else None
    kind, target = row.get("_record2id_type"), row.get("_record2id_value")
    column = desk.book[kind].definition.name_column if kind else None
    found = desk.get(kind, target) if kind and column else None
    if found and column:
        out["name"] = found[column]
    return out


def _mirrored(row: Row) -> Row:
    out: Row = {name: row[name] for name in _SHARED}
    for name in ("id_value", "id_type", "roleid_value"):
        out[f"_record1{name}"], out[f"_record2{name}"] = (
            row[f"_record2{name}"],
            row[f"_record1{name}"],
        )
    return out


def _created(desk: Desk, row: Row) -> None:
    twin_id = str(uuid.uuid4())
    twin = {**{name: value for name, value in row.items() if name != "_version"}, **_mirrored(row)}
    twin |= {
        "connectionid": twin_id,
        "ismaster": False,
        "_relatedconnectionid_value": row["connectionid"],
    }
    twin |= _derived(desk, twin)
    desk.insert("connection", twin)
    desk.change("connection", row["connectionid"], {"_relatedconnectionid_value": twin_id})


def _changing(desk: Desk, old: Row, new: Row) -> None:
    new.update(_derived(desk, {**old, **new}))


def _changed(desk: Desk, old: Row, row: Row) -> None:
    related = row["_relatedconnectionid_value"]
    if desk.get("connection", related):
        twin = _mirrored(row)
        desk.change(
            "connection",
            related,
            {
                **twin,
                **_derived(desk, twin),
                "statecode": row["statecode"],
                "statuscode": row["statuscode"],
            },
        )


def _deleted(desk: Desk, row: Row) -> None:
    if desk.get("connection", row["_relatedconnectionid_value"]):
        desk.drop("connection", row["_relatedconnectionid_value"])


RULES = {
    "connection": Rules(
        creating=_creating, created=_created, changing=_changing, changed=_changed, deleted=_deleted
    )
}
