"""Reading what changed, from a system that does not say what changed: scans, one page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from oppbridge.contract import Change, Page
from oppbridge.errors import ConfigError
from oppbridge.http.odata import Filter, eq, raw, some
from oppbridge.http.session import Session

from .cursor import Kind, Scan, parse, start
from .fetch import fetch
from .joined import Found, complete
from .rows import run, where
from .settings import ScmSettings
from .tables import Table, member
from .view import View


def changes(
    session: Session, settings: ScmSettings, view: View, cursor: str | None, limit: int
) -> Page:
    """The page after a cursor; one that means nothing any more starts a full reading."""
    given = _given(settings, cursor)
    if given is not None and _rests(settings, view, given):
        return Page([], str(given), more=False)
    scan = given if given is not None and not given.ended else _begun(settings, view.table, given)
    first = scan is not given
    if scan.kind is Kind.LEFT:
        found, scan = _left(session, view, settings, scan, limit)
    else:
        found, scan = _walked(session, view, settings, scan, limit)
    full = scan.kind is Kind.FULL
    shown: Sequence[Change] = [each.change for each in found]
    return Page(shown, str(scan), more=not scan.ended, sweep=full, first=full and first)


def _given(settings: ScmSettings, cursor: str | None) -> Scan | None:
    """The place a cursor names; None, which is the beginning, where it means nothing any more.

    With other companies configured than when it was given out, it could pass some of them by.
    """
    try:
        scan = parse(cursor) if cursor is not None else None
    except ValueError:
        return None
    same = scan is not None and scan.companies == tuple(settings.companies)
    return scan if same else None


def _rests(settings: ScmSettings, view: View, scan: Scan) -> bool:
    """Whether it is too early to read an entity again that can only be read in full."""
    rest = settings.rests.get(view.entity)
    if rest is None or view.table.open or not scan.ended:
        return False
    return datetime.now(UTC) - scan.swept < rest


def _begun(settings: ScmSettings, table: Table, last: Scan | None) -> Scan:
    every = settings.full_every if table.open else None
    return start(last, datetime.now(UTC), tuple(settings.companies), every)


def _walked(
    session: Session, view: View, settings: ScmSettings, scan: Scan, limit: int
) -> tuple[list[Found], Scan]:
    """Rows in key order, company after company, until the page is full or all were shown."""
    found: list[Found] = []
    narrow = _still_open(view.table) if scan.kind is Kind.OPEN else None
    while True:
        place = (scan.company, scan.after, limit - len(found))
        rows, more = run(session, view.table.set, view.columns, view.table.number, place, narrow)
        page = complete(session, view, rows, running=scan.kind is Kind.FULL)
        found += page
        if rows:
            last = str(rows[-1][view.table.number])
            scan = scan.passed(last, _open_keys(view.table, page), settings.watched)
        elif scan.kind is Kind.FULL and not scan.after:
            _exists(session, scan.company)
        if more:
            return found, scan
        following = scan.following()
        if following is None:
            return found, _over(scan)
        scan = following
        if len(found) >= limit:
            return found, scan


def _exists(session: Session, company: str) -> None:
    """Raise ConfigError for a company the service does not have: it would only look empty."""
    column = "LegalEntityId"
    rows = where(session, "LegalEntities", (column,), (column,), eq(column, company))
    if not any(str(row[column]).casefold() == company for row in rows):
        raise ConfigError(f"the service has no company {company!r}; see the setting companies")


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
