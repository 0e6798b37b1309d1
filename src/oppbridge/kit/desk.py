"""Where programs are served: the calls a small CRM answers, and the faults on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from ..contract import Description
from .clock import stamp_text
from .crm import FakeCrm
from .documents import PartCall, merged
from .faults import Refused
from .tables import Entry, Row

T = TypeVar("T")
Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Feed:
    """A page of the feed. All rows stamped before `settled` are visible; `now` is the clock."""

    entries: Sequence[Entry]
    more: bool
    now: str
    settled: str


class Desk:
    """Every method raises Refused or Lost. A write is carried out whole or not at all."""

    def __init__(self, crm: FakeCrm) -> None:
        self.crm = crm

    def feed(self, kind: str, after: Place | None, limit: int, *, whole: bool = False) -> Feed:
        """At most `limit` entries behind `after`, in order of (stamp, id).

        A place from before what the feed remembers is refused, unless the `whole` is being read.
        """

        def serve() -> Feed:
            crm = self.crm
            if after is not None and not whole and after[0] < crm.horizon:
                raise Refused(410, "forgotten", f"the feed begins at {crm.horizon}")
            size = min(limit, crm.manners.page)
            found = crm.table(kind).after(after, size + 1, gone=crm.manners.tombstones)
            settled = stamp_text(crm.clock.second - crm.manners.late)
            return Feed(found[:size], len(found) > size, stamp_text(crm.clock.second), settled)

        return self._call(serve)

    def get(self, kind: str, ids: Sequence[str]) -> list[Row]:
        """The rows with these ids, as far as they exist."""

        def serve() -> list[Row]:
            table = self.crm.table(kind)
            return [row for id in dict.fromkeys(ids) if (row := table.row(id)) is not None]

        return self._call(serve)

    def find(self, kind: str, column: str, values: Sequence[str]) -> list[Row]:
        """The rows whose column equals one of the values."""

        def serve() -> list[Row]:
            table = self.crm.table(kind)
            if column != "id" and column not in self.crm.dialect.kinds[kind].columns:
                raise Refused(422, "unknown_column", f"{kind} has no column {column!r}")
            return [row for row in table.rows() if row[column] in values]

        return self._call(serve)

    def between(self, kind: str, after: int, until: int | None = None) -> list[Row]:
        """The rows whose revision is above `after` and at most `until`, in order of revision."""

        def serve() -> list[Row]:
            rows = [row for row in self.crm.table(kind).rows() if row["rev"] > after]
            found = [row for row in rows if until is None or row["rev"] <= until]
            return sorted(found, key=lambda row: int(row["rev"]))

        return self._call(serve)

    def create(
        self,
        kind: str,
        row: Mapping[str, Any],
        parts: Sequence[PartCall] = (),
        id: str | None = None,
    ) -> tuple[Row, bool]:
        """The row as stored, and whether it was there before. `id` where clients choose ids."""

        def serve() -> tuple[Row, bool]:
            crm = self.crm
            if (known := self._known(kind, row, id)) is not None:
                return known, True
            new = merged(crm.house, kind, None, row, parts)
            chosen = id or crm.new_id(kind)
            self._store(kind, chosen, new)
            return crm.row(kind, chosen), False

        return self._call(serve, writes=True)

    def update(
        self,
        kind: str,
        id: str,
        row: Mapping[str, Any],
        parts: Sequence[PartCall] = (),
        rev: int | None = None,
    ) -> Row:
        """The row as stored. Touches only the given columns and parts."""

        def serve() -> Row:
            crm, old = self.crm, self._guarded(kind, id, rev)
            self._store(kind, id, merged(crm.house, kind, old, row, parts))
            return crm.row(kind, id)

        return self._call(serve, writes=True)

    def delete(self, kind: str, id: str, rev: int | None = None) -> None:
        """The row is gone, unless others point at it."""

        def serve() -> None:
            self._guarded(kind, id, rev)
            self.crm.check_unused(kind, id)
            self._store(kind, id, None)

        self._call(serve, writes=True)

    def describe(self, kind: str) -> Description:
        """The table as it is."""

        def serve() -> Description:
            self.crm.table(kind)
            return self.crm.dialect.kinds[kind]

        return self._call(serve)

    def _call(self, serve: Callable[[], T], *, writes: bool = False) -> T:
        with self.crm.lock:
            self.crm.calls += 1
            fault = self.crm.faults.next(writes=writes)
            return serve() if fault is None else fault.play(serve)

    def _guarded(self, kind: str, id: str, rev: int | None) -> Row:
        self.crm.meddle(kind, id)
        old = self.crm.row(kind, id)
        if rev is not None and self.crm.manners.guards and rev != old["rev"]:
            raise Refused(412, "moved", f"{kind} {id} is at revision {old['rev']}, not {rev}")
        return old

    def _known(self, kind: str, row: Mapping[str, Any], id: str | None) -> Row | None:
        """The row this very create made before, where ids or references are unique."""
        crm = self.crm
        if id is not None:
            if not crm.dialect.chosen:
                raise Refused(422, "read_only", "ids are not for clients to choose")
            return crm.table(kind).newest(id)
        reference = row.get("ref")
        if not crm.manners.unique or not reference:
            return None
        return next((found for found in crm.rows(kind) if found.get("ref") == reference), None)

    def _store(self, kind: str, id: str, row: Row | None) -> None:
        self.crm.store(kind, id, row)
        self.crm.writes += 1
