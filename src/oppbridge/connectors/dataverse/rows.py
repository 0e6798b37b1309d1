"""Rows as the contract wants them: shown columns added, parts joined, key and version read off."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from oppbridge.contract import Change
from oppbridge.errors import ContractBroken

from .columns import ETAG, LIST_PRICE, LOGICAL_NAME, NAMED, NET_AMOUNT, TARGETS, selected
from .desk import Desk, Entity
from .finding import rows_where
from .prices import join_prices, show_own_prices
from .tables import Child, Kind

Row = dict[str, Any]


def header_columns(entity: Entity) -> tuple[str, ...]:
    """The columns to select of the entity's own table."""
    columns = entity.selection.columns
    priced = ("_defaultuomid_value", "_transactioncurrencyid_value", "price")
    more = priced if LIST_PRICE in columns else ()
    return selected(columns, entity.table.pk, "modifiedon", *more)


def part_columns(entity: Entity, child: Child) -> tuple[str, ...]:
    """The columns to select of a table of parts."""
    if child.kind is Kind.COMPETITORS:
        return (child.pk, child.parent, "competitorid")
    if child.kind is Kind.PRICES:
        return (child.pk, child.parent, "_pricelevelid_value", "_uomid_value", "amount")
    columns = entity.selection.collections.get(child.collection, ())
    more = ("_record1id_value", "_record2id_value", "_record2roleid_value")
    stakeholders = more if child.kind is Kind.STAKEHOLDERS else ()
    stamps = ("modifiedon",) if child.kind is Kind.LINES else ()
    return selected(columns, child.pk, child.parent, *stamps, *stakeholders)


def complete(desk: Desk, entity: Entity, rows: Sequence[Row]) -> list[Change]:
    """Changes for header rows just read: parts joined, shown columns added."""
    children = children_of(desk, entity)
    keys = [row[entity.table.pk] for row in rows] if children else []
    for child in children:
        _join(desk, entity, child, rows, keys)
    if LIST_PRICE in entity.selection.columns and desk.settings.price_list is None:
        show_own_prices(desk, rows)
    show_columns(desk, entity.selection.columns, rows)
    lines = [child.collection for child in children if child.kind is Kind.LINES]
    return _changes(entity, rows, lines)


def children_of(desk: Desk, entity: Entity) -> list[Child]:
    """The tables of parts that the map of this entity needs, the price list among them."""
    wanted = entity.selection.collections
    prices = LIST_PRICE in entity.selection.columns and desk.settings.price_list is not None
    return [
        child
        for name, child in entity.table.children.items()
        if name in wanted or (child.kind is Kind.PRICES and prices)
    ]


def by_keys(desk: Desk, entity: Entity, keys: Iterable[str], *more: str) -> list[Row]:
    """The header rows with these keys; absent ones are left out. `more` are columns to add."""
    columns = tuple(dict.fromkeys([*header_columns(entity), *more]))
    return rows_where(desk, entity.table.set, entity.table.pk, keys, columns)


def show_columns(desk: Desk, columns: Iterable[str], rows: Sequence[Row]) -> None:
    """Add to rows the columns that Dataverse does not have."""
    for column in columns:
        if column in TARGETS:
            _show_target(column, rows)
        elif column in NAMED:
            _show_name(desk, column, rows)
        elif column == NET_AMOUNT:
            _show_net(rows)


def _show_target(column: str, rows: Sequence[Row]) -> None:
    lookup, target = TARGETS[column]
    says = f"{lookup}{LOGICAL_NAME}"
    for row in rows:
        row[column] = row[lookup] if says in row and row[says] == target else None


def _show_name(desk: Desk, column: str, rows: Sequence[Row]) -> None:
    named = NAMED[column]
    read = named.column
    ids = [row.get(read) for row in rows]
    known = {id: desk.names.name(named, id) for id in set(ids)}
    for row, id in zip(rows, ids, strict=True):
        row[column] = known[id]


def _show_net(rows: Sequence[Row]) -> None:
    for row in rows:
        amount, tax = row.get("extendedamount"), Decimal(str(row.get("tax") or 0))
        row[NET_AMOUNT] = None if amount is None else Decimal(str(amount)) - tax


def _join(
    desk: Desk, entity: Entity, child: Child, rows: Sequence[Row], keys: Sequence[str]
) -> None:
    """Give every row its parts of one kind; where no row has any, none is given a list."""
    columns = part_columns(entity, child)
    parts = rows_where(desk, child.set, _attribute(child.parent), keys, columns)
    if child.kind is Kind.PRICES:
        join_prices(desk, rows, parts)
        return
    if child.kind is Kind.COMPETITORS:
        parts = _competitors(desk, entity, child, parts)
    if child.kind is Kind.STAKEHOLDERS:
        parts = [part for part in parts if is_stakeholder(desk, part)]
    show_columns(desk, entity.selection.collections.get(child.collection, ()), parts)
    mine: dict[str, list[Row]] = defaultdict(list)
    for part in parts:
        mine[str(part[child.parent])].append(part)
    if mine:
        for row, key in zip(rows, keys, strict=True):
            row[child.collection] = mine.get(key, [])


def is_stakeholder(desk: Desk, row: Mapping[str, Any]) -> bool:
    """Whether a connection is from an opportunity to an account or contact in a stakeholder role.

    Each connection has a reciprocal row with both ends swapped: of the two, only one begins at
    the opportunity, whoever made them.
    """
    return (
        row.get(f"_record1id_value{LOGICAL_NAME}") == "opportunity"
        and row.get(f"_record2id_value{LOGICAL_NAME}") in ("account", "contact")
        and desk.names.name(NAMED["record2roleid_name"], row.get("_record2roleid_value"))
        is not None
    )


def _competitors(desk: Desk, entity: Entity, child: Child, links: Sequence[Row]) -> list[Row]:
    columns = selected(entity.selection.collections[child.collection], "competitorid")
    ids = {str(link["competitorid"]) for link in links}
    rivals = rows_where(desk, "competitors", "competitorid", ids, columns)
    known = {str(rival["competitorid"]): rival for rival in rivals}
    return [
        {**known[str(link["competitorid"])], child.parent: link[child.parent]}
        for link in links
        if str(link["competitorid"]) in known
    ]


def _attribute(column: str) -> str:
    return column.removeprefix("_").removesuffix("_value")


def _changes(entity: Entity, rows: Sequence[Row], lines: Sequence[str]) -> list[Change]:
    pk, plain = entity.table.pk, not any(line in row for row in rows[:1] for line in lines)
    try:
        if plain:
            return [
                Change(row[pk], row, row.get(ETAG), instant(row.get("modifiedon"))) for row in rows
            ]
        return [Change(row[pk], row, row.get(ETAG), instant(_moved(row, lines))) for row in rows]
    except KeyError as error:
        raise ContractBroken(f"a row of {entity.table.set} came without {pk}") from error


def _moved(row: Row, lines: Sequence[str]) -> str | None:
    """When a row last moved, its lines included: they need not move their document's stamp."""
    stamp = row.get("modifiedon")
    for collection in lines:
        if found := row.get(collection):
            stamp = max([stamp, *(line["modifiedon"] for line in found)])
    return stamp


@lru_cache(maxsize=4096)
def instant(text: str | None) -> datetime | None:
    """The moment a date-time column holds. Rows written together share it."""
    return None if text is None else datetime.fromisoformat(text)
