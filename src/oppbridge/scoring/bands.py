"""Bands: a number becomes the name of the range it lies in, so that no exact figure leaks."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

NONE = "none"
"""The level of a blank: a value of its own."""


@dataclass(frozen=True, slots=True)
class Bands:
    """Ascending cuts and the names of the ranges between them."""

    cuts: tuple[int, ...]
    names: tuple[str, ...]

    def name(self, number: float | None) -> str:
        """The range `number` lies in; a cut belongs to the range above it."""
        return NONE if number is None else self.names[bisect_right(self.cuts, number)]


def bands(cuts: Sequence[int], lowest: int | None) -> Bands:
    """Name the ranges: `under 0`, `0 to 7`, `8`, `91 and more`. `lowest` is the least possible."""
    first = f"under {cuts[0]}" if lowest is None else _range(lowest, cuts[0] - 1)
    inner = (_range(low, high - 1) for low, high in pairwise(cuts))
    return Bands(tuple(cuts), (first, *inner, f"{cuts[-1]} and more"))


def _range(low: int, high: int) -> str:
    return str(low) if low == high else f"{low} to {high}"
