"""What one CSV cell holds: native values as text, and formulas made harmless.

A spreadsheet runs a cell that begins with = + - @, a tab or a carriage return. On writing, such a
cell gets a leading apostrophe, unless it is a negative number; on reading, that apostrophe goes.
Text that looks like an already harmless formula gets one more, so that every text comes back as it
was. See OWASP, "CSV Injection".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

_RUNS = re.compile(r"'*[=+\-@\t\r]")
_HARMLESS = re.compile(r"'+[=+\-@\t\r]")
_NEGATIVE = re.compile(r"-[0-9]+([.,][0-9]+)*\Z")


def neutral(text: str) -> str:
    """The text as a spreadsheet may safely open it."""
    return f"'{text}" if _RUNS.match(text) and not _NEGATIVE.match(text) else text


def original(cell: str) -> str:
    """Undo `neutral`."""
    return cell[1:] if cell[:1] == "'" and _HARMLESS.match(cell) else cell


def natives(cells: list[str]) -> list[str | None]:
    """The native values of a line's cells; a blank cell holds nothing."""
    return [(original(cell) if cell[0] == "'" else cell) if cell else None for cell in cells]


def cell(value: Any) -> str:
    """A native value as a cell. Raises ValueError for what a cell cannot hold."""
    if value is None:
        return ""
    if isinstance(value, str):
        return neutral(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, (list, tuple)) and not any(isinstance(v, (list, Mapping)) for v in value):
        return neutral(",".join(map(str, value)))
    raise ValueError(f"a {type(value).__name__} does not fit into a CSV cell")
