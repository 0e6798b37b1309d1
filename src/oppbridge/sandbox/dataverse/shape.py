"""Rows on their way out: which columns are shown, how values are written and annotated."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import orjson

from ..tables import quote
from .desk import Desk
from .prefer import FORMATTED, NAVIGATION, TARGET, Prefer
from .refusals import no_such_property
from .schema.book import Entry
from .schema.model import Column, Type
from .values import FOUR

Raw = tuple[Any, ...]

_EXACT = frozenset({Type.MONEY, Type.DECIMAL})


@dataclass(frozen=True, slots=True)
class Shape:
    """The columns of one answer. `names` are what SQL fetches, `at` where each of them stands."""

    entry: Entry
    columns: tuple[Column, ...]
    versioned: bool
    prefer: Prefer
    names: tuple[str, ...]
    at: dict[str, int]

    def sql(self, alias: str) -> str:
        """The list of columns to fetch."""
        return ", ".join(f"{alias}.{quote(name)}" for name in self.names)


def make_shape(
    desk: Desk, entry: Entry, select: Sequence[str], prefer: Prefer, needed: Iterable[str] = ()
) -> Shape:
    """The shape for a `$select`; everything when it is empty. Refuses unknown names."""
    definition = entry.definition
    wanted = {definition.key: entry.columns[definition.key]}
    for name in select or tuple(entry.properties):
        if name == "versionnumber":
            continue
        if name not in entry.properties:
            raise no_such_property(name, entry.logical)
        wanted[name] = entry.properties[name]
        if select:
            wanted.update(_with_it(entry, entry.properties[name]))
    names = dict.fromkeys([definition.key, "_version"])
    for column in wanted.values():
        names.update(dict.fromkeys(_sources(entry, column)))
    names.update(dict.fromkeys(needed))
    order = tuple(names)
    return Shape(
        entry,
        tuple(wanted.values()),
        not select or "versionnumber" in select,
        prefer,
        order,
        {n: i for i, n in enumerate(order)},
    )


def _with_it(entry: Entry, column: Column) -> dict[str, Column]:
    extra = ""
    if column.type is Type.MONEY:
        extra = "_transactioncurrencyid_value"
    elif column.name.startswith("address") and "_" in column.name:
        extra = column.name.split("_")[0] + "_composite"
    return {extra: entry.properties[extra]} if extra in entry.properties else {}


def _sources(entry: Entry, column: Column) -> list[str]:
    if column.kept:
        return [column.wire, column.type_property] if column.polymorphic else [column.wire]
    if column.name.endswith("_base"):
        return [column.name.removesuffix("_base"), "exchangerate"]
    prefix = column.name.removesuffix("composite")
    return [prefix + part for part in _ADDRESS if prefix + part in entry.properties]


_ADDRESS = ("line1", "line2", "line3", "city", "stateorprovince", "postalcode", "country")


def build_rows(desk: Desk, shape: Shape, raws: Sequence[Raw]) -> list[dict[str, Any]]:
    """JSON rows, amounts as they are kept; lookups named when annotations are asked for."""
    writers = [_writer(shape, column) for column in shape.columns]
    version = shape.at["_version"]
    out = []
    for raw in raws:
        row: dict[str, Any] = {"@odata.etag": f'W/"{raw[version]}"'}
        for name, write in writers:
            row[name] = write(raw)
        if shape.versioned:
            row["versionnumber"] = raw[version]
        out.append(row)
    if shape.prefer.annotations:
        _annotate(desk, shape, raws, out)
    return out


def _writer(shape: Shape, column: Column) -> tuple[str, Callable[[Raw], Any]]:
    if not column.kept:
        return column.wire, _computed(shape, column)
    at = shape.at[column.wire]
    if column.type in _EXACT:
        return column.wire, lambda raw: None if raw[at] is None else orjson.Fragment(raw[at])
    if column.type is Type.BOOLEAN:
        return column.wire, lambda raw: None if raw[at] is None else raw[at] == 1
    return column.wire, lambda raw: raw[at]


def _computed(shape: Shape, column: Column) -> Callable[[Raw], Any]:
    if column.name.endswith("_base"):
        amount, rate = shape.at[column.name.removesuffix("_base")], shape.at["exchangerate"]
        return lambda raw: (
            None if raw[amount] is None or raw[rate] is None else _base(raw[amount], raw[rate])
        )
    parts = [shape.at[name] for name in _sources(shape.entry, column)]
    return lambda raw: "\r\n".join(raw[i] for i in parts if raw[i]) or None


def _base(amount: str, rate: str) -> orjson.Fragment:
    return orjson.Fragment(format((Decimal(amount) / Decimal(rate)).quantize(FOUR), "f"))


def _annotate(desk: Desk, shape: Shape, raws: Sequence[Raw], rows: list[dict[str, Any]]) -> None:
    formatted, target = shape.prefer.annotated(FORMATTED), shape.prefer.annotated(TARGET)
    navigation = shape.prefer.annotated(NAVIGATION)
    if not (formatted or target or navigation):
        return
    names = _names(desk, shape, raws) if formatted else {}
    symbols: dict[str | None, str] = {}
    for raw, row in zip(raws, rows, strict=True):
        for column in shape.columns:
            value = row[column.wire]
            if value is None:
                continue
            if column.towards:
                kind = (
                    raw[shape.at[column.type_property]]
                    if column.polymorphic
                    else column.towards[0].table
                )
                if formatted and (kind, value) in names:
                    row[f"{column.wire}@{FORMATTED}"] = names[kind, value]
                if navigation:
                    row[f"{column.wire}@{NAVIGATION}"] = next(
                        (t.nav for t in column.towards if t.table == kind), column.name
                    )
                if target:
                    row[f"{column.wire}@{TARGET}"] = kind
            elif formatted:
                text = _formatted(desk, shape, column, raw, symbols)
                if text is not None:
                    row[f"{column.wire}@{FORMATTED}"] = text
        if formatted and shape.versioned:
            row[f"versionnumber@{FORMATTED}"] = f"{row['versionnumber']:,}"


def _names(desk: Desk, shape: Shape, raws: Sequence[Raw]) -> dict[tuple[str, str], str]:
    wanted: dict[str, set[str]] = {}
    for column in shape.columns:
        if not column.towards:
            continue
        at = shape.at[column.wire]
        for raw in raws:
            if raw[at] is not None:
                kind = (
                    raw[shape.at[column.type_property]]
                    if column.polymorphic
                    else column.towards[0].table
                )
                wanted.setdefault(kind, set()).add(raw[at])
    out: dict[tuple[str, str], str] = {}
    for kind, ids in wanted.items():
        definition = desk.book[kind].definition
        if definition.name_column is None:
            continue
        for some in bunches(sorted(ids), 500):
            key, name = quote(definition.key), quote(definition.name_column)
            sql = f"SELECT {key}, {name} FROM {quote(kind)} WHERE {key} IN ({marks(some)})"
            found = desk.database.select(sql, some)
            out.update({(kind, row_id): shown for row_id, shown in found if shown})
    return out


def _formatted(
    desk: Desk, shape: Shape, column: Column, raw: Raw, symbols: dict[str | None, str]
) -> str | None:
    value = raw[shape.at[column.wire]] if column.kept else None
    if value is None or column.choices:
        return column.choices.get(value) if value is not None else None
    match column.type:
        case Type.BOOLEAN:
            return "Yes" if value else "No"
        case Type.MONEY:
            at = shape.at.get("_transactioncurrencyid_value")
            currency = raw[at] if at is not None else None
            if currency not in symbols:
                symbols[currency] = desk.currency(currency).symbol
            return f"{symbols[currency]}{Decimal(value):,.2f}"
        case Type.DECIMAL | Type.INTEGER:
            digits = column.precision if column.type is Type.DECIMAL else 0
            return f"{Decimal(value):,.{digits}f}"
        case Type.DATE:
            return _day(value)
        case Type.MOMENT:
            hour = int(value[11:13])
            half = "PM" if hour >= 12 else "AM"
            return f"{_day(value)} {hour % 12 or 12}:{value[14:16]} {half}"
    return None


def _day(value: str) -> str:
    return f"{int(value[5:7])}/{int(value[8:10])}/{value[:4]}"


def bunches(items: Sequence[Any], size: int) -> Iterable[Sequence[Any]]:
    """Slices of at most `size`, as SQLite bounds the parameters of a statement."""
    return (items[i : i + size] for i in range(0, len(items), size))


def marks(items: Sequence[Any]) -> str:
    """As many placeholders as there are items."""
    return ", ".join("?" * len(items))
