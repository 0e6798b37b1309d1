"""The rows of one kind in order of (stamp, id): shown, deleted, and not visible yet."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One row as committed under `stamp`, never changed in place; `row` None is a deletion."""

    id: str
    stamp: str
    row: Row | None


@dataclass(slots=True)
class Table:
    """What readers see of one kind, and the commits that are late."""

    entries: dict[str, Entry] = field(default_factory=dict)
    order: list[tuple[str, str]] = field(default_factory=list)
    late: dict[str, Entry] = field(default_factory=dict)

    def put(self, entry: Entry) -> None:
        """Show `entry` in place of what its id showed before."""
        self.late.pop(entry.id, None)
        if (old := self.entries.get(entry.id)) is not None:
            at = bisect_right(self.order, (old.stamp, old.id)) - 1
            del self.order[at]
        self.entries[entry.id] = entry
        insort(self.order, (entry.stamp, entry.id))

    def postpone(self, entry: Entry) -> None:
        """Keep `entry` back: it is committed under its stamp and not visible yet."""
        self.late[entry.id] = entry

    def surface(self, due: Callable[[str], bool]) -> None:
        """Show the late entries whose stamp is due."""
        for entry in [entry for entry in self.late.values() if due(entry.stamp)]:
            self.put(entry)

    def newest(self, id: str) -> Row | None:
        """The row as a writer finds it, late or not."""
        entry = self.late.get(id) or self.entries.get(id)
        return entry.row if entry else None

    def row(self, id: str) -> Row | None:
        """The row as a reader finds it."""
        entry = self.entries.get(id)
        return entry.row if entry else None

    def rows(self) -> Iterator[Row]:
        """The rows that readers see, in order of id."""
        for id in sorted(self.entries):
            if (row := self.entries[id].row) is not None:
                yield row

    def after(self, place: tuple[str, str] | None, limit: int, *, gone: bool) -> list[Entry]:
        """At most `limit` entries behind `place`; deletions only where `gone`."""
        at = 0 if place is None else bisect_right(self.order, place)
        found: list[Entry] = []
        while at < len(self.order) and len(found) < limit:
            entry = self.entries[self.order[at][1]]
            if gone or entry.row is not None:
                found.append(entry)
            at += 1
        return found

    def forget(self, before: str) -> None:
        """Drop the deletions stamped before `before`, for good."""
        old = [e for e in self.entries.values() if e.row is None and e.stamp < before]
        for entry in old:
            self.order.remove((entry.stamp, entry.id))
            del self.entries[entry.id]
