"""Whether a field's map fits the column it reads: kind, length, precision, choices, target."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ..contract import Column
from .shape import FieldMap

KINDS: dict[str, frozenset[str]] = {
    "text": frozenset({"text", "reference", "choice", "integer"}),
    "unit": frozenset({"text", "choice", "reference"}),
    "integer": frozenset({"integer", "decimal", "text"}),
    "decimal": frozenset({"decimal", "integer", "text"}),
    "money": frozenset({"decimal", "integer", "text"}),
    "boolean": frozenset({"boolean", "choice", "integer", "text"}),
    "date": frozenset({"date", "instant", "text"}),
    "instant": frozenset({"instant", "text"}),
    "choice": frozenset({"choice", "boolean", "text", "integer"}),
    "state": frozenset({"choice", "text", "integer", "boolean"}),
    "words": frozenset({"choice", "text"}),
    "reference": frozenset({"reference", "text", "integer"}),
}
"""The kinds of column each lens can read."""


@dataclass(frozen=True, slots=True)
class Misfit:
    """What does not fit and what to do."""

    severity: Literal["error", "warning"]
    message: str
    advice: str


def misfits(field: FieldMap, column: Column, natives: Mapping[str, str]) -> Iterator[Misfit]:
    """Everything that does not fit between a field's map and its column."""
    if column.kind not in KINDS[field.lens]:
        message = f"is {column.kind}, which lens {field.lens!r} does not read"
        yield Misfit("error", message, f"use a lens for {column.kind}")
    if field.lens in ("text", "unit") and field.writes:
        yield from _length(field, column)
    if field.lens in ("decimal", "money"):
        yield from _precision(field, column)
    if field.lens in ("choice", "state", "words", "boolean") and column.choices is not None:
        yield from _choices(field, column.choices)
    table = natives.get(field.entity or "")
    if field.lens == "reference" and column.target and table and table not in column.target:
        message = f"points at {', '.join(column.target)}, not at {table}"
        yield Misfit("error", message, f"map it to another field than one of {field.entity}")


def _length(field: FieldMap, column: Column) -> Iterator[Misfit]:
    if column.length is None:
        return
    if field.length is None:
        message = f"holds {column.length} characters, and the map does not cut longer text"
        yield Misfit("warning", message, f"set `length: {column.length}`")
    elif field.length > column.length:
        message = f"holds {column.length} characters, and the map writes up to {field.length}"
        yield Misfit("error", message, f"set `length: {column.length}`")


def _precision(field: FieldMap, column: Column) -> Iterator[Misfit]:
    if column.precision is None or not field.writes:
        return
    if field.precision is None:
        message = f"keeps {column.precision} decimal places, and the map does not round"
        yield Misfit("warning", message, f"set `precision: {column.precision}`")
    elif field.precision > column.precision:
        message = f"keeps {column.precision} decimal places, and the map writes {field.precision}"
        yield Misfit("error", message, f"set `precision: {column.precision}`")


def _choices(field: FieldMap, choices: Mapping[str, str]) -> Iterator[Misfit]:
    if field.words is None:
        return
    known = {code.lower() for code in choices}
    read = {code for codes in field.words.values() for code in _firsts(field, codes)}
    if field.otherwise is None and field.reads:
        for code in sorted(known - read):
            label = next(label for one, label in choices.items() if one.lower() == code)
            message = f"can be {code} ({label}), for which the map has no word"
            yield Misfit("error", message, "add it to `words`, or set `otherwise`")
    for code in sorted(read - known):
        yield Misfit("error", f"never is {code}, which the map lists", "correct `words`")


def _firsts(field: FieldMap, codes: Any) -> Iterator[str]:
    """The codes of the column that is checked: the first of each tuple, for lens `state`."""
    if field.lens == "state":
        tuples = codes if isinstance(codes[0], (list, tuple)) else [codes]
        yield from (str(one[0]).lower() for one in tuples)
    else:
        listed = codes if isinstance(codes, (list, tuple)) else [codes]
        yield from (str(one).lower() for one in listed)
