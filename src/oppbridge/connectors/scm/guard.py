"""Has a row moved since it was decided upon? Read again right before the write, and compared.

With a version everything counts. Without one only the columns about to be written do: one that
holds neither what the system last showed nor what is about to be written was changed meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from oppbridge.contract import Action, Native, Write
from oppbridge.errors import Stale

from .joined import Found
from .view import View


def moved(view: View, write: Write, found: Found) -> Stale | None:
    """Stale when the row is no longer the one the write was decided for."""
    if write.version is not None:
        if write.version != found.change.version:
            return Stale(f"{found.key} has moved since it was read")
        return None
    name = _moved(write.row, write.current, found.row)
    if name is None and view.table.lines is not None and write.current:
        name = _line_moved(view, write, found)
    return Stale(f"{found.key} has moved since it was read: {name}") if name else None


def same(left: Any, right: Any) -> bool:
    """Whether two native values are equal, however their numbers are kept."""
    if isinstance(left, (int, float, Decimal)) and isinstance(right, (int, float, Decimal)):
        return Decimal(str(left)) == Decimal(str(right))
    return bool((left or "") == (right or ""))


def _moved(sent: Native, before: Native, now: Native) -> str | None:
    for name in sent.keys() & before.keys() & now.keys():
        if not same(now[name], before[name]) and not same(now[name], sent[name]):
            return name
    return None


def _line_moved(view: View, write: Write, found: Found) -> str | None:
    lines = view.parts
    before = _by_key(write.current.get(lines.set, ()), lines.key)
    now = _by_key(found.lines, lines.key)
    for part in write.parts:
        key = part.key or ""
        if part.action is Action.UPDATE and key not in now:
            return f"line {key} is gone"
        if key in before and key in now and (name := _moved(part.row, before[key], now[key])):
            return f"line {key}: {name}"
    return None


def _by_key(lines: Sequence[Mapping[str, Any]], key: str) -> dict[str, Mapping[str, Any]]:
    return {str(line[key]): line for line in lines}
