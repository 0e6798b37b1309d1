"""`?sql=`: one SELECT over logical names, read by sqlglot, checked, and run by SQLite."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import orjson
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from ..tables import Kind
from ..wire import Request, Response, answer_json
from .cookies import Cookie, read_cookie, write_cookie
from .desk import Desk
from .prefer import PAGE, Prefer
from .query import link
from .refusals import Refused, bad_query
from .schema.book import Entry
from .schema.model import Column
from .urls import context_of

_REFUSED = {
    exp.Subquery: "sub-queries",
    exp.Having: "HAVING",
    exp.Union: "UNION",
    exp.Star: "SELECT *",
    exp.Offset: "OFFSET",
    exp.Limit: "TOP",
    exp.With: "common table expressions",
    exp.Window: "window functions",
}
_COUNTED = (exp.Count,)


def run_sql(desk: Desk, entry: Entry, request: Request, prefer: Prefer) -> Response:
    """A page of the statement's rows."""
    statement = _read(request.query["sql"])
    tables = _tables(desk, statement)
    kinds = [_kind(desk, tables, column) for column in statement.expressions]
    names = [column.alias_or_name for column in statement.expressions]
    _to_properties(desk, tables, statement)
    size = prefer.page or PAGE
    cookie = read_cookie(request.query["$skiptoken"]) if "$skiptoken" in request.query else None
    offset = int(cookie.last[0]) if cookie else 0
    text = statement.sql(dialect="sqlite")
    found = desk.database.select(f"{text} LIMIT {size + 1} OFFSET {offset}")
    rows = [
        {name: _shown(kind, value) for name, kind, value in zip(names, kinds, raw, strict=True)}
        for raw in found[:size]
    ]
    body: dict[str, Any] = {
        "@odata.context": context_of(request, entry.definition.entity_set),
        "value": rows,
    }
    if len(found) > size:
        token = write_cookie(
            entry.definition.key,
            "",
            "",
            Cookie((cookie.page if cookie else 1) + 1, (offset + size,)),
        )
        body["@odata.nextLink"] = link(request, "$skiptoken", token)
    return answer_json(200, body, prefer.applied())


def _read(text: str) -> exp.Select:
    try:
        parsed = sqlglot.parse(text, dialect="tsql")
    except SqlglotError as problem:
        raise bad_query(f"The SQL statement cannot be read: {problem}") from None
    if len(parsed) != 1 or not isinstance(parsed[0], exp.Select):
        raise bad_query("Only one SELECT statement is supported.")
    for kind, name in _REFUSED.items():
        for node in parsed[0].find_all(kind):
            if not isinstance(node.parent, _COUNTED):
                raise bad_query(f"{name} is not supported in SQL queries.")
    for join in parsed[0].find_all(exp.Join):
        if join.side not in ("", "LEFT") or join.kind not in ("", "INNER", "OUTER"):
            raise bad_query("Only INNER and LEFT joins are supported.")
    return parsed[0]


def _tables(desk: Desk, statement: exp.Select) -> dict[str, Entry]:
    out = {}
    for table in statement.find_all(exp.Table):
        if table.name not in desk.book.entries:
            raise Refused(400, "0x80040217", f"The table '{table.name}' does not exist.")
        out[table.alias_or_name] = desk.book[table.name]
    return out


def _column(tables: dict[str, Entry], node: exp.Column) -> Column | None:
    places = [tables[node.table]] if node.table in tables else list(tables.values())
    for entry in places:
        found = entry.columns.get(node.name) or entry.properties.get(node.name)
        if found is not None:
            return found
    return None


def _kind(desk: Desk, tables: dict[str, Entry], node: exp.Expression) -> Kind | None:
    inner = node.unalias()
    if isinstance(inner, exp.Column):
        column = _column(tables, inner)
        return column.kind if column else None
    return Kind.DOUBLE if isinstance(inner, exp.AggFunc) else None


def _to_properties(desk: Desk, tables: dict[str, Entry], statement: exp.Select) -> None:
    aliases = {column.alias for column in statement.expressions if column.alias}
    for node in list(statement.find_all(exp.Column)):
        column = _column(tables, node)
        if column is None or not column.kept:
            if node.name in aliases and not node.table:
                continue
            raise bad_query(f"The column '{node.name}' does not exist.")
        node.set("this", exp.to_identifier(column.wire, quoted=True))
        if column.kind is Kind.DECIMAL and not isinstance(node.parent, exp.Select | exp.Alias):
            node.replace(exp.cast(node.copy(), "REAL"))
    for literal in statement.find_all(exp.Boolean):
        literal.replace(exp.Literal.number(int(literal.this)))


def _shown(kind: Kind | None, value: Any) -> Any:
    if value is None:
        return None
    if kind is Kind.DECIMAL:
        return orjson.Fragment(value)
    if kind is Kind.BOOLEAN:
        return bool(value)
    if kind is Kind.DOUBLE and isinstance(value, float):
        return orjson.Fragment(format(Decimal(repr(value)), "f"))
    return value
