"""Composes lenses into the functions that read a whole native row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..contract import Native, join_key
from ..errors import Invalid
from ..records.scalars import Scalar
from ..records.values import escape
from .digest import BROKEN
from .lenses import Convert, Lens, Read
from .shape import CollectionMap

PARENT = "../"
"""Before a column's name inside a part: the column of the document the part is on."""

Reader = Callable[[Native], dict[str, Scalar]]
PartReader = Callable[[Native, dict[str, Scalar]], None]


def reader(what: str, lenses: Mapping[str, Lens]) -> Reader:
    """A function that reads all fields of a row, None where they are blank."""
    quick: list[tuple[str, str, Convert]] = []
    whole: list[tuple[str, Read]] = []
    for name, lens in lenses.items():
        if lens.convert is not None:
            quick.append((name, lens.columns[0], lens.convert))
        else:
            whole.append((name, lens.read))

    def read(row: Native) -> dict[str, Scalar]:
        out: dict[str, Scalar] = {}
        get = row.get
        name = ""
        try:
            for name, column, convert in quick:
                value = get(column)
                out[name] = None if value is None else convert(value)
            for name, gather in whole:
                out[name] = gather(row)
        except (ValueError, ArithmeticError, TypeError, AttributeError) as exc:
            raise _misfit(f"{what}.{name}", lenses[name].columns, row, exc) from exc
        return out

    return read


def _misfit(field: str, columns: tuple[str, ...], row: Native, exc: Exception) -> Invalid:
    held = ", ".join(f"{name} = {_short(row.get(name))}" for name in columns)
    return Invalid(f"{field}: {held} {_reason(exc)}")


def _reason(exc: Exception) -> str:
    text = str(exc)
    return text if text.startswith(("is ", "has ")) else f"cannot be read: {text}"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def part_reader(
    what: str, name: str, collection: CollectionMap, lenses: Mapping[str, Lens]
) -> PartReader:
    """A function that adds every part of one collection to what was read of its document."""
    read = reader(what, lenses)
    at, key_columns, origin = collection.at, collection.key, collection.origin
    outer = tuple(
        column for lens in lenses.values() for column in lens.columns if column.startswith(PARENT)
    )

    def add(row: Native, out: dict[str, Scalar]) -> None:
        above = {column: row.get(column.removeprefix(PARENT)) for column in outer}
        for part in row.get(at) or ():
            key = _key(part, key_columns, what)
            stem = f"{name}/{key}"
            if stem in out:
                raise Invalid(f"{what}: two parts have the key {key!r}")
            out[stem] = True
            if origin is not None and part.get(origin):
                out[f"{stem}/@"] = str(part[origin])
            for field, value in read({**part, **above} if above else part).items():
                out[f"{stem}/{field}"] = value

    return add


def _key(part: Native, columns: tuple[str, ...], what: str) -> str:
    found = [part.get(column) for column in columns]
    if None in found or "" in found:
        raise Invalid(f"{what}: a part has no key in {', '.join(columns)}")
    texts = [str(one) for one in found]
    return escape(texts[0] if len(texts) == 1 else join_key(*texts))


def row_reader(header: Reader, parts: Sequence[PartReader]) -> Reader:
    """A function that reads a row with its parts. Refuses rows marked as broken."""

    def read(row: Native) -> dict[str, Scalar]:
        if BROKEN in row:
            raise Invalid(str(row[BROKEN]))
        out = header(row)
        for add in parts:
            add(row, out)
        return out

    return read
