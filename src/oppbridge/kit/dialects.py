"""How a small CRM spells its tables: kinds, columns, words, blanks, dates and amounts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..contract import Column, Description

KINDS = ("companies", "people", "items", "deals", "offers", "sales")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one CRM spells things.

    `chosen` says that clients choose ids; otherwise the CRM numbers its rows and keeps the client's
    own reference in the column `ref` of rows and parts. `blank` is what an empty text column shows.
    `numeric` says that amounts and choices are JSON numbers rather than text. `noon` says that
    dates are instants at noon UTC and that an empty one shows 1900-01-01. `totalled` names the
    kinds whose `total` is computed from the lines, with the line's columns of count, price and
    currency.
    """

    name: str
    kinds: Mapping[str, Description]
    chosen: bool = True
    blank: str | None = None
    numeric: bool = False
    noon: bool = False
    totalled: Mapping[str, tuple[str, str, str]] = field(default_factory=dict)


def table(native: str, columns: str, collections: Mapping[str, str] | None = None) -> Description:
    """A table from one column a line: `name kind [size] [word=label ...] [required] [fixed]`."""
    found = [_column(line.split()) for line in columns.strip().splitlines()]
    inner = {name: table(name, text) for name, text in (collections or {}).items()}
    return Description(native, {column.name: column for column in found}, inner)


def _column(words: list[str]) -> Column:
    name, kind, *rest = words
    size = next((int(word) for word in rest if word.isdigit()), None)
    choices = dict(word.split("=") for word in rest if "=" in word)
    return Column(
        name,
        kind,
        length=size if kind == "text" else None,
        precision=size if kind == "decimal" else None,
        choices=choices or None,
        creatable="computed" not in rest,
        updatable="computed" not in rest and "fixed" not in rest,
        required="required" in rest,
        target=tuple(word[1:] for word in rest if word.startswith(">")),
    )
