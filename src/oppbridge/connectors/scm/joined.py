"""Rows made whole: lines put into their documents, columns of other sets into their rows.

A run of rows in key order is completed by one ranged read; scattered rows by bounded chains.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from oppbridge.contract import Change
from oppbridge.http.odata import Filter, eq
from oppbridge.http.session import Session

from .keys import folded, key_of
from .rows import Row, between, matching, where
from .shape import line_shown, row_shown
from .tables import COMPANY, Join
from .view import CUSTOMER, PARTY, View

Followers = dict[tuple[str, str], list[Row]]


@dataclass(frozen=True, slots=True)
class Found:
    """A row as it is given out, and the row and lines as the service shows them, etags included."""

    change: Change
    row: Row
    lines: Sequence[Row] = ()

    @property
    def key(self) -> str:
        """The native key."""
        return self.change.key


def complete(session: Session, view: View, rows: Sequence[Row], *, running: bool) -> list[Found]:
    """The rows made whole. `running` says that they are all there is between the first and last."""
    lines: Followers = {}
    extras: list[tuple[Join, Followers]] = [(join, {}) for join, _ in view.joins]
    customers: dict[tuple[str, str], str] = {}
    for company, group in groupby(rows, key=lambda row: str(row[COMPANY]).lower()):
        found = list(group)
        if view.table.lines is not None:
            lines.update(_lines(session, view, company, found, running=running))
        for (join, columns), (_, kept) in zip(view.joins, extras, strict=True):
            kept.update(_joined(session, join, columns, company, found, running=running))
        if CUSTOMER in view.shown and view.entity == "contact":
            customers.update(customers_of(session, company, [str(row[PARTY]) for row in found]))
    return [_found(view, row, lines, extras, customers) for row in rows]


def customers_of(
    session: Session, company: str, parties: Sequence[str]
) -> dict[tuple[str, str], str]:
    """The customer account of each party in a company; the first one where there are several."""
    found: dict[tuple[str, str], str] = {}
    columns = (COMPANY, CUSTOMER, "PartyNumber")
    by = ("PartyNumber", parties)
    for row in matching(session, "CustomersV3", columns, company, by, (CUSTOMER,)):
        place = (company, folded(str(row["PartyNumber"])))
        found[place] = min(found.get(place, str(row[CUSTOMER])), str(row[CUSTOMER]))
    return found


def _found(
    view: View,
    row: Row,
    lines: Followers,
    extras: Sequence[tuple[Join, Followers]],
    customers: Mapping[tuple[str, str], str],
) -> Found:
    company = str(row[COMPANY]).lower()
    whole = dict(row)
    etags = [str(row.get("@odata.etag", ""))]
    for join, found in extras:
        for other in found.get((company, folded(str(row[join.own]))), ()):
            if folded(str(other["ProductNumber"])) == folded(str(row["ProductNumber"])):
                whole |= {name: other[name] for name in join.columns & other.keys()}
                etags.append(str(other.get("@odata.etag", "")))
    if view.entity == "contact":
        whole[CUSTOMER] = customers.get((company, folded(str(row.get(PARTY, "")))), "")
    shown = row_shown(view, whole)
    parts: list[Row] = []
    if view.table.lines is not None:
        parts = lines.get((company, folded(str(row[view.table.number]))), [])
        shown[view.parts.set] = [line_shown(view, part) for part in parts]
        etags += [f"{part[view.parts.key]} {part.get('@odata.etag', '')}" for part in parts]
    return Found(Change(key_of(view.table, row), shown, version(etags)), row, parts)


def version(etags: Sequence[str]) -> str:
    """The row's own etag, and a digest of those of what was joined to it."""
    if len(etags) == 1:
        return etags[0]
    digest = hashlib.blake2b("\n".join(etags[1:]).encode(), digest_size=8).hexdigest()
    return f"{etags[0]} {digest}"


def own_etag(version: str) -> str:
    """The etag of the row itself, as If-Match takes it."""
    return version.partition(" ")[0]


def _lines(
    session: Session, view: View, company: str, rows: Sequence[Row], *, running: bool
) -> Followers:
    lines = view.parts
    numbers = [str(row[view.table.number]) for row in rows]
    key = (lines.parent, lines.key)
    if running and len(numbers) > 1:
        wanted = _run(company, lines.parent, numbers)
        found = list(where(session, lines.set, view.lines, key, wanted))
    else:
        found = matching(session, lines.set, view.lines, company, (lines.parent, numbers), key)
    return _grouped(company, lines.parent, found)


def _joined(
    session: Session,
    join: Join,
    columns: Sequence[str],
    company: str,
    rows: Sequence[Row],
    *,
    running: bool,
) -> Followers:
    values = [str(row[join.own]) for row in rows]
    key = tuple(dict.fromkeys((join.theirs, "ProductNumber")))
    if running and join.ranged and len(values) > 1:
        found = list(where(session, join.set, columns, key, _run(company, join.theirs, values)))
    else:
        found = matching(session, join.set, columns, company, (join.theirs, values), key)
    return _grouped(company, join.theirs, found)


def _run(company: str, column: str, values: Sequence[str]) -> Filter:
    return eq(COMPANY, company) & between(column, values[0], values[-1])


def _grouped(company: str, column: str, rows: Sequence[Row]) -> Followers:
    grouped: Followers = {}
    for row in rows:
        grouped.setdefault((company, folded(str(row[column]))), []).append(row)
    return grouped
