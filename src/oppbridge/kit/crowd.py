"""A system of a million rows that answers by ranges of versions: each row follows from its number.

For verification at size. People edit, add and remove rows behind everybody's back; programs only
read. Versions only grow, no two rows share one, and `calls` counts what was asked.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..contract import Change, Page

Row = dict[str, Any]


class Crowd:
    """Reader and tallier of one entity. `key` and `row` say what stands under a number, from 0."""

    def __init__(self, size: int, key: Callable[[int], str], row: Callable[[int], Row]) -> None:
        self.calls = 0
        self._key, self._row = key, row
        self._edited: dict[int, Row] = {}
        self._numbers = {key(number): number for number in range(size)}
        self._version = {number: number + 1 for number in range(size)}
        self._order = [(number + 1, number) for number in range(size)]
        self._top, self._next = size, size
        self._sums: list[int] = []

    def close(self) -> None:
        """Nothing is held."""

    # -- what people do -----------------------------------------------------

    def edit(self, key: str, columns: Mapping[str, Any]) -> None:
        """A person edits a row: it gets a version above all others."""
        number = self._numbers[key]
        self._drop(number)
        self._edited[number] = {**self._edited.get(number, self._row(number)), **columns}
        self._put(number)

    def remove(self, key: str) -> None:
        """A person deletes a row."""
        number = self._numbers.pop(key)
        self._drop(number)

    def add(self, version: int | None = None) -> str:
        """A person adds a row; under an old free `version` it is one that no feed ever showed."""
        number, self._next = self._next, self._next + 1
        key = self._key(number)
        self._numbers[key] = number
        self._put(number, version)
        return key

    def _drop(self, number: int) -> None:
        self._order.remove((self._version.pop(number), number))
        self._sums = []

    def _put(self, number: int, version: int | None = None) -> None:
        if version is None:
            version = self._top = self._top + 1
        self._version[number] = version
        insort(self._order, (version, number))
        self._sums = []

    # -- what programs ask --------------------------------------------------

    def changes(self, _entity: str, cursor: str | None, limit: int) -> Page:
        """A full reading in order of version."""
        self.calls += 1
        at = self._place(int(cursor or 0))
        found = self._order[at : at + limit]
        more = at + limit < len(self._order)
        last = str(found[-1][0]) if found else cursor or "0"
        rows = [self._change(number) for _, number in found]
        return Page(rows, last, more, sweep=True, first=cursor is None)

    def fetch(self, _entity: str, keys: Sequence[str]) -> Sequence[Change]:
        """The rows with these keys as they are now."""
        self.calls += 1
        return [self._change(self._numbers[key]) for key in keys if key in self._numbers]

    def tally(self, _entity: str, after: int, until: int) -> tuple[int, int]:
        """How many rows have a version in the range, and the sum of these versions."""
        self.calls += 1
        if not self._sums:
            self._sums = [0]
            for version, _ in self._order:
                self._sums.append(self._sums[-1] + version)
        low, high = self._place(after), self._place(until)
        return high - low, self._sums[high] - self._sums[low]

    def between(self, _entity: str, after: int, until: int | None, limit: int) -> Sequence[Change]:
        """The first rows of the range."""
        self.calls += 1
        low = self._place(after)
        high = len(self._order) if until is None else self._place(until)
        return [self._change(number) for _, number in self._order[low : min(high, low + limit)]]

    def _place(self, version: int) -> int:
        return bisect_right(self._order, (version, self._next))

    def _change(self, number: int) -> Change:
        row = self._edited.get(number) or self._row(number)
        return Change(self._key(number), row, str(self._version[number]))
