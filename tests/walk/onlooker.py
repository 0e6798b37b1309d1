"""Compares the two CRMs row by row, field by field, without asking the engine or the maps."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

from oppbridge.kit.crm import FakeCrm

from .vocabulary import (
    FIELDS,
    LINE_FIELDS,
    LINES,
    Field,
    column,
    line_column,
    list_column,
    tag_column,
)

View = dict[tuple[str, str], dict[str, Any]]


def view(crm: FakeCrm, side: str) -> tuple[View, list[str]]:
    """Every row by (kind, birth mark), in comparable terms; and marks that stand twice."""
    marks = {
        (kind, row["id"]): row[tag_column(kind, side)] for kind in FIELDS for row in crm.rows(kind)
    }
    rows: View = {}
    for kind, fields in FIELDS.items():
        for row in crm.rows(kind):
            shown = _fields(crm, side, kind, fields, row, marks)
            if kind in LINES:
                for line in row[list_column(kind, side)]:
                    inner = _fields(crm, side, kind, LINE_FIELDS, line, marks)
                    mark = line[line_column(side)]
                    shown.update({f"line {mark} {name}": value for name, value in inner.items()})
                    shown[f"line {mark}"] = shown.get(f"line {mark}", 0) + 1
            rows[kind, marks[kind, row["id"]]] = shown
    count = Counter((kind, mark) for (kind, _), mark in marks.items())
    twins = [
        f"{side}: {kind} {mark} stands {n} times" for (kind, mark), n in count.items() if n > 1
    ]
    for key, shown in rows.items():
        twins += [
            f"{side}: {key} {name} stands {value} times"
            for name, value in shown.items()
            if name.count(" ") == 1 and value > 1
        ]
    return rows, twins


def _fields(
    crm: FakeCrm, side: str, kind: str, fields: dict[str, Field], row: Any, marks: dict[Any, str]
) -> dict[str, Any]:
    return {
        name: _plain(crm, side, kind, field, row[column(field, side)], marks)
        for name, field in fields.items()
    }


def _plain(
    crm: FakeCrm, side: str, kind: str, field: Field, value: Any, marks: dict[Any, str]
) -> Any:
    if value in (None, "", "1900-01-01T12:00:00Z"):
        return None
    if field.kind == "text":
        return str(value)[: field.size]
    if field.kind == "number":
        return Decimal(str(value)).quantize(Decimal("0.01"))
    if field.kind == "whole":
        return int(value)
    if field.kind == "day":
        return str(value)[:10]
    if field.kind == "choice":
        words = crm.dialect.kinds[kind].columns[column(field, side)].choices or {}
        return list(words).index(str(value))
    return marks.get((field.kind, value))


def differences(north: FakeCrm, south: FakeCrm, cut: int = 25) -> list[str]:
    """What is not the same on both sides, in words; empty when they agree.

    Where a CRM shortens texts silently, their first `cut` letters are compared.
    """
    left, twins = view(north, "north")
    right, more = view(south, "south")
    said = [*twins, *more]
    said += [f"only north: {key}" for key in sorted(left.keys() - right.keys())]
    said += [f"only south: {key}" for key in sorted(right.keys() - left.keys())]
    for key in sorted(left.keys() & right.keys()):
        mine, yours = left[key], right[key]
        for name in sorted(mine.keys() | yours.keys()):
            if _short(mine.get(name), cut) != _short(yours.get(name), cut):
                said.append(f"{key} {name}: north {mine.get(name)!r}, south {yours.get(name)!r}")
    return said


def _short(value: Any, cut: int) -> Any:
    return value[:cut] if isinstance(value, str) else value
