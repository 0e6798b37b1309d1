"""Names that the system composes for people, and what follows from a contact's parent."""

from __future__ import annotations

from ..desk import Desk
from .registry import Row, Rules


def _full_name(row: Row) -> str | None:
    return " ".join(part for part in (row.get("firstname"), row.get("lastname")) if part) or None


def _name_new(desk: Desk, row: Row) -> None:
    row["fullname"] = _full_name(row)


def _rename(desk: Desk, old: Row, new: Row) -> None:
    if "firstname" in new or "lastname" in new:
        new["fullname"] = _full_name({**old, **new})


def _parent_of(row: Row) -> Row:
    parent, kind = row.get("_parentcustomerid_value"), row.get("_parentcustomerid_type")
    return {
        "_accountid_value": parent if kind == "account" else None,
        "_parentcontactid_value": parent if kind == "contact" else None,
    }


def _new_contact(desk: Desk, row: Row) -> None:
    _name_new(desk, row)
    row.update(_parent_of(row))


def _change_contact(desk: Desk, old: Row, new: Row) -> None:
    _rename(desk, old, new)
    if "_parentcustomerid_value" in new:
        new.update(_parent_of(new))


RULES = {
    "contact": Rules(creating=_new_contact, changing=_change_contact),
    "lead": Rules(creating=_name_new, changing=_rename),
    "systemuser": Rules(creating=_name_new, changing=_rename),
}
