"""The digest of a native row: all that an unchanged row ever costs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any

import orjson
from xxhash import xxh3_64_intdigest, xxh3_128_digest

from ..contract import Native

BROKEN = "__error__"
"""The column by which a connector says that it could not read a row, and why."""

Pick = Callable[[Native], Any]


def picker(columns: tuple[str, ...]) -> Pick:
    """The values of some columns, None where the row has none."""
    if len(columns) == 1:
        only = columns[0]
        return lambda row: row.get(only)
    if not columns:
        return lambda _: ()
    fast = itemgetter(*columns)

    def pick(row: Native) -> Any:
        try:
            return fast(row)
        except KeyError:
            return tuple(map(row.get, columns))

    return pick


def digester(
    columns: tuple[str, ...], collections: Mapping[str, tuple[str, ...]], fingerprint: bytes
) -> Callable[[Native], bytes]:
    """A function giving 16 bytes over the mapped columns of a row and of its parts.

    Equal exactly when these columns are equal; the order of parts does not matter.
    """
    pick = picker(columns)
    seed = xxh3_64_intdigest(fingerprint)

    def plain(row: Native) -> bytes:
        if BROKEN in row:
            return xxh3_128_digest(dumped(("broken", row[BROKEN], row)), seed)
        try:
            return xxh3_128_digest(orjson.dumps(pick(row), str), seed)
        except TypeError:
            return xxh3_128_digest(dumped(pick(row)), seed)

    if not collections:
        return plain
    parts = tuple((name, picker(columns)) for name, columns in collections.items())
    names = tuple(collections)
    without = b"\x01\x00" * len(names)  # what no parts at all add, as below

    def with_parts(row: Native) -> bytes:
        if BROKEN in row:
            return plain(row)
        if not any(map(row.get, names)):
            return xxh3_128_digest(dumped(pick(row)) + without, seed)
        text = [dumped(pick(row))]
        for name, pick_part in parts:
            text.append(b"\x00")
            text += sorted([dumped(pick_part(part)) for part in row.get(name) or ()])
        return xxh3_128_digest(b"\x01".join(text), seed)

    return with_parts


def dumped(values: Any) -> bytes:
    """Values as bytes, also those JSON has no words for."""
    try:
        return orjson.dumps(values, str)
    except TypeError:
        return repr(values).encode("utf-8", "backslashreplace")
