"""What the columns of files are: names from the header, kinds from Parquet's schema."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ...contract import Column, Description, Selection
from .index import open_parts
from .places import place
from .reading import Shelf
from .source import Source, open_source


def describe(shelf: Shelf, folder: Path, selection: Selection | None) -> Description:
    """The columns the files have; those a new file would get where there is none yet."""
    columns: dict[str, Column] = {}
    for number in range(len(shelf.paths)):
        source = open_source(shelf.paths[number], shelf.entity, shelf.entity.key)
        columns |= _columns(source)
    if not shelf.paths and selection is not None:
        names = (*shelf.entity.key, *selection.columns)
        columns = {name: Column(name, "text") for name in names}
    columns.setdefault(shelf.entity.origin, Column(shelf.entity.origin, "text"))
    collections: dict[str, Description] = {}
    for name, parts in shelf.entity.collections.items():
        path = place(folder, parts.file)
        if path.exists():
            found = _columns(open_parts(shelf.entity, parts, path))
        else:
            given = selection.collections.get(name, ()) if selection else ()
            found = {one: Column(one, "text") for one in (*parts.parent, *parts.key, *given)}
        collections[name] = Description(parts.file, found, assumed=not path.exists())
    native = selection.native if selection is not None else shelf.entity.file
    return Description(native, columns, collections, assumed=not shelf.paths)


def _columns(source: Source) -> dict[str, Column]:
    try:
        schema = getattr(source, "schema", None)
        return {
            name: Column(name, "text" if schema is None else kind(str(schema.field(name).type)))
            for name in source.columns
        }
    finally:
        source.close()


def kind(type: Any) -> str:
    """The contract's word for a Parquet type."""
    for begins, word in (
        ("int", "integer"),
        ("uint", "integer"),
        ("decimal", "decimal"),
        ("float", "decimal"),
        ("double", "decimal"),
        ("bool", "boolean"),
        ("date", "date"),
        ("timestamp", "instant"),
        ("list", "collection"),
    ):
        if str(type).startswith(begins):
            return word
    return "text"
