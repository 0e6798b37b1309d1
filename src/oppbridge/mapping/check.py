"""Proves a map against a system's live metadata, before anything is sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel

from ..contract import Column, Description
from ..records import values
from .consistent import kind, nearest
from .fits import Misfit, misfits
from .lenses import Lens
from .reading import PARENT
from .roundtrip import broken_laws
from .shape import EntityMap, FieldMap
from .text import LENSES


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong between a map and a system.

    An `error` will refuse or misread rows; a `warning` may lose something. `column` is the
    system's field, `field` the canonical one; either is empty where there is none.
    """

    severity: Literal["error", "warning"]
    column: str
    field: str
    message: str
    advice: str


def check_map(
    map: EntityMap, description: Description, natives: Mapping[str, str] | None = None
) -> list[Finding]:
    """What is wrong with a map, errors first. `natives` gives other entities' native tables."""
    record = values.model(map.entity)
    found = list(_of_table("", map.fields, description, record, natives or {}))
    given = {*map.constants, *([map.origin] if map.origin else [])}
    found += _unfilled("", map.fields, description, given)
    for name, collection in map.collections.items():
        inner = description.collections.get(collection.at)
        stem = f"{name}/*/"
        if inner is None:
            hint = nearest(collection.at, description.collections)
            message = f"{description.native} has no such collection{hint}"
            found.append(Finding("error", collection.at, name, message, "correct `at`"))
            continue
        part = values.collections(map.entity)[name]
        above = {PARENT + one: column for one, column in description.columns.items()}
        whole = Description(inner.native, {**inner.columns, **above})
        found += _of_table(stem, collection.fields, whole, part, natives or {})
        own = {*collection.constants, *collection.key}
        found += _unfilled(stem, collection.fields, inner, own)
    return sorted(found, key=lambda one: (one.severity, one.field, one.column))


def _of_table(
    stem: str,
    fields: Mapping[str, FieldMap],
    table: Description,
    model: type[BaseModel],
    natives: Mapping[str, str],
) -> Iterator[Finding]:
    for name, field in fields.items():
        lens = LENSES[field.lens](field)
        yield from _columns(stem + name, field, lens, table)
        column = table.columns.get(field.at[0])
        if column is not None:
            for one in misfits(field, column, natives):
                yield _finding(one, column.name, stem + name)
        yield from _uncovered(stem + name, name, field, model)
        for problem in broken_laws(field, lens):
            yield Finding(
                "error", field.at[0], stem + name, problem, "the map cannot round-trip it"
            )


def _finding(one: Misfit, column: str, field: str) -> Finding:
    return Finding(one.severity, column, field, one.message, one.advice)


def _columns(name: str, field: FieldMap, lens: Lens, table: Description) -> Iterator[Finding]:
    """Every column must exist, and those written must take a write."""
    for column in lens.columns if field.reads else ():
        if column not in table.columns:
            hint = nearest(column, table.columns)
            message = f"{table.native} has no column {column!r}{hint}"
            yield Finding("error", column, name, message, "correct `at`, or add the column")
    for written in lens.written if field.writes else ():
        column = written.partition("@")[0]
        found = table.columns.get(column)
        if found is not None:
            yield from _writable(name, field, found)
        elif column == written:
            hint = nearest(column, table.columns)
            message = f"{table.native} has no column {column!r}{hint}"
            yield Finding("error", column, name, message, "correct `write`, or add the column")


def _writable(name: str, field: FieldMap, column: Column) -> Iterator[Finding]:
    if not column.creatable and not column.updatable:
        yield Finding("error", column.name, name, "is read-only", "set `direction: read`")
    elif not column.updatable and not field.create_only:
        message = "can be set on create only"
        yield Finding("error", column.name, name, message, "set `create_only: true`")
    elif not column.creatable:
        message = "cannot be set on create"
        yield Finding("warning", column.name, name, message, "creates must leave it out")


def _unfilled(
    stem: str, fields: Mapping[str, FieldMap], table: Description, given: set[str]
) -> Iterator[Finding]:
    """Columns a row must have to be created, and the fields that may leave them empty."""
    sources: dict[str, str] = {}
    for name, field in fields.items():
        if field.writes:
            columns = (*LENSES[field.lens](field).written, *field.at)
            sources |= {column.partition("@")[0]: name for column in columns}
    for column in table.columns.values():
        if not (column.required and column.creatable) or column.name in given:
            continue
        name = sources.get(column.name, "")
        if not name:
            message = f"{table.native} needs it, and nothing writes it"
            yield Finding("error", column.name, "", message, "map a field to it, or a constant")
        elif not fields[name].required and fields[name].default is None:
            message = f"{table.native} needs it, and the field may be empty"
            advice = "set `required: true` or a `default`"
            yield Finding("warning", column.name, stem + name, message, advice)


def _uncovered(name: str, plain: str, field: FieldMap, model: type[BaseModel]) -> Iterator[Finding]:
    """Canonical words that a record may hold and the map cannot write."""
    if plain.startswith("custom.") or not field.writes or field.blank_unknown:
        return
    for word in kind(model, plain)[1]:
        if word not in map_words(field):
            message = f"the word {word!r} has no native code"
            yield Finding("warning", field.at[0], name, message, "add it to `words`")


def map_words(field: FieldMap) -> tuple[str, ...]:
    """The canonical words a field's map knows."""
    return tuple(map(str, field.words or {}))
