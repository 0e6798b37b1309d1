"""A write's native row, taken apart: columns, state wanted, score, list price."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from oppbridge.contract import Action, Write

from .columns import (
    DEFAULT_UNIT,
    LIST_PRICE,
    LIST_PRICE_ISO,
    NAMED,
    PRICE_LIST,
    SCORE,
    UNIT_GROUP,
)
from .desk import Desk, Entity
from .lifecycle import STATE, STATUS, Now, course_of
from .prices import price_lists

_OLD_SCORE = {
    "msdyn_score": "msdyn_opportunityscore",
    "msdyn_grade": "msdyn_opportunitygrade",
    "msdyn_scoretrend": "msdyn_opportunityscoretrend",
    "msdyn_scorereasons": "msdyn_scorereasons",
}
_PRICED = frozenset({"opportunity", "quote", "salesorder"})
_POINTED = re.compile(r"\(([0-9A-Fa-f-]{36})\)")


@dataclass(frozen=True, slots=True)
class Parcel:
    """What one write asks for. `price` is amount and currency code, None when not given."""

    columns: dict[str, Any]
    state: Now
    score: dict[str, Any] = field(default_factory=dict)
    price: tuple[Any, str | None] | None = None


def parcel(desk: Desk, entity: Entity, write: Write) -> Parcel:
    """The parts of a write's row. Raises Invalid for names the environment does not know."""
    row = dict(write.row)
    row.pop(entity.table.pk, None)
    state = Now(row.pop(STATE, None), row.pop(STATUS, None))
    score = {
        name.removeprefix(SCORE): row.pop(name) for name in list(row) if name.startswith(SCORE)
    }
    iso = row.pop(LIST_PRICE_ISO, None)
    price = (row.pop(LIST_PRICE), iso) if LIST_PRICE in row else None
    if desk.settings.scores == "columns":
        row.update({_OLD_SCORE[name]: value for name, value in score.items() if name in _OLD_SCORE})
        score = {}
    if price is not None and desk.settings.price_list is None:
        row["price"], price = price[0], None
        row.setdefault("transactioncurrencyid_iso", iso)
    elif price is not None and iso is not None and price[0] is not None:
        # The product's own currency says which of several price lists counts.
        row.setdefault("transactioncurrencyid_iso", iso)
    if write.action is Action.CREATE:
        _complete(desk, entity, row, state)
    return Parcel(bound(desk, row), state, score, price)


def bound(desk: Desk, row: Mapping[str, Any], group: str | None = None) -> dict[str, Any]:
    """The row with lookups given by name spelled as binds. Raises Invalid for unknown names."""
    out: dict[str, Any] = {}
    for column, value in row.items():
        named = NAMED.get(column)
        if named is None:
            out[column] = value
        elif value is None:
            out[named.bind] = None
        else:
            id = desk.names.id(named, str(value), group if named.group else None)
            out[named.bind] = f"/{named.set}({id})"
    return out


def pointed(value: Any) -> str | None:
    """The id in a bind such as `/products(<id>)`."""
    found = _POINTED.search(value) if isinstance(value, str) else None
    return found[1].lower() if found else None


def _complete(desk: Desk, entity: Entity, row: dict[str, Any], state: Now) -> None:
    logical = entity.table.logical
    if logical in _PRICED and not {"pricelevelid@odata.bind", "pricelevelid_name"} & row.keys():
        list_id = price_lists(desk).get(str(row.get("transactioncurrencyid_iso")))
        if list_id is not None:
            row[PRICE_LIST.bind] = f"/{PRICE_LIST.set}({list_id})"
    if logical == "product":
        _give_unit(desk, row)
    course = course_of(logical)
    usual = course.reasons.get(course.start or 0)
    if state.state == course.start and state.status not in (None, usual):
        row[STATUS] = state.status


def _give_unit(desk: Desk, row: dict[str, Any]) -> None:
    """A product needs a unit, its group, and how many decimals a quantity may have."""
    name = row.pop("defaultuomid_name", None) or desk.settings.unit
    if name is not None:
        group_name = row.pop("defaultuomscheduleid_name", None) or desk.settings.unit_group
        group = desk.names.id(UNIT_GROUP, group_name) if group_name else None
        unit = desk.names.id(DEFAULT_UNIT, str(name), group)
        owner = group or desk.names.rows(DEFAULT_UNIT)[unit].get("_uomscheduleid_value")
        row[DEFAULT_UNIT.bind] = f"/{DEFAULT_UNIT.set}({unit})"
        row[UNIT_GROUP.bind] = f"/{UNIT_GROUP.set}({owner})"
    row.setdefault("quantitydecimal", 2)
    row.setdefault("productstructure", 1)
