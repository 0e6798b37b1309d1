"""Activities: one row in `activitypointers` beside each, and nothing to edit once they are done."""

from __future__ import annotations

from ..desk import Desk
from ..refusals import Refused
from .registry import Row, Rules

NAMES = (
    "task",
    "phonecall",
    "appointment",
    "email",
    "opportunityclose",
    "quoteclose",
    "orderclose",
)
_FREE = frozenset({"statecode", "statuscode"})
_STATES = {0: 1, 1: 2, 2: 3, 3: 4}


def _pointer(desk: Desk, row: Row) -> Row:
    kept = {c.wire for c in desk.book["activitypointer"].definition.columns if c.kept} | {
        "_regardingobjectid_type"
    }
    out = {name: value for name, value in row.items() if name in kept}
    out["statuscode"] = _STATES[row["statecode"]]
    return out


def _rules(name: str) -> Rules:
    def creating(desk: Desk, row: Row) -> None:
        row["activitytypecode"] = name

    def created(desk: Desk, row: Row) -> None:
        desk.insert("activitypointer", _pointer(desk, row))

    def changing(desk: Desk, old: Row, new: Row) -> None:
        if (
            old["statecode"] in (1, 2)
            and new.get("statecode", old["statecode"]) in (1, 2)
            and set(new) - _FREE
        ):
            raise Refused(
                400,
                "0x80040230",
                "The activity cannot be updated because it is completed or canceled.",
            )

    def changed(desk: Desk, old: Row, row: Row) -> None:
        desk.change("activitypointer", row["activityid"], _pointer(desk, row))

    def deleted(desk: Desk, row: Row) -> None:
        if desk.get("activitypointer", row["activityid"]):
            desk.drop("activitypointer", row["activityid"])

    return Rules(creating, created, changing, changed, deleted=deleted)


RULES = {name: _rules(name) for name in NAMES}
