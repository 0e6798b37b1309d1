"""How a small CRM checks and spells what it is given, column by column."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from ..contract import Column, Description
from .dialects import Dialect
from .faults import Refused
from .tables import Row

NO_DAY = "1900-01-01T12:00:00Z"
Exists = Callable[[str, str], bool]


def bad(column: Column, value: object, why: str) -> Refused:
    """The refusal of one value."""
    return Refused(422, "invalid", f"{column.name}: {value!r} {why}")


def blank(dialect: Dialect, column: Column) -> Any:
    """What an empty column shows."""
    if column.kind == "text":
        return dialect.blank
    return NO_DAY if column.kind == "date" and dialect.noon else None


def empty_row(dialect: Dialect, table: Description) -> Row:
    """A row in which every column is empty."""
    return {name: blank(dialect, column) for name, column in table.columns.items()}


def check(table: Description, given: Mapping[str, Any], *, creating: bool) -> None:
    """Refuse unknown columns, columns that cannot be set now, and required ones left empty."""
    for name, value in given.items():
        if (column := table.columns.get(name)) is None:
            raise Refused(422, "unknown_column", f"{table.native} has no column {name!r}")
        if not (column.creatable if creating else column.updatable):
            raise Refused(422, "read_only", f"{name} cannot be set")
        if column.required and value in (None, ""):
            raise Refused(422, "required", f"{name} is required")
    missing = [c.name for c in table.columns.values() if c.required and c.name not in given]
    if creating and missing:
        raise Refused(422, "required", f"{', '.join(missing)} is required")


def spell(dialect: Dialect, column: Column, value: Any, cut: int | None) -> Any:
    """The value as the CRM keeps it: cut, rounded, respelled. Refuses what does not fit."""
    if value is None or value == blank(dialect, column) or (value == "" and column.kind != "text"):
        return blank(dialect, column)
    return _SPELLERS[column.kind](dialect, column, value, cut)


def _text(_dialect: Dialect, column: Column, value: Any, cut: int | None) -> str:
    if not isinstance(value, str):
        raise bad(column, value, "is not text")
    length = column.length if cut is None or not column.required else cut
    return value[:length]


def _integer(_dialect: Dialect, column: Column, value: Any, _cut: int | None) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise bad(column, value, "is not a whole number")
    return value


def _decimal(dialect: Dialect, column: Column, value: Any, _cut: int | None) -> str | float:
    try:
        number = Decimal(str(value))
        rounded = number.quantize(Decimal(1).scaleb(-(column.precision or 0)), ROUND_HALF_UP)
    except InvalidOperation:
        raise bad(column, value, "is not a number") from None
    return float(rounded) if dialect.numeric else str(rounded)


def _boolean(_dialect: Dialect, column: Column, value: Any, _cut: int | None) -> bool:
    if not isinstance(value, bool):
        raise bad(column, value, "is not true or false")
    return value


def _date(dialect: Dialect, column: Column, value: Any, _cut: int | None) -> str:
    text = str(value)
    if dialect.noon and not text.endswith("T12:00:00Z"):
        raise bad(column, value, "is not a day at noon")
    try:
        date.fromisoformat(text.removesuffix("T12:00:00Z") if dialect.noon else text)
    except ValueError:
        raise bad(column, value, "is not a day") from None
    return text


def _instant(_dialect: Dialect, column: Column, value: Any, _cut: int | None) -> str:
    try:
        moment = datetime.fromisoformat(str(value)).astimezone(UTC)
    except ValueError:
        raise bad(column, value, "is not an instant") from None
    return moment.isoformat().replace("+00:00", "Z")


def _choice(dialect: Dialect, column: Column, value: Any, _cut: int | None) -> str | int:
    if str(value) not in (column.choices or {}):
        raise bad(column, value, f"is none of {', '.join(column.choices or {})}")
    return int(value) if dialect.numeric else str(value)


def _reference(_dialect: Dialect, column: Column, value: Any, _cut: int | None) -> str:
    if not isinstance(value, str):
        raise bad(column, value, "is not an id")
    return value


_SPELLERS: dict[str, Callable[[Dialect, Column, Any, int | None], Any]] = {
    "text": _text,
    "integer": _integer,
    "decimal": _decimal,
    "boolean": _boolean,
    "date": _date,
    "instant": _instant,
    "choice": _choice,
    "reference": _reference,
}


def check_references(table: Description, row: Mapping[str, Any], exists: Exists) -> None:
    """Refuse references to rows that are not there."""
    for name, value in row.items():
        column = table.columns[name]
        if column.kind == "reference" and value and not exists(column.target[0], value):
            raise Refused(422, "unlinked", f"{name}: no {column.target[0]} with id {value}")


def total(dialect: Dialect, kind: str, row: Mapping[str, Any]) -> Row:
    """The computed columns of a document."""
    if kind not in dialect.totalled:
        return {}
    count, price, currency = dialect.totalled[kind]
    [lines] = [row[name] for name in dialect.kinds[kind].collections]
    priced = [line for line in lines if line[price] is not None and line[count] is not None]
    if not priced:
        return {"total": None, "total_cur": dialect.blank}
    amount = sum(Decimal(str(line[count])) * Decimal(str(line[price])) for line in priced)
    column = dialect.kinds[kind].columns["total"]
    return {"total": spell(dialect, column, amount, None), "total_cur": priced[0][currency]}
