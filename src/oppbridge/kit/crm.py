"""A small honest CRM in memory, with the bad manners real ones have.

Programs talk to it through a `Desk`, where faults happen; people edit it directly. Rows are never
changed in place, so an answer stays what it was. It serves tens of thousands of calls a second, one
at a time.
"""

from __future__ import annotations

import random
import uuid
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import RLock
from typing import Any

from .clock import Clock, stamp_text
from .dialects import Dialect
from .documents import House, PartCall, merged
from .faults import Faults, Refused
from .north import NORTH
from .tables import Entry, Row, Table


@dataclass(frozen=True, slots=True)
class Manners:
    """Which bad habits a CRM has.

    `per_second` edits share one stamp. `tombstones` shows deletions in the feed. `unique` refuses
    a second row with the same external reference; without it only a search helps. `guards` honours
    the revision a client sends along. `late` is how many seconds a person's commit may stay
    invisible. `cut` shortens required texts silently, beyond what the schema says. `in_use`
    refuses to delete what others point at. `page` is the most rows a page has. `tallied` numbers
    revisions across all rows, so that ranges of them can be counted.
    """

    per_second: int = 3
    tombstones: bool = True
    unique: bool = True
    guards: bool = True
    late: int = 0
    cut: int | None = None
    in_use: bool = True
    page: int = 1000
    tallied: bool = False


def _nothing(_kind: str, _id: str) -> None:
    """Nobody meddles."""


def _refuse_me(_kind: str, row: Row) -> str | None:
    return "REFUSE ME is not allowed" if "REFUSE ME" in row.values() else None


class FakeCrm:
    """One installation. Two that take part in one test need different names: names seed the ids.

    `meddle` is called with kind and id just before a program's write to an existing row is served:
    a person may edit that row at this very moment. `refuse` may veto what would be stored, with a
    reason. `writes` counts the changes programs made, `calls` what they asked.
    """

    def __init__(
        self, dialect: Dialect = NORTH, name: str = "", manners: Manners | None = None
    ) -> None:
        self.dialect, self.name = dialect, name or dialect.name
        self.manners = manners or Manners()
        self.clock = Clock(self.manners.per_second)
        self.faults = Faults()
        self.meddle: Callable[[str, str], None] = _nothing
        self.refuse: Callable[[str, Row], str | None] = _refuse_me
        self.calls = self.writes = self._revisions = 0
        self.lock = RLock()
        self.horizon = ""
        self.house = House(
            dialect, self._exists, self.new_id, self.manners.unique, self.manners.cut
        )
        self._tables = {kind: Table() for kind in dialect.kinds}
        self._dice = random.Random(self.name)
        self._numbers = Counter[str]()

    # -- what people do -----------------------------------------------------

    def add(
        self,
        kind: str,
        row: Mapping[str, Any],
        parts: Sequence[PartCall] = (),
        *,
        late: bool = False,
    ) -> str:
        """A person creates a row. Returns its id. `late`: visible `manners.late` seconds on."""
        id = self.new_id(kind)
        self.store(kind, id, merged(self.house, kind, None, row, parts), late=late)
        return id

    def edit(
        self,
        kind: str,
        id: str,
        row: Mapping[str, Any],
        parts: Sequence[PartCall] = (),
        *,
        late: bool = False,
    ) -> None:
        """A person edits a row and its parts. Raises Refused when it is gone."""
        self.store(kind, id, merged(self.house, kind, self.row(kind, id), row, parts), late=late)

    def remove(self, kind: str, id: str, *, late: bool = False) -> None:
        """A person deletes a row. Raises Refused when it is gone or in use."""
        self.row(kind, id)
        self.check_unused(kind, id)
        self.store(kind, id, None, late=late)

    def rows(self, kind: str) -> list[Row]:
        """All rows of a kind in order of id, late commits included: what an onlooker compares."""
        table = self.table(kind)
        ids = sorted({*table.entries, *table.late})
        return [row for id in ids if (row := table.newest(id)) is not None]

    # -- the passing of time ------------------------------------------------

    def settle(self) -> None:
        """Make every late commit visible."""
        for table in self._tables.values():
            table.surface(lambda _stamp: True)

    def forget(self) -> None:
        """Drop all deletions from the feed, and refuse places in it from before now."""
        self.settle()
        self.horizon = stamp_text(self.clock.second + 1)
        self.clock.advance(1)
        for table in self._tables.values():
            table.forget(self.horizon)

    # -- what the desk stands on --------------------------------------------

    def table(self, kind: str) -> Table:
        """The rows of a kind, with the late commits that are due shown. Raises Refused."""
        if (table := self._tables.get(kind)) is None:
            raise Refused(404, "no_kind", f"there are no {kind}")
        if table.late:
            due = stamp_text(self.clock.second - self.manners.late)
            table.surface(lambda stamp: stamp <= due)
        return table

    def row(self, kind: str, id: str) -> Row:
        """The row as a writer finds it. Raises Refused when there is none."""
        if (row := self.table(kind).newest(id)) is None:
            raise Refused(404, "no_row", f"no {kind} with id {id}")
        return row

    def store(self, kind: str, id: str, row: Row | None, *, late: bool = False) -> None:
        """Commit a row, or its deletion. Raises Refused when it is vetoed."""
        if row is not None and (why := self.refuse(kind, row)):
            raise Refused(422, "refused", why)
        table = self.table(kind)
        old, stamp = table.newest(id), self.clock.tick()
        if row is not None:
            row = {**row, "id": id, "rev": self._revision(old), "updated": stamp}
        entry = Entry(id, stamp, row)
        if late and self.manners.late:
            table.postpone(entry)
        else:
            table.put(entry)

    def _revision(self, old: Row | None) -> int:
        self._revisions += 1
        return self._revisions if self.manners.tallied else (old["rev"] if old else 0) + 1

    def check_unused(self, kind: str, id: str) -> None:
        """Refuse the deletion of a row that others point at."""
        if not self.manners.in_use:
            return
        for other, described in self.dialect.kinds.items():
            for place in (described, *described.collections.values()):
                pointing = [c.name for c in place.columns.values() if kind in c.target]
                for row in self.rows(other) if pointing else ():
                    found = [row] if place is described else row[place.native]
                    if any(line[name] == id for line in found for name in pointing):
                        raise Refused(422, "in_use", f"{other} {row['id']} points at it")

    def new_id(self, kind: str) -> str:
        """An id nobody has, of the CRM's own making."""
        if self.dialect.chosen:
            return str(uuid.UUID(int=self._dice.getrandbits(128), version=4))
        self._numbers[kind] += 1
        return f"{kind[:2].upper()}-{self._numbers[kind]:05d}"

    def _exists(self, kind: str, id: str) -> bool:
        return self.table(kind).newest(id) is not None
