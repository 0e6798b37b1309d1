"""Finds rows that moved by asking for counts and sums of ranges of versions; pure but for asking.

Under the trait TALLIED a version only grows and no two rows share one. So a row that was edited is
above every version the store knows, and one that went, or was never met, changes the count or the
sum of its range. What this cannot see: several rows gone and as many never met in one range whose
versions add up to the same.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import NamedTuple

from ...contract import Change, Tallier


class Tally(NamedTuple):
    """Of a range of versions: how many rows have one, and what these versions add up to."""

    rows: int
    total: int


@dataclass(slots=True)
class Ledger:
    """The versions the store knows, in order, with the key of each and sums from the beginning."""

    versions: list[int]
    keys: list[str]
    sums: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.sums = [0, *accumulate(self.versions)]

    @classmethod
    def of(cls, pairs: Sequence[tuple[int, str]]) -> Ledger:
        """The ledger of (version, key) pairs in any order."""
        ordered = sorted(pairs)
        return cls([version for version, _ in ordered], [key for _, key in ordered])

    def tally(self, low: int, high: int) -> Tally:
        """Count and sum of the places from `low` up to `high`."""
        return Tally(high - low, self.sums[high] - self.sums[low])


@dataclass(slots=True)
class Narrowing:
    """A search under way in one entity of one system. `calls` counts what was asked."""

    tallier: Tallier
    entity: str
    page: int
    calls: int = 0
    rows: int = 0

    def suspects(self, known: Sequence[tuple[int, str]]) -> set[str]:
        """Keys of rows that may not be as (version, key) pairs say."""
        top = max((version for version, _ in known), default=0)
        moved = {change.key for change in self._between(top, None)}
        ledger = Ledger.of([pair for pair in known if pair[1] not in moved])
        whole = self._ask(0, top)
        self.rows = whole.rows + len(moved)
        return moved | self._search(ledger, whole, top)

    def _search(self, ledger: Ledger, whole: Tally, top: int) -> set[str]:
        """Halve every range that differs; the other half's tally is what is left of the whole's."""
        found: set[str] = set()
        open_ranges = [(0, top, whole)]
        while open_ranges:
            after, until, shown = open_ranges.pop()
            low, high = _places(ledger, after, until)
            if shown == ledger.tally(low, high):
                continue
            if max(high - low, shown.rows) <= self.page or until - after == 1:
                found |= self._read(ledger, after, until)
                continue
            middle = ledger.versions[(low + high) // 2 - 1] if high - low > 1 else 0
            if not after < middle < until:
                middle = (after + until) // 2
            left = self._ask(after, middle)
            right = Tally(shown.rows - left.rows, shown.total - left.total)
            open_ranges += [(after, middle, left), (middle, until, right)]
        return found

    def _read(self, ledger: Ledger, after: int, until: int) -> set[str]:
        low, high = _places(ledger, after, until)
        known = set(zip(ledger.versions[low:high], ledger.keys[low:high], strict=True))
        shown = {(int(c.version or 0), c.key) for c in self._between(after, until)}
        return {key for _, key in known ^ shown}

    def _ask(self, after: int, until: int) -> Tally:
        self.calls += 1
        return Tally(*self.tallier.tally(self.entity, after, until))

    def _between(self, after: int, until: int | None) -> Iterator[Change]:
        while True:
            self.calls += 1
            page = self.tallier.between(self.entity, after, until, self.page)
            yield from page
            if len(page) < self.page:
                return
            after = int(page[-1].version or 0)


def _places(ledger: Ledger, after: int, until: int) -> tuple[int, int]:
    """Where the versions above `after` and up to `until` stand."""
    versions = ledger.versions
    return bisect_left(versions, after + 1), bisect_left(versions, until + 1)
