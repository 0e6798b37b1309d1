"""One table's feed: change tracking where the table has it, else a walk by `modifiedon`.

Source: "Use change tracking to synchronize data", Dataverse documentation. An expired token is
code 0x80044352; its HTTP status is not documented, so only the code (or 410) counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from oppbridge.http.answer import Answer, Call
from oppbridge.http.odata import Query, ge
from oppbridge.http.paging import Rows, rows_in

from .codes import FORGOTTEN, UNTRACKED, code_of
from .desk import ROOT, Desk
from .place import Feed
from .rows import instant

_TRACK = "odata.track-changes"


class Forgotten(Exception):
    """The system no longer knows the token: everything must be read again."""


@dataclass(frozen=True, slots=True)
class Step:
    """One page of a table: rows, ids of rows deleted, the feed after it, whether more is ready."""

    rows: list[dict[str, Any]]
    gone: list[str]
    feed: Feed
    more: bool


@dataclass(frozen=True, slots=True)
class Source:
    """A table to read: its set, primary key, the columns to select, and if it has `modifiedon`."""

    set: str
    pk: str
    columns: Sequence[str]
    stamped: bool = True


def step(desk: Desk, source: Source, feed: Feed, limit: int) -> Step:
    """The page after `feed`. Raises Forgotten; otherwise what the session raises."""
    return (
        _tracked(desk, source, feed, limit) if feed.tracked else _walked(desk, source, feed, limit)
    )


def _tracked(desk: Desk, source: Source, feed: Feed, limit: int) -> Step:
    path = feed.link or Query(select=source.columns).of(f"{ROOT}/{source.set}")
    call = Call("GET", path, None, desk.reading(limit, source.columns, _TRACK), repeatable=True)
    answer, error = desk.send(call)
    code = code_of(answer) if error else ""
    if code == FORGOTTEN or answer.status == 410:
        raise Forgotten
    if code in UNTRACKED:
        return _walked(desk, source, Feed(tracked=False), limit)
    if error is not None:
        raise error
    page = rows_in(desk.session.decoded(call, answer), call.name)
    link = page.next or page.delta
    if link is None:  # the preference was ignored, so the table is not tracked
        return Step([], [], Feed(tracked=False), more=True)
    dead = [row for row in page.rows if _deleted(row)]
    if not dead:
        return Step(page.rows, [], Feed(link=link), more=page.next is not None)
    live = [row for row in page.rows if not _deleted(row)]
    shown = {row[source.pk] for row in live}
    gone = [str(row["id"]) for row in dead if row["id"] not in shown]
    return Step(live, gone, Feed(link=link), more=page.next is not None)


def _deleted(row: dict[str, Any]) -> bool:
    return "reason" in row and str(row.get("@odata.context", "")).endswith("$deletedEntity")


def _walked(desk: Desk, source: Source, feed: Feed, limit: int) -> Step:
    if not source.stamped:
        return Step([], [], feed, more=False)
    columns = dict.fromkeys([*source.columns, "modifiedon"])
    since = instant(feed.floor)
    query = Query(
        select=tuple(columns),
        filter=None if since is None else ge("modifiedon", since),
        orderby=("modifiedon", source.pk),
    )
    path = feed.link or query.of(f"{ROOT}/{source.set}")
    call = Call("GET", path, None, desk.reading(limit, source.columns), repeatable=True)
    answer, error = desk.send(call)
    if error is not None:
        raise error
    page = rows_in(desk.session.decoded(call, answer), call.name)
    newest, began = _newest(page, feed), feed.began or _served(answer)
    if page.next is not None:
        return Step(page.rows, [], Feed(False, page.next, feed.floor, newest, began), more=True)
    floor = _settled(newest, began, desk.settings.overlap)
    return Step(page.rows, [], Feed(False, None, floor or feed.floor), more=False)


def _newest(page: Rows, feed: Feed) -> str | None:
    stamps = [str(row["modifiedon"]) for row in page.rows[-1:] if row.get("modifiedon")]
    return stamps[0] if stamps else feed.newest


def _served(answer: Answer) -> str | None:
    served = answer.headers.get("date")
    return _spelled(parsedate_to_datetime(served)) if served else None


def _settled(newest: str | None, began: str | None, overlap: int) -> str | None:
    """The stamp from which the next walk begins: rows stamped before it were all shown.

    Rows stamped after this walk began may have appeared behind its back, be it within a second
    that it had passed by. So the server's clock at its first page bounds it, less the overlap.
    """
    stamps = [moment for moment in map(instant, (newest, began)) if moment is not None]
    return _spelled(min(stamps) - timedelta(seconds=overlap)) if newest else None


def _spelled(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")
