"""Reading what changed, from a system that does not say what changed: scans, one page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from oppbridge.contract import Change, Page
from oppbridge.errors import ConfigError
from oppbridge.http.odata import Filter, raw, some
from oppbridge.http.session import Session

from .cursor import Kind, Scan, parse, start
from .fetch import fetch
from .joined import Found, complete
from .rows import run
from .settings import ScmSettings
from .tables import Table, member
from .view import View


def changes(
    session: Session, settings: ScmSettings, view: View, cursor: str | None, limit: int
) -> Page:
    """The page after a cursor. A cursor that names a company no longer configured starts over."""
    scan = _place(settings, view.table, cursor)
    first = cursor is None or parse(cursor).ended or scan.swept != parse(cursor).swept
    if scan.kind is Kind.LEFT:
        found, scan = _left(session, view, settings, scan, limit)
    else:
        found, scan = _walked(session, view, settings, scan, limit)
    full = scan.kind is Kind.FULL
    shown: Sequence[Change] = [each.change for each in found]
    return Page(shown, str(scan), more=not scan.ended, sweep=full, first=full and first)


def _place(settings: ScmSettings, table: Table, cursor: str | None) -> Scan:
    now = datetime.now(UTC)
    try:
        last = parse(cursor) if cursor is not None else None
    except ValueError as error:
        raise ConfigError(str(error)) from error
    if last is not None and last.company not in settings.companies:
        last = None
    if last is not None and not last.ended:
        return last
    every: timedelta | None = settings.full_every if table.open else None
    return start(last, now, settings.company, every)


def _walked(
    session: Session, view: View, settings: ScmSettings, scan: Scan, limit: int
) -> tuple[list[Found], Scan]:
    """Rows in key order, company after company, until the page is full or all were shown."""
    companies = list(settings.companies)
    found: list[Found] = []
    narrow = _still_open(view.table) if scan.kind is Kind.OPEN else None
    while True:
        place = (scan.company, scan.after, limit - len(found))
        rows, more = run(session, view.table.set, view.columns, view.table.number, place, narrow)
        page = complete(session, view, rows, running=scan.kind is Kind.FULL)
        found += page
        if rows:
            last = str(rows[-1][view.table.number])
            scan = scan.passed(scan.company, last, _open_keys(view.table, page), settings.watched)
        if more:
            return found, scan
        following = companies.index(scan.company) + 1
        if following == len(companies):
            return found, _over(scan)
        scan = replace(scan, company=companies[following], after="")
        if len(found) >= limit:
            return found, scan


def _over(scan: Scan) -> Scan:
    if scan.kind is Kind.OPEN and scan.left():
        return replace(scan, kind=Kind.LEFT, after="")
    return scan.end()


def _left(
    session: Session, view: View, settings: ScmSettings, scan: Scan, limit: int
) -> tuple[list[Found], Scan]:
    """Documents that were open before: closed since, or moved on while this scan went by."""
    waiting = [key for key in scan.left() if key > scan.after]
    keys = waiting[:limit]
    found = fetch(session, view, keys)
    if len(waiting) <= limit:
        return found, scan.noted(_open_keys(view.table, found), settings.watched).end()
    return found, replace(scan, after=keys[-1])


def _still_open(table: Table) -> Filter:
    words = (raw(f"{table.status} eq {member(table.enum, name)}") for name in sorted(table.open))
    return some(words)


def _open_keys(table: Table, found: Sequence[Found]) -> list[str]:
    if not table.status:
        return []
    return [each.key for each in found if each.row[table.status] in table.open]
