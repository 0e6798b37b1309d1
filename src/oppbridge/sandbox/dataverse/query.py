"""Collections: a query's rows, page by page, with what it expands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote as percent

from ..odata.filters import Sql, compile_filter
from ..odata.options import Options, Order, parse_options
from ..tables import Kind, quote
from ..wire import Request
from .cookies import Cookie, read_cookie, write_cookie
from .desk import Desk
from .dialect import Scope
from .expand import expand_rows, needed_for
from .prefer import PAGE, Prefer
from .refusals import bad_query
from .schema.book import Entry
from .shape import Raw, Shape, build_rows, make_shape

_KNOWN = frozenset(
    {
        "$select",
        "$filter",
        "$orderby",
        "$expand",
        "$top",
        "$count",
        "$skiptoken",
        "$deltatoken",
        "$apply",
        "$id",
        "fetchXml",
        "sql",
        "tag",
        "partitionId",
    }
)


@dataclass(frozen=True, slots=True)
class Rows:
    """One page: JSON rows and the link to the next; `count` when it was asked for."""

    values: list[dict[str, Any]]
    next_link: str | None
    count: int | None


def check_options(request: Request) -> None:
    """Refuse query options that the service does not know."""
    for name in request.query:
        if name not in _KNOWN and not name.startswith("@"):
            if name.startswith("$"):
                raise bad_query(f"The query parameter {name} is not supported")
            raise bad_query(f"The query parameter {name} is not supported.")


def with_aliases(query: Mapping[str, str]) -> dict[str, str]:
    """The options with parameter aliases (`@p1=...`) put in place."""
    aliases = {name: value for name, value in query.items() if name.startswith("@")}
    out = dict(query)
    for option in ("$filter", "$orderby"):
        for name in sorted(aliases, key=len, reverse=True):
            if option in out:
                out[option] = out[option].replace(name, aliases[name])
    return out


def read_rows(
    desk: Desk, entry: Entry, request: Request, prefer: Prefer, within: Sql | None = None
) -> Rows:
    """The page of rows a request asks for; `within` narrows a navigation's rows."""
    check_options(request)
    options = parse_options(with_aliases(request.query))
    if options.top is not None and options.top > PAGE:
        raise bad_query(f"The query specified a top of {options.top}, the maximum is {PAGE}.")
    scope = Scope(desk, entry)
    condition = _where(scope, options, within)
    count = min(PAGE, _count(desk, entry, condition)) if options.count else None
    size = prefer.page or PAGE
    top = None if prefer.page is not None else options.top
    orders = _orders(scope, options.orderby)
    cookie = read_cookie(request.query["$skiptoken"]) if "$skiptoken" in request.query else None
    shape = make_shape(desk, entry, options.select, prefer, needed_for(desk, entry, options.expand))
    raws, positions = _fetch(
        desk, shape, _after(condition, orders, cookie), orders, size + 1 if top is None else top
    )
    more = top is None and len(raws) > size
    raws = raws[:size]
    rows = build_rows(desk, shape, raws)
    expand_rows(desk, shape, raws, rows, options, request)
    link = (
        _next_link(
            request, shape, raws, Cookie((cookie.page if cookie else 1) + 1, positions[size - 1])
        )
        if more
        else None
    )
    return Rows(rows, link, count)


def count_rows(desk: Desk, entry: Entry, request: Request, within: Sql | None = None) -> int:
    """How many rows match, at most 5,000 as the service says."""
    options = parse_options(with_aliases(request.query))
    return min(PAGE, _count(desk, entry, _where(Scope(desk, entry), options, within)))


def _where(scope: Scope, options: Options, within: Sql | None) -> Sql:
    parts = [
        part
        for part in (within, compile_filter(options.filter, scope) if options.filter else None)
        if part
    ]
    if not parts:
        return Sql("1")
    return Sql(
        " AND ".join(f"({part.text})" for part in parts),
        tuple(x for part in parts for x in part.params),
    )


def _count(desk: Desk, entry: Entry, condition: Sql) -> int:
    sql = f"SELECT count(*) FROM {quote(entry.logical)} t0 WHERE {condition.text}"
    return int(desk.database.select(sql, condition.params)[0][0])


@dataclass(frozen=True, slots=True)
class _Key:
    sql: Sql
    descending: bool


def _orders(scope: Scope, orders: tuple[Order, ...]) -> list[_Key]:
    keys = []
    for order in orders:
        found = scope.path(order.path)
        text = f"CAST({found.text} AS REAL)" if found.kind is Kind.DECIMAL else found.text
        keys.append(_Key(Sql(text, found.params), order.descending))
    own = f"t0.{quote(scope.entry.definition.key)}"
    if not any(key.sql.text == own for key in keys):
        keys.append(_Key(Sql(own), descending=False))
    return keys


def _fetch(
    desk: Desk, shape: Shape, condition: Sql, orders: list[_Key], limit: int
) -> tuple[list[Raw], list[tuple[Any, ...]]]:
    columns = ", ".join(key.sql.text for key in orders)
    by = ", ".join(
        f"{len(shape.names) + i + 1} {'DESC' if key.descending else 'ASC'}"
        for i, key in enumerate(orders)
    )
    sql = (
        f"SELECT {shape.sql('t0')}, {columns} FROM {quote(shape.entry.logical)} t0 "
        f"WHERE {condition.text} ORDER BY {by} LIMIT {limit}"
    )
    params = [*(p for key in orders for p in key.sql.params), *condition.params]
    raws = desk.database.select(sql, params)
    width = len(shape.names)
    return raws, [raw[width:] for raw in raws]


def _after(condition: Sql, orders: list[_Key], cookie: Cookie | None) -> Sql:
    if cookie is None:
        return condition
    if len(cookie.last) != len(orders):
        raise bad_query("The paging cookie does not belong to this query.")
    ascending = not any(key.descending for key in orders) and None not in cookie.last
    after = _row_value(orders, cookie) if ascending else _alternatives(orders, cookie)
    return Sql(f"({condition.text}) AND {after.text}", (*condition.params, *after.params))


def _row_value(orders: list[_Key], cookie: Cookie) -> Sql:
    # Unlike the general form, SQLite answers this one from an index.
    columns = ", ".join(key.sql.text for key in orders)
    params = tuple(p for key in orders for p in key.sql.params)
    return Sql(f"({columns}) > ({', '.join('?' * len(orders))})", (*params, *cookie.last))


def _alternatives(orders: list[_Key], cookie: Cookie) -> Sql:
    texts, params = [], []
    for at, key in enumerate(orders):
        value = cookie.last[at]
        if value is None and key.descending:
            continue  # nulls come last then: nothing lies behind them in this column
        same = [f"{k.sql.text} IS ?" for k in orders[:at]]
        beyond = f"{key.sql.text} IS NOT NULL" if value is None else f"{key.sql.text} > ?"
        if key.descending:
            beyond = f"({key.sql.text} < ? OR {key.sql.text} IS NULL)"
        texts.append(" AND ".join([*same, beyond]))
        for k, v in zip(orders[:at], cookie.last, strict=False):
            params += [*k.sql.params, v]
        params += [
            *key.sql.params,
            *([] if value is None else [value]),
            *(key.sql.params if key.descending else ()),
        ]
    return Sql("(" + " OR ".join(f"({text})" for text in texts) + ")", tuple(params))


def _next_link(request: Request, shape: Shape, raws: list[Raw], cookie: Cookie) -> str:
    key = shape.entry.definition.key
    at = shape.at[key]
    return link(request, "$skiptoken", write_cookie(key, raws[0][at], raws[-1][at], cookie))


def link(request: Request, option: str, value: str) -> str:
    """The request's own address with one more option, percent-encoded, replacing a former one."""
    kept = [
        part
        for part in request.raw_query.split("&")
        if part and not _is(part, ("$skiptoken", "$deltatoken"))
    ]
    kept.append(f"{option}={percent(value, safe='')}")
    return f"{request.base}{percent(request.path, safe='/(),=@$')}?{'&'.join(kept)}"


def _is(part: str, names: tuple[str, ...]) -> bool:
    return part.partition("=")[0].replace("%24", "$") in names
