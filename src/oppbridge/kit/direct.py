"""A complete connector to a small CRM in the same process."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict

from ..contract import (
    Action,
    Change,
    ConnectorSpec,
    Description,
    Limits,
    Page,
    Part,
    Receipt,
    Selection,
    Trait,
    Write,
)
from ..cursors import Keyset
from ..errors import (
    AccessDenied,
    Gone,
    Invalid,
    OppBridgeError,
    Stale,
    Throttled,
    Unavailable,
    Unlinked,
    Unsure,
)
from .crm import FakeCrm, Manners
from .desk import Desk
from .dialects import Dialect
from .documents import PartCall
from .faults import Lost, Refused
from .tables import Entry, Row

T = TypeVar("T")
START = Keyset()
TOLD: dict[int, type[OppBridgeError]] = {
    401: AccessDenied,
    403: AccessDenied,
    404: Gone,
    409: Stale,
    412: Stale,
}
MAPS = Path(__file__).with_name("maps")


class DirectSettings(BaseModel):
    """The CRM itself, and after how many readings of the feed a full reading comes again.

    A CRM whose feed does not show deletions needs one: `sweep_every` 0 means never.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True, frozen=True)
    crm: FakeCrm
    sweep_every: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """Where a reading of the feed stands. `rounds` counts readings finished since the full one."""

    at: Keyset = START
    sweep: bool = True
    rounds: int = 0

    @classmethod
    def parse(cls, cursor: str) -> Reading:
        """The reading a cursor names."""
        at, sweep, rounds = json.loads(cursor)
        return cls(Keyset.parse(at), sweep, rounds)

    def __str__(self) -> str:
        return json.dumps([str(self.at), self.sweep, self.rounds])

    def ended(self) -> Reading:
        """The reading that follows this one."""
        return Reading(self.at, sweep=False, rounds=0 if self.sweep else self.rounds + 1)


class Direct:
    """Reader, writer, finder and describer."""

    def __init__(self, settings: DirectSettings, selections: Mapping[str, Selection]) -> None:
        self.desk = Desk(settings.crm)
        self.chosen = settings.crm.dialect.chosen
        self.unique = settings.crm.manners.unique
        self.sweep_every = settings.sweep_every
        self.kinds = {entity: chosen.native for entity, chosen in selections.items()}

    def close(self) -> None:
        """Nothing is held."""

    def changes(self, entity: str, cursor: str | None, limit: int) -> Page:
        """The page after `cursor`; a place the CRM has forgotten starts a full reading."""
        reading = Reading.parse(cursor) if cursor else Reading()
        due = self.sweep_every and reading.rounds >= self.sweep_every
        nowhere = reading.at.stamp is None  # no place from which the CRM could tell deletions
        first = cursor is None or bool((due or nowhere) and not reading.sweep)
        try:
            return self._page(entity, Reading() if first else reading, limit, first=first)
        except Refused as refused:
            if refused.status != 410:
                raise in_our_words(refused, writing=False) from refused
            return said(lambda: self._page(entity, Reading(), limit, first=True))
        except Lost as lost:
            raise in_our_words(lost, writing=False) from lost

    def _page(self, entity: str, reading: Reading, limit: int, *, first: bool) -> Page:
        at = reading.at
        place = None if at.stamp is None else (str(at.stamp), at.id)
        feed = self.desk.feed(self.kinds[entity], place, limit, whole=reading.sweep)
        seen = [(entry.stamp, entry.id) for entry in feed.entries]
        then = replace(reading, at=at.advance(seen, feed.settled, more=feed.more))
        cursor = str(then if feed.more else then.ended())
        changes = [_change(entry) for entry in feed.entries]
        return Page(changes, cursor, feed.more, sweep=reading.sweep, first=first)

    def fetch(self, entity: str, keys: Sequence[str]) -> Sequence[Change]:
        """The rows with these keys as they are now."""
        return [_shown(row) for row in said(lambda: self.desk.get(self.kinds[entity], keys))]

    def find(self, entity: str, column: str, values: Sequence[str]) -> Sequence[Change]:
        """Every row whose column equals one of the values."""
        rows = said(lambda: self.desk.find(self.kinds[entity], column, values))
        return [_shown(row) for row in rows]

    def tally(self, entity: str, after: int, until: int) -> tuple[int, int]:
        """How many rows have a revision in this range, and the sum of these revisions."""
        rows = said(lambda: self.desk.between(self.kinds[entity], after, until))
        return len(rows), sum(row["rev"] for row in rows)

    def between(self, entity: str, after: int, until: int | None, limit: int) -> Sequence[Change]:
        """The first rows of such a range in order of revision."""
        rows = said(lambda: self.desk.between(self.kinds[entity], after, until))
        return [_shown(row) for row in rows[:limit]]

    def describe(self, entity: str) -> Description:
        """The columns of the entity's table."""
        return said(lambda: self.desk.describe(self.kinds[entity]))

    def write(self, entity: str, writes: Sequence[Write]) -> Sequence[Receipt]:
        """One receipt each; once the CRM is out of reach, the rest is not sent."""
        receipts: list[Receipt] = []
        trouble: OppBridgeError | None = None
        for write in writes:
            if trouble is None:
                try:
                    receipts.append(self._write(self.kinds[entity], write))
                    continue
                except (Refused, Lost) as exc:
                    error = in_our_words(exc, writing=True)
                    if isinstance(error, (Throttled, Unavailable, AccessDenied)):
                        trouble = error
                    if trouble and not receipts:
                        raise error from exc
            else:
                error = trouble
            receipts.append(Receipt(write.id, write.key, error=error))
        return receipts

    def _write(self, kind: str, write: Write) -> Receipt:
        rev = int(write.version) if write.version else None
        if write.action is Action.DELETE:
            return self._delete(kind, write, rev)
        if write.key is None:
            row, existed = self._create(kind, write)
        else:
            parts = self._part_calls(kind, write)
            row, existed = self.desk.update(kind, write.key, write.row, parts, rev), False
        return Receipt(
            write.id, row["id"], row, str(row["rev"]), existed, self._made(row, write.parts)
        )

    def _create(self, kind: str, write: Write) -> tuple[Row, bool]:
        parts = self._part_calls(kind, write)
        if self.chosen:
            row = {name: value for name, value in write.row.items() if name != "id"}
            return self.desk.create(kind, row, parts, id=write.origin)
        return self.desk.create(kind, {**write.row, "ref": write.origin}, parts)

    def _delete(self, kind: str, write: Write, rev: int | None) -> Receipt:
        try:
            self.desk.delete(kind, write.key or "", rev)
        except Refused as refused:
            if refused.code != "no_row":
                raise
        return Receipt(write.id, write.key)

    def _part_calls(self, kind: str, write: Write) -> list[PartCall]:
        """The changes of parts, without those an unanswered sending has made already."""
        made: set[str] = set()
        if write.again and write.key and not self.chosen and not self.unique:
            for row in self.desk.get(kind, [write.key]):
                lists = [row[part.collection] for part in write.parts]
                made = {line["ref"] for lines in lists for line in lines}
        return [self._part_call(part) for part in write.parts if part.id not in made]

    def _part_call(self, part: Part) -> PartCall:
        if part.action is not Action.CREATE:
            return PartCall(part.collection, part.action.value, part.key, part.row)
        if self.chosen:
            return PartCall(part.collection, "create", part.id, part.row)
        return PartCall(part.collection, "create", None, {**part.row, "ref": part.id})

    def _made(self, row: Row, parts: Sequence[Part]) -> dict[str, str]:
        """The keys of the created parts; a part that a person has deleted since has none."""
        own = "id" if self.chosen else "ref"
        found = {part.collection: row[part.collection] for part in parts}
        known = {line[own]: line["id"] for lines in found.values() for line in lines}
        created = [part.id for part in parts if part.action is Action.CREATE]
        return {id: known[id] for id in created if id in known}


def _change(entry: Entry) -> Change:
    if entry.row is not None:
        return _shown(entry.row)
    return Change(entry.id, None, at=datetime.fromisoformat(entry.stamp))


def _shown(row: Row) -> Change:
    return Change(row["id"], row, str(row["rev"]), datetime.fromisoformat(row["updated"]))


def said(call: Callable[[], T]) -> T:
    """What a reading call answers, its trouble told in OppBridge's words."""
    try:
        return call()
    except (Refused, Lost) as trouble:
        raise in_our_words(trouble, writing=False) from trouble


def in_our_words(trouble: Refused | Lost, *, writing: bool) -> OppBridgeError:
    """The error that says what the engine does about it."""
    if isinstance(trouble, Lost):
        return (Unsure if trouble.sent and writing else Unavailable)(str(trouble))
    text = f"the CRM said {trouble.status}: {trouble.message}"
    if trouble.status == 429:
        return Throttled(text, trouble.after)
    if trouble.status == 500 and writing:
        return Unsure(text)
    if trouble.status >= 500:
        return Unavailable(text)
    if trouble.code == "unlinked":
        return Unlinked(text)
    return TOLD.get(trouble.status, Invalid)(text)


def direct_spec(dialect: Dialect, manners: Manners | None = None) -> ConnectorSpec:
    """The connector to CRMs of this dialect that have these manners."""
    manners = manners or Manners()
    kept = {
        Trait.ECHOED_WRITES: True,
        Trait.DELTA_FEED: True,
        Trait.STAMPED: True,
        Trait.KEYED_CREATES: dialect.chosen or manners.unique,
        Trait.GUARDED_UPDATES: manners.guards,
        Trait.DELETIONS: manners.tombstones,
        Trait.TALLIED: manners.tallied,
    }
    return ConnectorSpec(
        dialect.name,
        DirectSettings,
        Direct,
        {path.stem: path for path in sorted((MAPS / dialect.name).glob("*.yaml"))},
        frozenset(trait for trait, promised in kept.items() if promised),
        limits=Limits(page=manners.page, batch=50),
    )
