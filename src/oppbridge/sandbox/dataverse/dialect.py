"""What names mean in `$filter` and `$orderby`: columns, paths, collections, functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from ..odata.filters import Literal, Sql, bind, compare_literal
from ..odata.options import BadQuery
from ..tables import Kind, quote
from .desk import Desk
from .schema.book import Entry

_SPACE = "Microsoft.Dynamics.CRM."


@dataclass(frozen=True, slots=True)
class Scope:
    """The dialect of one query level: `alias` names the table in SQL, `variables` lambdas' rows."""

    desk: Desk
    entry: Entry
    alias: str = "t0"
    variables: dict[str, Scope] = field(default_factory=dict)

    def path(self, names: tuple[str, ...]) -> Sql:
        """A column, or one reached through single-valued navigations."""
        if names[0] in self.variables:
            return self.variables[names[0]].path(names[1:])
        if len(names) == 1:
            return self._column(names[0])
        if names[0] not in self.entry.navs:
            raise _unknown(names[0], self.entry)
        column, towards = self.entry.navs[names[0]]
        target = self.desk.book[towards[0].table]
        inner = Scope(self.desk, target, self._next())
        found = inner.path(names[1:])
        key = f"{inner.alias}.{quote(target.definition.key)} = {self.alias}.{quote(column.wire)}"
        return Sql(
            f"(SELECT {found.text} FROM {quote(target.logical)} {inner.alias} WHERE {key})",
            found.params,
            found.kind,
        )

    def collection(self, names: tuple[str, ...], variable: str) -> tuple[Sql, Scope]:
        """Rows of a collection-valued navigation, for any and all."""
        if len(names) > 1 and names[0] in self.variables:
            return self.variables[names[0]].collection(names[1:], variable)
        name = names[-1]
        alias = self._next()
        own = f"{self.alias}.{quote(self.entry.definition.key)}"
        if name in self.entry.collections:
            found = self.entry.collections[name]
            child = self.desk.book[found.table]
            points = f"{alias}.{quote(found.column.wire)} = {own}"
            rows = f"FROM {quote(found.table)} {alias} WHERE {points}"
        elif name in self.entry.pairs:
            pair = self.entry.pairs[name]
            child = self.desk.book[pair.table]
            mine, theirs = quote(f"{self.entry.logical}id"), quote(f"{pair.table}id")
            link = f"SELECT {theirs} FROM {quote(pair.intersect)} WHERE {mine} = {own}"
            key = f"{alias}.{quote(child.definition.key)}"
            rows = f"FROM {quote(pair.table)} {alias} WHERE {key} IN ({link})"
        else:
            raise _unknown(name, self.entry)
        inside = Scope(self.desk, child, alias)
        return Sql(rows), Scope(self.desk, child, alias, {**self.variables, variable: inside})

    def call(self, name: str, arguments: Sequence[Any]) -> Sql | Literal:
        """contains, startswith, endswith, and the namespaced functions."""
        if name in _TEXT:
            return self._text(name, arguments)
        short = name.removeprefix(_SPACE)
        if not name.startswith(_SPACE) or short not in _FUNCTIONS:
            raise BadQuery(f"An unknown function with name '{name}' was found.")
        named = {a[0]: a[1] for a in arguments if isinstance(a, tuple)}
        column = named.get("PropertyName")
        if not isinstance(column, Literal) or not isinstance(column.value, str):
            raise BadQuery(f"The function '{name}' needs PropertyName.")
        at = self.path(tuple(self._property(column.value).split("/")))
        value = named.get("PropertyValues") or named.get("PropertyValue")
        given = value.value if isinstance(value, Literal) else None
        try:
            return _FUNCTIONS[short](self.desk, at, given)
        except (TypeError, ValueError, OverflowError):
            raise BadQuery(f"The function '{name}' does not take {given!r}.") from None

    def calculate(self, operator: str, left: Sql, right: Sql) -> Sql:
        """The service has no arithmetic in filters."""
        raise BadQuery("Arithmetic operators are not supported in $filter.")

    def compare(self, operator: str, left: Sql, right: Literal) -> Sql | None:
        """Nothing of its own."""
        return None

    def _column(self, name: str) -> Sql:
        if name == "versionnumber":
            return Sql(f"{self.alias}._version", (), Kind.INTEGER)
        column = self.entry.properties.get(name)
        if column is None:
            raise _unknown(name, self.entry)
        if column.kept:
            return Sql(f"{self.alias}.{quote(name)}", (), column.kind)
        if name.endswith("_base"):
            source = quote(name.removesuffix("_base"))
            return Sql(
                f"(CAST({self.alias}.{source} AS REAL) / CAST({self.alias}.exchangerate AS REAL))",
                (),
                Kind.DOUBLE,
            )
        raise BadQuery(f"The property '{name}' cannot be used in a query.")

    def _property(self, name: str) -> str:
        return (
            name
            if name in self.entry.properties
            else f"_{name}_value"
            if f"_{name}_value" in self.entry.properties
            else name
        )

    def _text(self, name: str, arguments: Sequence[Any]) -> Sql:
        column, pattern = arguments
        if (
            not isinstance(column, Sql)
            or not isinstance(pattern, Literal)
            or not isinstance(pattern.value, str)
        ):
            raise BadQuery(f"The function '{name}' needs a property and a text.")
        # % and _ work as wildcards there too.
        return Sql(f"{column.text} LIKE ?", (*column.params, _TEXT[name].format(pattern.value)))

    def _next(self) -> str:
        return f"t{int(self.alias[1:]) + 1}"


_TEXT = {"contains": "%{}%", "startswith": "{}%", "endswith": "%{}"}


def _unknown(name: str, entry: Entry) -> BadQuery:
    kind = f"Microsoft.Dynamics.CRM.{entry.logical}"
    return BadQuery(f"Could not find a property named '{name}' on type '{kind}'.")


def _values(at: Sql, given: Any) -> list[Any]:
    items = given if isinstance(given, list) else [given]
    return [bind(at.kind, Literal(_typed(at.kind, item), type(item))) for item in items]


def _typed(kind: Kind | None, item: Any) -> Any:
    # Property values are texts in these functions, whatever the column's type.
    if kind in (Kind.INTEGER, Kind.DECIMAL, Kind.DOUBLE) and isinstance(item, str):
        return float(item)
    return item == "true" if kind is Kind.BOOLEAN and isinstance(item, str) else item


def _in(desk: Desk, at: Sql, given: Any) -> Sql:
    values = _values(at, given)
    return Sql(f"{at.text} IN ({', '.join('?' * len(values))})", (*at.params, *values))


def _not_in(desk: Desk, at: Sql, given: Any) -> Sql:
    inner = _in(desk, at, given)
    return Sql(f"({at.text} IS NULL OR NOT {inner.text})", (*at.params, *inner.params))


def _between(desk: Desk, at: Sql, given: Any) -> Sql:
    low, high = _values(at, given)
    return Sql(f"{at.text} BETWEEN ? AND ?", (*at.params, low, high))


def _day(operator: str) -> Callable[[Desk, Sql, Any], Sql]:
    def condition(desk: Desk, at: Sql, given: Any) -> Sql:
        return Sql(f"substr({at.text}, 1, 10) {operator} ?", (*at.params, str(given)[:10]))

    return condition


def _last(unit: float) -> Callable[[Desk, Sql, Any], Sql]:
    def condition(desk: Desk, at: Sql, given: Any) -> Sql:
        now = datetime.fromtimestamp(desk.database.clock.time(), UTC)
        since = now - timedelta(seconds=unit * float(given))
        return Sql(
            f"{at.text} BETWEEN ? AND ?",
            (*at.params, *(when.strftime("%Y-%m-%dT%H:%M:%SZ") for when in (since, now))),
        )

    return condition


def _me(desk: Desk, at: Sql, given: Any) -> Sql:
    return compare_literal("=", at, Literal(desk.caller.user, str))


def _today(desk: Desk, at: Sql, given: Any) -> Sql:
    return _day("=")(desk, at, desk.database.clock.stamp())


_FUNCTIONS: dict[str, Callable[[Desk, Sql, Any], Sql]] = {
    "In": _in,
    "NotIn": _not_in,
    "Between": _between,
    "On": _day("="),
    "OnOrAfter": _day(">="),
    "OnOrBefore": _day("<="),
    "LastXDays": _last(86400),
    "LastXHours": _last(3600),
    "LastXWeeks": _last(7 * 86400),
    "LastXMonths": _last(30 * 86400),
    "EqualUserId": _me,
    "Today": _today,
}
