"""Reads of entity sets: query options to one SELECT, pages with links, rows with their etags."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote as percent

import orjson

from ..database import Row
from ..odata.options import BadQuery, Options, parse_options
from ..tables import quote
from ..wire import Request
from .addresses import Address
from .assumptions import Assumptions
from .names import condition
from .refusals import NAMESPACE, Missing
from .rows import Rows, etag
from .schema import Entity, Reference

_UNSUPPORTED = ("$search", "$apply", "$compute", "$deltatoken")
_LOT = 500  # parents a query for expanded rows names at once


@dataclass(frozen=True, slots=True)
class Scope:
    """Which companies a request sees; None is every one."""

    companies: tuple[str, ...] | None

    def condition(self, entity: Entity) -> tuple[str, tuple[str, ...]]:
        """As SQL with parameters."""
        if not entity.by_company or self.companies is None:
            return "1", ()
        return f'"dataAreaId" IN ({", ".join("?" * len(self.companies))})', self.companies

    def sees(self, entity: Entity, key: tuple[Any, ...]) -> bool:
        """Whether the row under `key` is visible."""
        if not entity.by_company or self.companies is None:
            return True
        return str(key[entity.key.index("dataAreaId")]).lower() in self.companies


@dataclass(frozen=True, slots=True)
class Window:
    """Which rows of the result to show; `total` is what remains wanted, None for all."""

    skip: int
    size: int
    total: int | None
    token: bool


class Reader:
    """Answers GET requests on entity sets with JSON-ready values."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def collection(
        self, address: Address, request: Request, scope: Scope, assumptions: Assumptions
    ) -> tuple[Row, int]:
        """A page of a set and the size of the page the caller asked for (0 when none).

        Raises `BadQuery`.
        """
        entity = address.entity
        options = _options(request.query)
        self._check(entity, options)
        where, params = self._where(entity, options, scope, assumptions)
        window, asked = _window(request, options, assumptions)
        tail = (
            f"ORDER BY {self._order(entity, options)} LIMIT {window.size + 1} OFFSET {window.skip}"
        )
        found = self._shown(entity, options, where, params, tail)
        body: Row = {"@odata.context": _context(request.base, entity, options)}
        if options.count:
            body["@odata.count"] = self._count(entity, where, params)
        body["value"] = found[: window.size]
        remaining = None if window.total is None else window.total - window.size
        if len(found) > window.size and (remaining is None or remaining > 0):
            body["@odata.nextLink"] = _next_link(request, replace(window, total=remaining))
        return body, asked

    def count(
        self, address: Address, request: Request, scope: Scope, assumptions: Assumptions
    ) -> int:
        """How many rows `Set/$count` stands for."""
        where, params = self._where(address.entity, _options(request.query), scope, assumptions)
        return self._count(address.entity, where, params)

    def one(self, address: Address, request: Request, scope: Scope) -> Row:
        """The entity under a key. Raises `Missing`, also when it lies in a company out of sight."""
        entity, key = address.entity, address.key or ()
        options = _options(request.query)
        self._check(entity, options)
        if not scope.sees(entity, key):
            raise Missing
        where = " AND ".join(f"{quote(column)} = ?" for column in entity.key)
        found = self._shown(entity, options, where, key, "LIMIT 1")
        if not found:
            raise Missing
        return {"@odata.context": _context(request.base, entity, options, one=True), **found[0]}

    def related(self, address: Address, request: Request, scope: Scope) -> Row:
        """What `Set(key)/Nav` points at. Raises `Missing` for an unknown navigation."""
        entity = address.entity
        if address.rest not in entity.navigation:
            raise Missing
        expanded = replace(request, query={**request.query, "$expand": address.rest, "$select": ""})
        row = self.one(replace(address, rest=""), expanded, scope)[address.rest]
        target = entity.navigation[address.rest].entity
        context = f"{request.base}/data/$metadata#{target}"
        if isinstance(row, list):
            return {"@odata.context": context, "value": row}
        if row is None:
            raise Missing
        return {"@odata.context": f"{context}/$entity", **row}

    def _check(self, entity: Entity, options: Options) -> None:
        names = (*options.select, *(order.path[0] for order in options.orderby))
        for name in names:
            column = entity.columns.get(name)
            if name != "*" and (column is None or column.hidden):
                raise BadQuery(
                    f"Could not find a property named '{name}' on type '{NAMESPACE}.{entity.type}'."
                )
        for expand in options.expand:
            if expand.options != Options() or "/" in expand.name:
                raise BadQuery(
                    "Only the first level of $expand is supported, without options of its own."
                )
            if expand.name not in entity.navigation:
                raise BadQuery(
                    f"Could not find a property named '{expand.name}' on type "
                    f"'{NAMESPACE}.{entity.type}'."
                )

    def _where(
        self, entity: Entity, options: Options, scope: Scope, assumptions: Assumptions
    ) -> tuple[str, tuple[Any, ...]]:
        where, params = scope.condition(entity)
        if options.filter is None:
            return where, params
        wanted = condition(options.filter, entity, self._rows, assumptions)
        return f"{where} AND ({wanted.text})", (*params, *wanted.params)

    def _order(self, entity: Entity, options: Options) -> str:
        parts = [
            f"{self._sortable(entity, order.path[0])}{' DESC' if order.descending else ''}"
            for order in options.orderby
        ]
        named = {order.path[0] for order in options.orderby}
        return ", ".join([*parts, *(quote(column) for column in entity.key if column not in named)])

    def _sortable(self, entity: Entity, column: str) -> str:
        text = self._rows.expression(entity, column)
        return f"CAST({text} AS REAL)" if entity.columns[column].kind == "n" else text

    def _count(self, entity: Entity, where: str, params: Sequence[Any]) -> int:
        found = self._rows.database.select(
            f"SELECT count(*) FROM {quote(entity.table)} WHERE {where}", params
        )
        return int(found[0][0])

    def _shown(
        self, entity: Entity, options: Options, where: str, params: Sequence[Any], tail: str
    ) -> list[Row]:
        """Rows in the order of the columns asked for, with etags and expanded rows."""
        wanted = [name for name in options.select if name != "*"] or visible(entity)
        extra = [column for column in entity.key if column not in wanted] if options.expand else []
        listed = ", ".join(self._rows.expression(entity, column) for column in (*wanted, *extra))
        sql = f"SELECT {listed}, RecVersion, RecId FROM {quote(entity.table)} WHERE {where} {tail}"
        numbers = [at for at, column in enumerate(wanted) if entity.columns[column].kind == "n"]
        out = []
        names = ("@odata.etag", *wanted, *extra)
        for *values, version, record in self._rows.database.select(sql, params):
            for at in numbers:
                values[at] = orjson.Fragment(str(values[at]))
            out.append(dict(zip(names, (etag(entity, version, record), *values), strict=True)))
        for expand in options.expand:
            self._bring(entity, entity.navigation[expand.name], out)
        for row in out:
            for column in extra:
                del row[column]
        return out

    def _bring(self, entity: Entity, navigation: Reference, parents: list[Row]) -> None:
        """Add the rows behind a navigation to each parent, a list or one."""
        target = self._rows.schema.entities[navigation.entity]
        single = target.key == ("dataAreaId", navigation.key)
        found: dict[tuple[str, str], list[Row]] = {}
        numbers = list(dict.fromkeys(str(row[navigation.key]) for row in parents))
        for start in range(0, len(numbers), _LOT):
            lot = numbers[start : start + _LOT]
            where = f"{quote(navigation.key)} IN ({', '.join('?' * len(lot))})"
            order = ", ".join(map(quote, target.key))
            for row in self._shown(target, Options(), where, lot, f"ORDER BY {order}"):
                found.setdefault((row["dataAreaId"], row[navigation.key].lower()), []).append(row)
        for row in parents:
            behind = found.get((row["dataAreaId"], str(row[navigation.key]).lower()), [])
            row[navigation.column] = next(iter(behind), None) if single else behind


def visible(entity: Entity) -> list[str]:
    """The columns a client sees, keys first."""
    rest = [
        name
        for name, column in entity.columns.items()
        if not column.hidden and name not in entity.key
    ]
    return [*entity.key, *rest]


def _options(query: Mapping[str, str]) -> Options:
    for name in query:
        if name in _UNSUPPORTED:
            raise BadQuery(f"The query parameter '{name}' is not supported.")
    return parse_options(query)


def _window(request: Request, options: Options, assumptions: Assumptions) -> tuple[Window, int]:
    """Where the page begins and ends, and the page size the caller preferred (0 for none)."""
    token = re.fullmatch(r"(\d+)-(\d+)(?:-(\d+))?", request.query.get("$skiptoken", ""))
    if token:
        skip, size, total = (int(part) if part else None for part in token.groups())
        return Window(skip or 0, min(size or 0, total or size or 0), total, token=True), 0
    size, asked = assumptions.page_size, 0
    preferred = re.search(r"odata\.maxpagesize=(\d+)", request.headers.get("prefer", ""))
    if preferred and assumptions.honours_maxpagesize and int(preferred.group(1)) > 0:
        size, asked = min(size, int(preferred.group(1))), int(preferred.group(1))
    skip, top = options.skip or 0, options.top
    # A server's own link says `$skip=20&$top=10`: with a page of 10 that is the next page, not the
    # last.
    if skip and top == size:
        top = None
    return Window(
        skip,
        size if top is None else min(size, top),
        top,
        bool(asked) or assumptions.next_link == "token",
    ), asked


# Both forms are seen in the field. What the caller bounded goes on by token: a last page that
# happens to be as long as the others would look like one of many.
def _next_link(request: Request, window: Window) -> str:
    kept = {
        name: value
        for name, value in request.query.items()
        if name not in ("$skip", "$top", "$skiptoken")
    }
    skip = window.skip + window.size
    if window.token or window.total is not None:
        rest = "" if window.total is None else f"-{window.total}"
        kept["$skiptoken"] = f"{skip}-{window.size}{rest}"
    else:
        kept["$skip"], kept["$top"] = str(skip), str(window.size)
    text = "&".join(
        f"{name}={percent(value, safe=chr(39) + ',()*:')}" for name, value in kept.items()
    )
    return f"{request.base}{percent(request.path)}?{text}"


def _context(base: str, entity: Entity, options: Options, *, one: bool = False) -> str:
    chosen = f"({','.join(options.select)})" if options.select else ""
    return f"{base}/data/$metadata#{entity.name}{chosen}{'/$entity' if one else ''}"
