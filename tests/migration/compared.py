"""What should be there against what is there, row by row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Shown = dict[str, dict[str, Any]]


def unlike(pairs: Mapping[str, tuple[Shown, Shown]]) -> list[str]:
    """Every wanted row that is not found with equal values, and every found row nobody wants."""
    return [
        f"{what} {key}: {wanted.get(key)} became {found.get(key)}"
        for what, (wanted, found) in pairs.items()
        for key in sorted(wanted.keys() | found.keys())
        if wanted.get(key) != found.get(key)
    ]


def keyed(rows: Iterable[tuple[str, dict[str, Any]]]) -> Shown:
    """By key; a key that occurs twice is a row that should not be."""
    out: Shown = {}
    for key, values in rows:
        out[f"{key} again" if key in out else key] = values
    return out
