"""JSON bodies decoded straight from bytes, amounts exact.

Numbers become `float` by orjson, which is exact up to 15 significant digits. A body that holds a
longer number with a fraction is decoded again with `Decimal`, so that no cent is ever lost.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

import orjson

_LONG = re.compile(rb"[0-9.]{17}")
_LONG_FRACTION = re.compile(rb"[:\[,]\s*-?(?=[0-9.]{17})[0-9]+\.[0-9]")


def decode(body: bytes) -> Any:
    """The value of a JSON body; numbers that a float cannot hold come as `Decimal`.

    Raises ValueError for anything that is not JSON, or nested deeper than 1,000 levels.
    """
    found = orjson.loads(body)
    if _LONG.search(body) is None or _LONG_FRACTION.search(body) is None:
        return found
    try:
        return json.loads(body, parse_float=Decimal)
    except RecursionError as error:
        raise ValueError("the body is nested too deeply") from error


def encode(value: Any) -> bytes:
    """The JSON bytes of a value; `Decimal` is written as a number with all its digits.

    Raises TypeError for values JSON has no word for.
    """
    try:
        return orjson.dumps(value)
    except TypeError:
        return _dump(value).encode()


def _dump(value: Any) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dict):
        inside = ",".join(f"{json.dumps(str(key))}:{_dump(item)}" for key, item in value.items())
        return "{" + inside + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(_dump(item) for item in value) + "]"
    return orjson.dumps(value).decode()
