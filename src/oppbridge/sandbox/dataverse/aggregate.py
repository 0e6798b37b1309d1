"""`$apply`: filter, groupby and aggregate over one table."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import orjson

from ..odata.filters import Sql, compile_filter
from ..odata.options import split_outside
from ..tables import Kind, quote
from ..wire import Request, Response, answer_json
from .desk import Desk
from .dialect import Scope
from .refusals import Refused, bad_query
from .schema.book import Entry
from .urls import context_of

_Column = tuple[str, str, Kind | None]  # name in the answer, SQL, kind of the value

_LIMIT = 50_000
_FUNCTIONS = {"sum": "sum", "min": "min", "max": "max", "average": "avg"}
_MEASURE = re.compile(r"(\S+)\s+with\s+(\w+)\s+as\s+(\w+)")
_COUNT = re.compile(r"\$count\s+as\s+(\w+)")


def aggregate(desk: Desk, entry: Entry, request: Request) -> Response:
    """The groups and measures asked for. Refuses (0x8004E023) more than 50,000 rows."""
    scope = Scope(desk, entry)
    condition = Sql("1")
    groups: list[_Column] = []
    measures: list[_Column] = []
    for step in split_outside(request.query["$apply"], "/"):
        name, _, inside = step.partition("(")
        inside = inside.removesuffix(")")
        if name == "filter":
            condition = compile_filter(inside, scope)
        elif name == "groupby":
            groups, measures = _groupby(scope, inside)
        elif name == "aggregate":
            measures = _measures(scope, inside)
        else:
            raise bad_query(f"The transformation '{name}' is not supported in $apply.")
    table = f"FROM {quote(entry.logical)} t0 WHERE {condition.text}"
    if desk.database.select(f"SELECT count(*) {table}", condition.params)[0][0] > _LIMIT:
        raise Refused(
            400, "0x8004e023", "The maximum record limit is exceeded. Reduce the number of records."
        )
    columns = [*groups, *measures]
    by = f" GROUP BY {', '.join(sql for _, sql, _ in groups)}" if groups else ""
    raws = desk.database.select(
        f"SELECT {', '.join(sql for _, sql, _ in columns)} {table}{by}", condition.params
    )
    rows = [
        {name: _shown(kind, value) for (name, _, kind), value in zip(columns, raw, strict=True)}
        for raw in raws
    ]
    return answer_json(
        200,
        {
            "@odata.context": context_of(request, entry.definition.entity_set),
            "value": rows,
        },
    )


def _groupby(scope: Scope, inside: str) -> tuple[list[_Column], list[_Column]]:
    parts = split_outside(inside, ",")
    groups = []
    for path in split_outside(parts[0].strip("()"), ","):
        found = scope.path(tuple(path.split("/")))
        groups.append((path.replace("/", "_"), found.text, found.kind))
    measures: list[_Column] = []
    for part in parts[1:]:
        name, _, listed = part.partition("(")
        if name.strip() != "aggregate":
            raise bad_query("Only aggregate is supported inside groupby.")
        measures = _measures(scope, listed.removesuffix(")"))
    return groups, measures


def _measures(scope: Scope, inside: str) -> list[_Column]:
    out: list[_Column] = []
    for part in split_outside(inside, ","):
        if counted := _COUNT.fullmatch(part):
            out.append((counted[1], "count(*)", Kind.INTEGER))
            continue
        measured = _MEASURE.fullmatch(part)
        if measured is None:
            raise bad_query(f"Syntax error in $apply at '{part}'.")
        path, function, alias = measured.groups()
        found = scope.path(tuple(path.split("/")))
        if function == "countdistinct":
            out.append((alias, f"count(DISTINCT {found.text})", Kind.INTEGER))
        elif function in _FUNCTIONS:
            text = f"CAST({found.text} AS REAL)" if found.kind is Kind.DECIMAL else found.text
            out.append(
                (
                    alias,
                    f"{_FUNCTIONS[function]}({text})",
                    Kind.DECIMAL if found.kind is Kind.DECIMAL else found.kind,
                )
            )
        else:
            raise bad_query(f"The aggregation method '{function}' is not supported.")
    return out


def _shown(kind: Kind | None, value: Any) -> Any:
    if isinstance(value, float):
        return orjson.Fragment(format(Decimal(repr(value)).quantize(Decimal("0.0001")), "f"))
    if kind is Kind.DECIMAL and value is not None:
        return orjson.Fragment(str(value))
    return bool(value) if kind is Kind.BOOLEAN and value is not None else value
