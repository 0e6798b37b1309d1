"""Small tables kept in memory: currencies, units, roles, price lists, users, by name and by id."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from oppbridge.errors import Invalid
from oppbridge.http.odata import Query, raw
from oppbridge.http.paging import all_rows
from oppbridge.http.session import Session
from oppbridge.nearest import suggestion

from .columns import Named

_FRESH = 30.0


@dataclass(slots=True)
class _Kept:
    """One table as last read; names are compared as Dataverse does, without case."""

    names: dict[str, str] = field(default_factory=dict)
    ids: dict[tuple[str | None, str], str] = field(default_factory=dict)
    rows: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    read: float = float("-inf")


class Names:
    """Finds the name of an id and the id of a name; reads a table again when it lacks one."""

    def __init__(self, session: Session, root: str) -> None:
        self._session = session
        self._root = root
        self._kept: dict[tuple[str, str], _Kept] = {}
        self._lock = threading.Lock()

    def name(self, named: Named, id: str | None) -> str | None:
        """The name of the row with this id; None where there is no such row."""
        if id is None:
            return None
        kept = self._table(named)
        if id not in kept.names:
            kept = self._table(named, fresh=True)
        return kept.names.get(id)

    def id(self, named: Named, name: str, group: str | None = None) -> str:
        """The id of the row with this name, within a group where one is given.

        Raises Invalid, with the nearest name, where there is none.
        """
        kept = self._table(named)
        wanted = (group, _folded(name))
        if wanted not in kept.ids:
            kept = self._table(named, fresh=True)
        if wanted not in kept.ids:
            known = [
                str(kept.rows[id][named.name])
                for (owner, _), id in kept.ids.items()
                if owner == group
            ]
            hint = suggestion(name, known)
            raise Invalid(f"{named.set} has no {named.name} {name!r}{hint}")
        return kept.ids[wanted]

    def rows(self, named: Named) -> Mapping[str, Mapping[str, Any]]:
        """All rows of the table by id."""
        return self._table(named).rows

    def _table(self, named: Named, *, fresh: bool = False) -> _Kept:
        with self._lock:
            kept = self._kept.get((named.set, named.name))
            if kept is None or (fresh and time.monotonic() - kept.read > _FRESH):
                kept = self._kept[named.set, named.name] = self._read(named)
            return kept

    def _read(self, named: Named) -> _Kept:
        extra = {
            "uoms": ("quantity",),
            "pricelevels": ("_transactioncurrencyid_value",),
            "transactioncurrencies": ("currencyprecision",),
        }.get(named.set, ())
        select = [named.pk, named.name, *([named.group] if named.group else []), *extra]
        query = Query(select=select, filter=raw(named.filter) if named.filter else None)
        path = query.of(f"{self._root}/{named.set}")
        kept = _Kept(read=time.monotonic())
        for row in all_rows(self._session, path, {"Prefer": "odata.maxpagesize=5000"}):
            id, name = str(row[named.pk]), row.get(named.name)
            kept.rows[id] = row
            if isinstance(name, str):
                kept.names[id] = name
                kept.ids.setdefault((None, _folded(name)), id)
                if named.group:
                    kept.ids.setdefault((row.get(named.group), _folded(name)), id)
        return kept


def _folded(name: str) -> str:
    return name.strip().casefold()
