"""Change tracking: everything first, then what changed since a delta token, tombstones last."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote as percent

from ..tables import quote
from ..wire import Request
from .cookies import Cookie, read_cookie, write_cookie
from .desk import Desk
from .prefer import PAGE, Prefer
from .query import link
from .refusals import EXPIRED, NOT_TRACKED, Refused
from .schema.book import Entry
from .shape import Raw, Shape, build_rows, make_shape
from .urls import context_of

_TOKEN = re.compile(r"(\d+)!(\d\d/\d\d/\d{4} \d\d:\d\d:\d\d)")
_DAY = 86400


@dataclass(frozen=True, slots=True)
class DeltaPage:
    """One page of a tracked reading; exactly one of the links is set."""

    values: list[dict[str, Any]]
    next_link: str | None
    delta_link: str | None


def read_delta(desk: Desk, entry: Entry, request: Request, prefer: Prefer) -> DeltaPage:
    """A page of all rows (no token yet) or of the changes since the token."""
    _check(desk, entry, request)
    shape = make_shape(
        desk, entry, [n for n in request.query.get("$select", "").split(",") if n], prefer
    )
    token = request.query.get("$deltatoken")
    cookie = read_cookie(request.query["$skiptoken"]) if "$skiptoken" in request.query else None
    since = _since(desk, token, request) if token is not None else None
    if cookie is not None:
        upto = cookie.version
    else:
        upto = (
            desk.database.versions.settled()
            if desk.settings.assumptions.delta_waits_for_open_writes
            else desk.database.versions.last
        )
    size = prefer.page or PAGE
    if since is None:
        return _everything(desk, shape, request, cookie, upto, size)
    return _changes(desk, shape, request, cookie, (since, upto), size)


def count_delta(desk: Desk, entry: Entry, request: Request) -> int:
    """How many changes there are since a token."""
    since = _since(desk, request.query["$deltatoken"], request)
    changed = desk.database.select(
        f"SELECT count(*) FROM {quote(entry.logical)} WHERE _version > ?", [since]
    )[0][0]
    return int(changed) + len(desk.database.tombstones(entry.logical, since))


def _check(desk: Desk, entry: Entry, request: Request) -> None:
    for option in ("$filter", "$orderby", "$expand", "$top"):
        if option in request.query:
            message = (
                f'The "{option}" query parameter isn\'t supported when Change Tracking is enabled.'
            )
            raise Refused(desk.settings.assumptions.tracked_query_status, "0x80060888", message)
    if not entry.definition.tracked:
        raise Refused(
            400, NOT_TRACKED, f"Entity {entry.logical} isn't enabled for change tracking."
        )


def _since(desk: Desk, token: str, request: Request) -> int:
    number, stamped = _token(token)
    days = desk.organization()["expirechangetrackingindays"]
    if "expired_delta" in request.marks or desk.database.clock.time() - stamped > days * _DAY:
        status = desk.settings.assumptions.expired_delta_status
        raise Refused(
            status,
            EXPIRED,
            "Version stamp associated with the client has expired. Please perform a full sync.",
        )
    return number


def _token(token: str) -> tuple[int, float]:
    match = _TOKEN.fullmatch(token)
    try:
        if match is not None:
            when = datetime.strptime(match[2], "%m/%d/%Y %H:%M:%S").replace(tzinfo=UTC)
            return int(match[1]), when.timestamp()
    except ValueError:
        match = None
    raise Refused(400, "0x80060888", "The delta token is not valid.")


def _everything(
    desk: Desk, shape: Shape, request: Request, cookie: Cookie | None, upto: int, size: int
) -> DeltaPage:
    key = quote(shape.entry.definition.key)
    after, params = (f"t0.{key} > ?", [cookie.last[0]]) if cookie else ("1", [])
    sql = (
        f"SELECT {shape.sql('t0')} FROM {quote(shape.entry.logical)} t0 "
        f"WHERE {after} ORDER BY t0.{key} LIMIT {size + 1}"
    )
    raws = desk.database.select(sql, params)
    more = len(raws) > size
    raws = raws[:size]
    rows = build_rows(desk, shape, raws)
    if not more:
        return DeltaPage(rows, None, _delta_link(desk, request, upto))
    last = raws[-1][shape.at[shape.entry.definition.key]]
    return DeltaPage(
        rows,
        _page_link(
            request, shape, raws, Cookie(_page(cookie), (last,), tracking=True, version=upto)
        ),
        None,
    )


def _changes(
    desk: Desk,
    shape: Shape,
    request: Request,
    cookie: Cookie | None,
    window: tuple[int, int],
    size: int,
) -> DeltaPage:
    since, upto = window
    # The position is (version of the last live row, version of the last tombstone).
    live, gone = cookie.last if cookie else (since, since)
    version = shape.at["_version"]
    sql = (
        f"SELECT {shape.sql('t0')} FROM {quote(shape.entry.logical)} t0 "
        f"WHERE t0._version > ? AND t0._version <= ? "
        f"ORDER BY t0._version LIMIT {size}"
    )
    raws = desk.database.select(sql, [live, upto])
    rows = build_rows(desk, shape, raws)
    live = raws[-1][version] if raws else live
    for number, row_id in desk.database.tombstones(shape.entry.logical, gone, upto)[
        : size - len(rows)
    ]:
        context = context_of(request, f"{shape.entry.definition.entity_set}/$deletedEntity")
        rows.append({"@odata.context": context, "id": row_id, "reason": "deleted"})
        gone = number
    if len(rows) < size or not _rest(desk, shape, (live, gone), upto):
        return DeltaPage(rows, None, _delta_link(desk, request, upto))
    return DeltaPage(
        rows,
        _page_link(
            request,
            shape,
            raws,
            Cookie(_page(cookie), (live, gone), tracking=True, version=upto),
            keep=True,
        ),
        None,
    )


def _rest(desk: Desk, shape: Shape, at: tuple[int, int], upto: int) -> bool:
    live, gone = at
    sql = f"SELECT 1 FROM {quote(shape.entry.logical)} WHERE _version > ? AND _version <= ? LIMIT 1"
    return bool(desk.database.select(sql, [live, upto])) or bool(
        desk.database.tombstones(shape.entry.logical, gone, upto)
    )


def _page(cookie: Cookie | None) -> int:
    return (cookie.page if cookie else 1) + 1


def _page_link(
    request: Request, shape: Shape, raws: list[Raw], cookie: Cookie, *, keep: bool = False
) -> str:
    key = shape.entry.definition.key
    ids = [raw[shape.at[key]] for raw in raws] or ["", ""]
    address = link(request, "$skiptoken", write_cookie(key, ids[0], ids[-1], cookie))
    if keep and "$deltatoken" in request.query:
        address += f"&$deltatoken={percent(request.query['$deltatoken'], safe='')}"
    return address


def _delta_link(desk: Desk, request: Request, upto: int) -> str:
    stamp = desk.database.clock.now().strftime("%m/%d/%Y %H:%M:%S")
    return link(request, "$deltatoken", f"{upto}!{stamp}")
