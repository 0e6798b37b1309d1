"""What changed in one entity: the feeds of its tables joined into pages of whole documents."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from oppbridge.contract import Change, Page
from oppbridge.http.odata import Query
from oppbridge.http.paging import page as read_page

from .columns import LOGICAL_NAME
from .desk import ROOT, Desk, Entity
from .feeds import Forgotten, Source, Step, step
from .place import Place, hosts_left
from .rows import by_keys, children_of, complete, header_columns, part_columns
from .tables import Child, Kind

_LARGEST = 5000
_STEPS = 20


@dataclass(frozen=True, slots=True)
class Reading:
    """The tables of one entity, those of parts first, and what is shown of them."""

    desk: Desk
    entity: Entity
    children: Sequence[Child]
    sources: Sequence[Source]
    shape: str

    @classmethod
    def of(cls, desk: Desk, entity: Entity) -> Reading:
        """The reading of an entity as its map and the settings want it."""
        children = children_of(desk, entity)
        sources = [
            Source(c.set, c.pk, part_columns(entity, c), c.kind is not Kind.COMPETITORS)
            for c in children
        ]
        sources.append(Source(entity.table.set, entity.table.pk, header_columns(entity)))
        text = repr([(s.set, s.columns) for s in sources])
        return cls(desk, entity, children, sources, hashlib.sha256(text.encode()).hexdigest()[:16])

    def page(self, cursor: str | None, limit: int) -> Page:
        """The page after `cursor`; a full reading begins where the cursor means nothing now."""
        place = Place.parse(cursor, self.shape, len(self.sources))
        if place is None or hosts_left(place, self.desk.session.root) or self._due(place):
            place = self._beginning()
        try:
            return self._page(place, limit)
        except Forgotten:
            return self._page(self._beginning(), limit)

    def _beginning(self) -> Place:
        return Place.begin(self.shape, time.time(), len(self.sources))

    def _due(self, place: Place) -> bool:
        resting = not place.sweep and place.turn == 0 and place.walk is None
        old = time.time() - place.swept > self.desk.settings.full_every * 3600
        return place.full_because_untracked and resting and old

    def _page(self, place: Place, limit: int) -> Page:
        first, sweep = place.began, place.sweep
        changes: list[Change] = []
        for _ in range(_STEPS):
            place, changes = self._next(place, limit)
            ended = place.turn == len(self.sources) and not place.again and place.walk is None
            if ended:
                return Page(changes, str(place.rested()), more=False, sweep=sweep, first=first)
            if changes:
                break
        return Page(changes, str(place), more=True, sweep=sweep, first=first)

    def _next(self, place: Place, limit: int) -> tuple[Place, list[Change]]:
        if place.turn == len(self.sources):
            return self._walk(place, limit)
        source = self.sources[place.turn]
        document = place.turn == len(self.children)
        winding = place.sweep and not document
        found = step(self.desk, source, place.feeds[place.turn], _LARGEST if winding else limit)
        then = place.after(found.feed, more=found.more)
        if document:
            return then, self._documents(found)
        if place.sweep:
            return then, []
        child = self.children[place.turn]
        if found.gone and self._whose_is_unknown(child):
            then = replace(then, again=True)
        return then, self._owners(child, found)

    def _whose_is_unknown(self, child: Child) -> bool:
        """Whether a deleted part leaves no other trace: its row said whose it was, and is gone.

        Prices of lines are part of the document's totals, so the document moves with them.
        """
        return child.kind is not Kind.LINES or not self.desk.settings.lines_touch_document

    def _documents(self, found: Step) -> list[Change]:
        changes = complete(self.desk, self.entity, found.rows)
        if not found.gone:
            return changes
        # A row that was deleted and made again with the same id is there: what is there decides.
        back = complete(self.desk, self.entity, by_keys(self.desk, self.entity, found.gone))
        here = {change.key for change in back}
        return changes + back + [Change(id, None) for id in found.gone if id not in here]

    def _owners(self, child: Child, found: Step) -> list[Change]:
        owners = {str(row[child.parent]) for row in found.rows if _owned(child, row)}
        return complete(self.desk, self.entity, by_keys(self.desk, self.entity, owners))

    def _walk(self, place: Place, limit: int) -> tuple[Place, list[Change]]:
        columns = header_columns(self.entity)
        query = Query(select=columns, orderby=(self.entity.table.pk,))
        path = place.walk or query.of(f"{ROOT}/{self.entity.table.set}")
        found = read_page(self.desk.session, path, self.desk.reading(limit, columns))
        then = replace(place, again=False, walk=found.next)
        return then, complete(self.desk, self.entity, found.rows)


def _owned(child: Child, row: dict[str, Any]) -> bool:
    if row.get(child.parent) is None:
        return False
    return (
        child.kind is not Kind.STAKEHOLDERS
        or row.get(f"{child.parent}{LOGICAL_NAME}") == "opportunity"
    )
