"""Rows made whole: lines put into their documents, columns of other sets into their rows.

A run of rows in key order is completed by one ranged read; scattered rows by bounded chains.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from oppbridge.contract import Change
from oppbridge.http.odata import Filter, eq
from oppbridge.http.session import Session

from .keys import folded, key_of
from .rows import Row, between, matching, where
from .shape import finish, finish_line
from .tables import COMPANY, Join
from .view import CUSTOMER, PARTY, View

_ETAG = "@odata.etag"
Followers = dict[tuple[str, str], list[Row]]


@dataclass(frozen=True, slots=True)
class Found:
    """A row as it stands; for a document also the etag of each line, by the line's key."""

    change: Change
    row: Row
    lines: Sequence[Row] = ()
    etags: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The native key."""
        return self.change.key


def complete(session: Session, view: View, rows: Sequence[Row], *, running: bool) -> list[Found]:
    """The rows made whole. `running` says that they are all there is between the first and last."""
    if view.table.lines is None and not view.joins and view.entity != "contact":
        return [_alone(view, row) for row in rows]
    lines: Followers = {}
    extras: list[tuple[Join, Followers]] = [(join, {}) for join, _ in view.joins]
    customers: dict[tuple[str, str], str] = {}
    for company, group in groupby(rows, key=lambda row: str(row[COMPANY]).lower()):
        found = list(group)
        if view.table.lines is not None:
            lines.update(_lines(session, view, company, found, running=running))
        for (join, columns), (_, kept) in zip(view.joins, extras, strict=True):
            ordered = running and all(row[join.own] == row[view.table.number] for row in found)
            kept.update(_joined(session, join, columns, company, found, ordered=ordered))
        if view.entity == "contact":
            customers.update(customers_of(session, company, [str(row[PARTY]) for row in found]))
    return [_found(view, row, lines, extras, customers) for row in rows]


def _alone(view: View, row: Row) -> Found:
    """A row of one set: nothing is added to it."""
    etag = row.pop(_ETAG, "")
    return Found(Change(key_of(view.table, row), row, etag), row)


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
    etags = [str(row.pop(_ETAG, ""))]
    for join, found in extras:
        for other in found.get((company, folded(str(row[join.own]))), ()):
            if folded(str(other["ProductNumber"])) == folded(str(row["ProductNumber"])):
                row |= {name: other[name] for name in join.columns & other.keys()}
                etags.append(str(other.get(_ETAG, "")))
    if view.entity == "contact":
        row[CUSTOMER] = customers.get((company, folded(str(row[PARTY]))), "")
    finish(view, row)
    if view.table.lines is None:
        return Found(Change(key_of(view.table, row), row, version(etags)), row)
    parts = lines.get((company, folded(str(row[view.table.number]))), [])
    own = {str(part[view.parts.key]): str(part.pop(_ETAG, "")) for part in parts}
    for part in parts:
        finish_line(view, part)
    row[view.parts.set] = parts
    etags += [f"{key} {etag}" for key, etag in own.items()]
    return Found(Change(key_of(view.table, row), row, version(etags)), row, parts, own)


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
    ordered: bool,
) -> Followers:
    """Rows of the other set; in one range where the values are in the order of the run itself."""
    values = [str(row[join.own]) for row in rows]
    key = tuple(dict.fromkeys((join.theirs, "ProductNumber")))
    if ordered and len(values) > 1:
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
