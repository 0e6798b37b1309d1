"""OData query options as values: filters that quote what they are given, and the query text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from urllib.parse import quote
from uuid import UUID

Literal = str | int | bool | Decimal | date | datetime | UUID | None


@dataclass(frozen=True, slots=True)
class Filter:
    """A piece of `$filter`, safe to combine: `eq("name", "O'Bryan") & gt("revenue", 1000)`."""

    text: str

    def __and__(self, other: Filter) -> Filter:
        return Filter(f"({self.text}) and ({other.text})")

    def __or__(self, other: Filter) -> Filter:
        return Filter(f"({self.text}) or ({other.text})")

    def __str__(self) -> str:
        return self.text


def literal(value: Literal) -> str:
    """The value as OData spells it. Text is quoted, its quotes doubled; instants become UTC.

    Raises ValueError for an instant without a time zone.
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def unquoted(text: str) -> str:
    """The text a quoted literal stands for. Raises ValueError when it is not one literal."""
    inside = text[1:-1]
    if len(text) < 2 or text[0] != "'" or text[-1] != "'" or "'" in inside.replace("''", ""):
        raise ValueError(f"{text!r} is not one quoted text")
    return inside.replace("''", "'")


def eq(column: str, value: Literal) -> Filter:
    """Rows whose column equals the value."""
    return Filter(f"{column} eq {literal(value)}")


def ne(column: str, value: Literal) -> Filter:
    """Rows whose column differs from the value."""
    return Filter(f"{column} ne {literal(value)}")


def gt(column: str, value: Literal) -> Filter:
    """Rows whose column is greater than the value."""
    return Filter(f"{column} gt {literal(value)}")


def ge(column: str, value: Literal) -> Filter:
    """Rows whose column is greater than the value or equals it."""
    return Filter(f"{column} ge {literal(value)}")


def lt(column: str, value: Literal) -> Filter:
    """Rows whose column is less than the value."""
    return Filter(f"{column} lt {literal(value)}")


def le(column: str, value: Literal) -> Filter:
    """Rows whose column is less than the value or equals it."""
    return Filter(f"{column} le {literal(value)}")


def raw(text: str) -> Filter:
    """A filter spelled by the caller, for words of one vendor such as enum literals."""
    return Filter(text)


def every(filters: Iterable[Filter]) -> Filter:
    """Rows that pass all filters. Raises ValueError when there is none."""
    return _joined(filters, "and")


def some(filters: Iterable[Filter]) -> Filter:
    """Rows that pass at least one filter. Raises ValueError when there is none."""
    return _joined(filters, "or")


def one_of(column: str, values: Iterable[Literal]) -> Filter:
    """Rows whose column equals one of the values, as a chain of `or`."""
    return some(eq(column, value) for value in values)


def after(columns: Sequence[str], values: Sequence[Literal]) -> Filter:
    """Rows that come after the values when sorted by the columns: how a keyset walk goes on."""
    steps = []
    for place, column in enumerate(columns):
        equal = [eq(columns[before], values[before]) for before in range(place)]
        steps.append(every([*equal, gt(column, values[place])]))
    return some(steps)


def key(**parts: Literal) -> str:
    """A row's key in a path, `(dataAreaId='usmf',CustomerAccount='1')`, percent-encoded."""
    inside = ",".join(
        f"{name}={quote(literal(value), safe=QUOTED)}" for name, value in parts.items()
    )
    return f"({inside})"


@dataclass(frozen=True, slots=True)
class Query:
    """The options of one read. Text order is fixed, so that equal queries are equal links."""

    select: Sequence[str] = ()
    filter: Filter | None = None
    orderby: Sequence[str] = ()
    expand: Sequence[str] = ()
    top: int | None = None
    count: bool = False
    extra: Sequence[tuple[str, str]] = ()

    def __str__(self) -> str:
        options = [
            ("$select", ",".join(self.select)),
            ("$expand", ",".join(self.expand)),
            ("$filter", self.filter.text if self.filter else ""),
            ("$orderby", ",".join(self.orderby)),
            ("$top", "" if self.top is None else str(self.top)),
            ("$count", "true" if self.count else ""),
            *self.extra,
        ]
        return "&".join(f"{name}={_encoded(text)}" for name, text in options if text)

    def of(self, path: str) -> str:
        """The path with this query."""
        query = str(self)
        return f"{path}?{query}" if query else path


def _encoded(text: str) -> str:
    """As `quote` does it, which visits every letter of a filter that lists hundreds of keys."""
    return _UNSAFE.sub(lambda found: quote(found[0], safe=""), text)


def _joined(filters: Iterable[Filter], word: str) -> Filter:
    found = list(filters)
    if not found:
        raise ValueError(f"nothing to join by {word!r}")
    if len(found) == 1:
        return found[0]
    return Filter(f" {word} ".join(f"({piece.text})" for piece in found))


SAFE = "$,()'=:/@;*!-._~"
QUOTED = "'-._~"
_UNSAFE = re.compile(f"[^A-Za-z0-9_{re.escape(SAFE)}]+")
