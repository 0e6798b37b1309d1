"""`$filter` to parameterised SQL: a dialect gives meaning to the names in the syntax tree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Protocol

from odata_query import ast

from ..tables import Kind
from .grammar import SHIELD, parse_filter
from .options import BadQuery

_OPERATORS = {ast.Eq: "=", ast.NotEq: "<>", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}

_ARITHMETIC = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Mod: "%"}


@dataclass(frozen=True, slots=True)
class Sql:
    """A piece of SQL with its parameters; `kind` says what kind of column it reads, if one."""

    text: str
    params: tuple[Any, ...] = ()
    kind: Kind | None = None


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant of the filter: text, number, bool, None, or a list of them."""

    value: Any
    type: type[Any]


class Dialect(Protocol):
    """What a twin knows about names. Each method raises `BadQuery` for what the service refuses."""

    def path(self, names: tuple[str, ...]) -> Sql:
        """The column at the end of a path."""
        ...

    def collection(self, names: tuple[str, ...], variable: str) -> tuple[Sql, Dialect]:
        """The rows of a collection as `FROM ... WHERE ...`, and a dialect knowing `variable`."""
        ...

    def call(self, name: str, arguments: Sequence[Any]) -> Sql | Literal:
        """A function: arguments are `Sql`, `Literal`, or (name, either) for named ones."""
        ...

    def calculate(self, operator: str, left: Sql, right: Sql) -> Sql:
        """Arithmetic, in SQL's symbols."""
        ...

    def compare(self, operator: str, left: Sql, right: Literal) -> Sql | None:
        """The service's own meaning of a comparison with a constant; None for the usual one."""
        ...


def compile_filter(text: str, dialect: Dialect) -> Sql:
    """The condition that a `$filter` stands for. Raises `BadQuery`."""
    return _condition(parse_filter(text), dialect)


def _condition(node: Any, dialect: Dialect) -> Sql:
    match node:
        case ast.BoolOp(op=op):
            return _joined(op, _flat(node, type(op)), dialect)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            inner = _condition(operand, dialect)
            return Sql(f"NOT coalesce({inner.text}, 0)", inner.params)
        case ast.Compare():
            return _comparison(node, dialect)
        case ast.CollectionLambda():
            return _lambda(node, dialect)
    value = _value(node, dialect)
    if isinstance(value, Literal) and isinstance(value.value, bool):
        return Sql("1" if value.value else "0")
    if isinstance(value, Literal) or value.kind not in (None, Kind.BOOLEAN):
        raise BadQuery("The $filter expression must evaluate to a single boolean value.")
    return value


def _flat(node: Any, op: type[Any]) -> list[Any]:
    # Walked with a stack: filters with thousands of alternatives are deep, not wide, in the tree.
    out, stack = [], [node]
    while stack:
        top = stack.pop()
        if isinstance(top, ast.BoolOp) and isinstance(top.op, op):
            stack += [top.right, top.left]
        else:
            out.append(top)
    return out


def _joined(op: Any, nodes: list[Any], dialect: Dialect) -> Sql:
    word = " AND " if isinstance(op, ast.And) else " OR "
    parts = [_condition(node, dialect) for node in nodes]
    while len(parts) > 1:  # in bunches, as SQLite bounds the depth of an expression
        parts = [_bunch(word, parts[i : i + 50]) for i in range(0, len(parts), 50)]
    return parts[0]


def _bunch(word: str, parts: list[Sql]) -> Sql:
    return Sql(
        "(" + word.join(p.text for p in parts) + ")", tuple(x for p in parts for x in p.params)
    )


def _comparison(node: Any, dialect: Dialect) -> Sql:
    left, right = _value(node.left, dialect), _value(node.right, dialect)
    if isinstance(node.comparator, ast.In):
        return _membership(left, right)
    operator = _OPERATORS[type(node.comparator)]
    if isinstance(left, Literal) and isinstance(right, Sql):
        left, right = right, left
        operator = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}.get(operator, operator)
    if isinstance(left, Literal):
        raise BadQuery("A comparison needs at least one property.")
    if isinstance(right, Literal):
        return dialect.compare(operator, left, right) or compare_literal(operator, left, right)
    a, b = _comparable(left), _comparable(right)
    return Sql(f"{a} {operator} {b}", (*left.params, *right.params))


def compare_literal(operator: str, left: Sql, right: Literal) -> Sql:
    """The usual comparison of a column with a constant, exact per kind; null-safe for eq and ne."""
    if right.value is None:
        if operator not in ("=", "<>"):
            return Sql("0")
        return Sql(f"{left.text} IS {'NOT ' if operator == '<>' else ''}NULL", left.params)
    value = bind(left.kind, right)
    text = _comparable(left)
    if operator == "<>":
        return Sql(f"({text} <> ? OR {text} IS NULL)", (*left.params, value, *left.params))
    return Sql(f"{text} {operator} ?", (*left.params, value))


def bind(kind: Kind | None, literal: Literal) -> Any:
    """A constant as SQLite compares it with a column of `kind`. Raises `BadQuery`."""
    value = literal.value
    match kind:
        case Kind.DECIMAL | Kind.DOUBLE | Kind.INTEGER if isinstance(
            value, int | float | Decimal
        ) and not isinstance(value, bool):
            whole = kind is Kind.INTEGER and isinstance(value, int) and abs(value) < 2**63
            return value if whole else float(Decimal(value))
        case Kind.BOOLEAN if isinstance(value, bool):
            return int(value)
        case Kind.GUID if isinstance(value, str):
            return value.strip("{}").lower()
        case Kind.INSTANT if isinstance(value, str):
            return _instant(value)
        case Kind.DATE if isinstance(value, str):
            return value[:10]
        case Kind.TEXT if isinstance(value, str):
            return value
        case None:
            return (
                int(value)
                if isinstance(value, bool)
                else float(value)
                if isinstance(value, Decimal)
                else value
            )
    raise BadQuery(
        f"A binary operator with incompatible types was detected: '{kind}' and "
        f"'{literal.type.__name__}'."
    )


def _instant(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as problem:
        raise BadQuery(f"'{text}' is not a date and time.") from problem
    utc = moment.astimezone(UTC) if moment.tzinfo else moment
    return utc.strftime("%Y-%m-%dT%H:%M:%SZ")


def _membership(left: Any, right: Any) -> Sql:
    if not isinstance(left, Sql) or not isinstance(right, Literal):
        raise BadQuery("'in' needs a property and a list of constants.")
    values = [bind(left.kind, Literal(v, type(v))) for v in right.value]
    return Sql(f"{_comparable(left)} IN ({', '.join('?' * len(values))})", (*left.params, *values))


def _comparable(side: Sql) -> str:
    if side.kind is Kind.DECIMAL:
        return f"CAST({side.text} AS REAL)"
    # A sub-query does not keep the collation of the column it reads.
    return (
        f"{side.text} COLLATE NOCASE"
        if side.kind is Kind.TEXT and side.text.startswith("(")
        else side.text
    )


def _lambda(node: Any, dialect: Dialect) -> Sql:
    variable = node.lambda_.identifier.name if node.lambda_ else ""
    rows, inside = dialect.collection(_names(node.owner), variable)
    if node.lambda_ is None:
        return Sql(f"EXISTS (SELECT 1 {rows.text})", rows.params)
    condition = _condition(node.lambda_.expression, inside)
    params = (*rows.params, *condition.params)
    if isinstance(node.operator, ast.Any):
        return Sql(f"EXISTS (SELECT 1 {rows.text} AND ({condition.text}))", params)
    return Sql(f"NOT EXISTS (SELECT 1 {rows.text} AND NOT coalesce({condition.text}, 0))", params)


def _value(node: Any, dialect: Dialect) -> Sql | Literal:
    match node:
        case ast.Identifier() | ast.Attribute():
            return dialect.path(_names(node))
        case ast.Call(func=func, args=args):
            return dialect.call(_names(func)[0], [_argument(a, dialect) for a in args])
        case ast.List(val=items):
            return Literal([_constant(item).value for item in items], list)
        case ast.BinOp(op=op, left=left, right=right):
            sides = [_number(side, dialect) for side in (left, right)]
            return dialect.calculate(_ARITHMETIC[type(op)], *sides)
        case ast.BoolOp() | ast.Compare() | ast.CollectionLambda() | ast.UnaryOp(op=ast.Not()):
            return _condition(node, dialect)
    return _constant(node)


def _number(node: Any, dialect: Dialect) -> Sql:
    side = _value(node, dialect)
    if isinstance(side, Sql):
        return Sql(_comparable(side), side.params, side.kind)
    return Sql("?", (bind(Kind.DOUBLE, side),), Kind.DOUBLE)


def _argument(node: Any, dialect: Dialect) -> Any:
    if isinstance(node, ast.NamedParam):
        return node.name.name, _value(node.param, dialect)
    return _value(node, dialect)


def _constant(node: Any) -> Literal:
    match node:
        case ast.Null():
            return Literal(None, type(None))
        case ast.Integer(val=text):
            return Literal(int(text), int)
        case ast.Float(val=text):
            return Literal(Decimal(text), Decimal)
        case ast.Boolean():
            return Literal(node.py_val, bool)
        case (
            ast.String(val=text) | ast.GUID(val=text) | ast.Date(val=text) | ast.DateTime(val=text)
        ):
            return Literal(text, type(node))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            inner = _constant(operand)
            return Literal(-inner.value, inner.type)
    raise BadQuery(f"The expression '{type(node).__name__}' is not supported in $filter.")


def _names(node: Any) -> tuple[str, ...]:
    if isinstance(node, ast.Identifier):
        return (".".join((*node.namespace, node.name.removeprefix(SHIELD))),)
    if isinstance(node, ast.Attribute):
        return (*_names(node.owner), node.attr.removeprefix(SHIELD))
    raise BadQuery("Syntax error in $filter: a path of properties is expected.")
