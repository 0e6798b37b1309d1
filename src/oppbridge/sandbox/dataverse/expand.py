"""`$expand`: related rows brought along, one look-up per navigation and page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote as percent

from ..odata.filters import Sql, compile_filter
from ..odata.options import Expand, Options
from ..tables import quote
from ..wire import Request
from .desk import Desk
from .dialect import Scope
from .refusals import bad_query, no_such_property
from .schema.book import Entry
from .shape import Raw, Shape, build_rows, bunches, make_shape, marks
from .urls import set_address


@dataclass(frozen=True, slots=True)
class _Children:
    raws: list[Raw]
    rows: list[dict[str, Any]]
    parents: list[str]
    shape: Shape


def needed_for(desk: Desk, entry: Entry, expands: tuple[Expand, ...]) -> list[str]:
    """Columns to fetch so that expanded rows can be found. Refuses unknown navigations."""
    needed = []
    if len(expands) > 15:
        raise bad_query("The number of expand options exceeds the maximum of 15.")
    for expand in expands:
        if expand.name in entry.navs:
            column = entry.navs[expand.name][0]
            needed += [column.wire, column.type_property] if column.polymorphic else [column.wire]
        elif expand.name not in entry.collections and expand.name not in entry.pairs:
            raise no_such_property(expand.name, entry.logical)
        elif expand.reference:
            raise bad_query("$ref is only supported on single-valued navigation properties.")
        nested = expand.options
        if nested.expand and (nested.orderby or nested.top is not None):
            raise bad_query("$orderby and $top are not supported together with a nested $expand.")
        if expand.name in entry.pairs and (nested.expand or len(expands) > 1):
            raise bad_query(
                "A many-to-many navigation property cannot be nested or combined with others."
            )
    return needed


def expand_rows(
    desk: Desk,
    shape: Shape,
    raws: Sequence[Raw],
    rows: list[dict[str, Any]],
    options: Options,
    request: Request,
) -> None:
    """Put the expanded rows into `rows`, any depth."""
    for expand in options.expand:
        if expand.name in shape.entry.navs:
            _single(desk, shape, raws, rows, expand, request)
        else:
            _many(desk, shape, raws, rows, expand, request)


def _single(
    desk: Desk,
    shape: Shape,
    raws: Sequence[Raw],
    rows: list[dict[str, Any]],
    expand: Expand,
    request: Request,
) -> None:
    column, towards = shape.entry.navs[expand.name]
    at = shape.at[column.wire]
    kind_at = shape.at[column.type_property] if column.polymorphic else None
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for target in towards:
        wanted = {
            raw[at]
            for raw in raws
            if raw[at] is not None and (kind_at is None or raw[kind_at] == target.table)
        }
        entry = desk.book[target.table]
        options = Options(select=(entry.definition.key,)) if expand.reference else expand.options
        children = _fetch(
            desk, shape, entry, options, request, (entry.definition.key, sorted(wanted))
        )
        if expand.reference:
            children.rows[:] = [
                {"@odata.id": f"{set_address(request, entry.definition.entity_set)}({p})"}
                for p in children.parents
            ]
        found.update(
            {
                (target.table, parent): row
                for parent, row in zip(children.parents, children.rows, strict=True)
            }
        )
    for raw, row in zip(raws, rows, strict=True):
        kind = raw[kind_at] if kind_at is not None else towards[0].table
        row[expand.name] = found.get((kind, raw[at]))


def _many(
    desk: Desk,
    shape: Shape,
    raws: Sequence[Raw],
    rows: list[dict[str, Any]],
    expand: Expand,
    request: Request,
) -> None:
    entry = shape.entry
    own = shape.at[entry.definition.key]
    ids = [raw[own] for raw in raws]
    grouped: dict[str, list[dict[str, Any]]] = {row_id: [] for row_id in ids}
    if expand.name in entry.collections:
        found = entry.collections[expand.name]
        children = _fetch(
            desk, shape, desk.book[found.table], expand.options, request, (found.column.wire, ids)
        )
        for parent, row in zip(children.parents, children.rows, strict=True):
            grouped[parent].append(row)
    else:
        for parent, row in _paired(desk, shape, ids, expand, request):
            grouped[parent].append(row)
    top = expand.options.top
    for row_id, row in zip(ids, rows, strict=True):
        row[expand.name] = grouped[row_id][:top] if top is not None else grouped[row_id]
        if not expand.options.expand:
            row[f"{expand.name}@odata.nextLink"] = _collection_link(entry, row_id, expand, request)


def _paired(
    desk: Desk, shape: Shape, ids: list[str], expand: Expand, request: Request
) -> Iterator[tuple[str, dict[str, Any]]]:
    pair = shape.entry.pairs[expand.name]
    target = desk.book[pair.table]
    links: list[tuple[str, str]] = []
    for some in bunches(ids, 500):
        own, other = quote(f"{shape.entry.logical}id"), quote(f"{pair.table}id")
        sql = (
            f"SELECT {own}, {other} FROM {quote(pair.intersect)} "
            f"WHERE {own} IN ({marks(some)}) ORDER BY {other}"
        )
        links += [(mine, theirs) for mine, theirs in desk.database.select(sql, some)]
    wanted = sorted({theirs for _, theirs in links})
    children = _fetch(desk, shape, target, expand.options, request, (target.definition.key, wanted))
    by_id = dict(zip(children.parents, children.rows, strict=True))
    return ((mine, by_id[theirs]) for mine, theirs in links if theirs in by_id)


def _fetch(
    desk: Desk,
    outer: Shape,
    entry: Entry,
    options: Options,
    request: Request,
    by: tuple[str, Sequence[str]],
) -> _Children:
    column, ids = by
    shape = make_shape(
        desk,
        entry,
        options.select,
        outer.prefer,
        [column, *needed_for(desk, entry, options.expand)],
    )
    scope = Scope(desk, entry)
    condition = compile_filter(options.filter, scope) if options.filter else Sql("1")
    orders = [
        f"{scope.path(o.path).text} {'DESC' if o.descending else 'ASC'}" for o in options.orderby
    ]
    orders.append(f"t0.{quote(entry.definition.key)}")
    raws: list[Raw] = []
    for some in bunches(ids, 500):
        sql = (
            f"SELECT {shape.sql('t0')} FROM {quote(entry.logical)} t0 "
            f"WHERE t0.{quote(column)} IN ({marks(some)}) "
            f"AND ({condition.text}) ORDER BY {', '.join(orders)}"
        )
        raws += desk.database.select(sql, [*some, *condition.params])
    rows = build_rows(desk, shape, raws)
    expand_rows(desk, shape, raws, rows, options, request)
    at = shape.at[column]
    return _Children(raws, rows, [raw[at] for raw in raws], shape)


def _collection_link(entry: Entry, row_id: str, expand: Expand, request: Request) -> str:
    address = f"{set_address(request, entry.definition.entity_set)}({row_id})/{expand.name}"
    select = ",".join(expand.options.select)
    return f"{address}?$select={percent(select, safe=',')}" if select else address
