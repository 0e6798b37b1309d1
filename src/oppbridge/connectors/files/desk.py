"""The documents that a call's writes are about, as they are and as they become."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...contract import Action, Selection, Write, join_key
from ...mapping.digest import BROKEN
from .index import open_parts
from .places import place
from .reading import Shelf
from .settings import EntityFile, PartsFile
from .stored import Format, format_of


@dataclass(slots=True)
class Sheet:
    """One file to be rewritten: its format and the columns it will have."""

    path: Path
    format: Format
    columns: list[str]
    is_new: bool


@dataclass(slots=True)
class Desk:
    """Everything a call needs in memory: only the documents its writes name.

    `documents` holds native rows with their lines, None for a deleted one; `changed` the keys of
    those that became different, `touched` those whose lines did, by collection.
    """

    given: EntityFile
    sheet: Sheet
    sheets: dict[str, Sheet]
    documents: dict[str, dict[str, Any] | None] = field(default_factory=dict)
    by_origin: dict[str, str] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    created: list[str] = field(default_factory=list)
    touched: dict[str, dict[str, None]] = field(default_factory=dict)  # in the order of writes

    def parts_of(self, name: str) -> PartsFile:
        """The settings of one kind of line."""
        return self.given.collections[name]


def natural_key(given: EntityFile, write: Write) -> str | None:
    """The key a create brings along; its origin where the file has one key column to itself."""
    values = [write.row.get(column) for column in given.key]
    if all(value not in (None, "") for value in values):
        texts = [str(value) for value in values]
        return texts[0] if len(texts) == 1 else join_key(*texts)
    return write.origin if len(given.key) == 1 else None


def origin_column(given: EntityFile, write: Write) -> str:
    """The column that keeps a create's origin: the one the map writes it to, else our own."""
    if natural_key(given, write) == write.origin:
        return given.key[0]
    found = (column for column, value in write.row.items() if value == write.origin)
    return next(found, given.origin)


def lay_out(
    shelf: Shelf, folder: Path, selection: Selection | None, writes: Sequence[Write]
) -> Desk:
    """Read the documents that the writes are about."""
    given = shelf.entity
    desk = Desk(given, _sheet(shelf, folder, selection, writes), {})
    for name, parts in given.collections.items():
        desk.sheets[name] = _parts_sheet(
            shelf, folder, parts, _part_columns(name, selection, writes)
        )
    creates = [write for write in writes if write.action is Action.CREATE]
    keys = {write.key for write in writes} | {natural_key(given, write) for write in creates}
    origins = {write.origin: origin_column(given, write) for write in creates}
    columns = set(origins.values())
    for source, found in shelf.all():
        change = None
        row = dict(zip(source.columns, found.row.values, strict=False))
        for column in columns:
            origin = row.get(column)
            if origin in origins and origins[origin] == column and found.error is None:
                change = shelf.change(source, found)
                desk.by_origin[origin] = found.key
        if change is None and found.key in keys:
            change = shelf.change(source, found)
        if change is not None:
            native = dict(change.row or {})
            if BROKEN not in native:
                native |= {name: None for name in desk.sheet.columns if name not in native}
            desk.documents[found.key] = native
    return desk


def _sheet(
    shelf: Shelf, folder: Path, selection: Selection | None, writes: Sequence[Write]
) -> Sheet:
    given = shelf.entity
    origins = [origin_column(given, one) for one in writes if one.action is Action.CREATE]
    if shelf.paths:
        source = shelf.open(0)
        source.close()
        columns = list(dict.fromkeys((*source.columns, *origins)))
        return Sheet(shelf.paths[0], format_of(shelf.paths[0], given, source), columns, False)
    path = place(folder, given.file)
    told = selection.columns if selection else ()
    written = [column for write in writes for column in write.row]
    columns = list(dict.fromkeys((*given.key, *told, *written, *origins)))
    return Sheet(path, format_of(path, given, None), columns, True)


def _part_columns(
    name: str, selection: Selection | None, writes: Sequence[Write]
) -> tuple[str, ...]:
    told = selection.collections.get(name, ()) if selection else ()
    parts = [part for write in writes for part in write.parts if part.collection == name]
    return (*told, *(column for part in parts for column in part.row))


def _parts_sheet(shelf: Shelf, folder: Path, parts: PartsFile, wanted: Sequence[str]) -> Sheet:
    path = place(folder, parts.file)
    if path.exists():
        source = open_parts(shelf.entity, parts, path)
        source.close()
        format = format_of(path, shelf.entity, source)
        return Sheet(path, format, list(source.columns), False)
    columns = list(dict.fromkeys((*parts.parent, *parts.key, *wanted)))
    return Sheet(path, format_of(path, shelf.entity, None), columns, True)
