"""Descriptions of tables as text: equal exactly when the tables look the same."""

from __future__ import annotations

from dataclasses import replace

import orjson
from pydantic import TypeAdapter
from xxhash import xxh3_128_hexdigest

from ..contract import Column, Description

_READ = TypeAdapter(Description)


def text_of(description: Description) -> str:
    """The description as JSON, names and targets in order."""
    return orjson.dumps(_sorted(description), str, orjson.OPT_SORT_KEYS).decode()


def description_of(text: str) -> Description:
    """The description that `text_of` wrote."""
    return _READ.validate_json(text)


def digest_of(text: str) -> str:
    """A short name for a text."""
    return xxh3_128_hexdigest(text.encode())


def _sorted(table: Description) -> Description:
    return replace(
        table,
        columns={name: _plain(one) for name, one in table.columns.items()},
        collections={name: _sorted(inner) for name, inner in table.collections.items()},
    )


def _plain(column: Column) -> Column:
    """The column spelled in one way: targets in order, bounds as floats."""
    low, high = column.minimum, column.maximum
    if low is None and high is None and len(column.target) < 2:
        return column
    return replace(
        column,
        minimum=None if low is None else float(low),
        maximum=None if high is None else float(high),
        target=tuple(sorted(column.target)),
    )
