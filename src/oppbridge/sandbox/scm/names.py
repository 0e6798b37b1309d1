"""What names and constants mean in a `$filter` of this service, and what it refuses there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from odata_query import ast

from ..odata.filters import Literal, Sql, compile_filter
from ..odata.grammar import parse_filter
from ..odata.options import BadQuery
from ..tables import Kind
from .assumptions import Assumptions
from .refusals import NAMESPACE
from .rows import Rows
from .schema import Column, Entity
from .values import KINDS, to_stamp

_NUMBERS = (Kind.DECIMAL, Kind.DOUBLE, Kind.INTEGER)
_EQUALITY = ("=", "<>")


@dataclass(frozen=True, slots=True)
class Member:
    """An enumeration literal, `Microsoft.Dynamics.DataEntities.NoYes'Yes'`."""

    enum: str
    name: str


class Names:
    """The dialect of one entity set."""

    def __init__(self, entity: Entity, rows: Rows, assumptions: Assumptions) -> None:
        self._entity = entity
        self._rows = rows
        self._assumptions = assumptions
        self._columns: dict[str, Column] = {}

    def path(self, names: tuple[str, ...]) -> Sql:
        """A column of the set itself; there are no paths through other sets."""
        name = names[0].replace("/", ".")
        column = self._entity.columns.get(name)
        if len(names) > 1 or column is None or column.hidden:
            wrong = "/".join(names)
            raise BadQuery(
                f"Could not find a property named '{wrong}' on type "
                f"'{NAMESPACE}.{self._entity.type}'."
            )
        text = self._rows.expression(self._entity, name)
        self._columns[text] = column
        return Sql(text, kind=KINDS[column.kind])

    def collection(self, names: tuple[str, ...], variable: str) -> tuple[Sql, Names]:
        """any() and all() are not supported."""
        raise BadQuery(
            "The query specified in the URI is not valid. Any and all are not supported."
        )

    def call(self, name: str, arguments: Sequence[Any]) -> Sql | Literal:
        """An enumeration literal, or a function, which is refused unless assumed otherwise."""
        if (
            name.startswith(f"{NAMESPACE}.")
            and len(arguments) == 1
            and isinstance(arguments[0], Literal)
        ):
            enum = name.removeprefix(f"{NAMESPACE}.")
            members = self._rows.schema.enums.get(enum)
            if members is None or arguments[0].value not in members:
                raise BadQuery(
                    f"The string '{name}'{arguments[0].value}'' is not a valid enumeration "
                    "type constant."
                )
            return Literal(Member(enum, arguments[0].value), Member)
        patterns = {"contains": "%{}%", "startswith": "{}%", "endswith": "%{}"}
        if name in patterns and self._assumptions.filter_functions and len(arguments) == 2:
            column, word = arguments
            if (
                isinstance(column, Sql)
                and isinstance(word, Literal)
                and isinstance(word.value, str)
            ):
                return _like(column, patterns[name].format(_escaped(word.value)), "LIKE")
        raise BadQuery(f"The function '{name}' is not supported in $filter.")

    def calculate(self, operator: str, left: Sql, right: Sql) -> Sql:
        """add, sub, mul, div, mod on numbers."""
        if any(side.kind not in _NUMBERS for side in (left, right)):
            raise BadQuery("A binary operator with incompatible types was detected.")
        text = f"({left.text} {operator} {right.text})"
        return Sql(text, (*left.params, *right.params), Kind.DOUBLE)

    def compare(self, operator: str, left: Sql, right: Literal) -> Sql | None:
        """Enumerations only by literal, text with wildcards, dates without quotes.

        None is the usual comparison.
        """
        column = self._columns.get(left.text)
        if column is None:
            return None
        if column.kind in "ye":
            return self._compare_member(operator, left, right, column)
        if column.kind in "dt":
            return self._compare_stamp(operator, left, right, column)
        if right.value is None:  # nothing is ever null here, so nothing equals it
            return Sql("1" if operator == "<>" else "0")
        if column.kind == "s" and right.type is not ast.String:
            raise _mismatch("Edm.String", right)
        if column.kind == "s" and "*" in right.value and operator in _EQUALITY:
            pattern = _escaped(right.value).replace("*", "%")
            return _like(left, pattern, "LIKE" if operator == "=" else "NOT LIKE")
        if column.kind in "nil" and right.type is ast.String:
            raise _mismatch("Edm.Decimal", right)
        return None

    def _compare_member(self, operator: str, left: Sql, right: Literal, column: Column) -> Sql:
        if not isinstance(right.value, Member) or right.value.enum != column.enum:
            raise _mismatch(f"{NAMESPACE}.{column.enum}", right)
        if operator not in _EQUALITY:
            raise BadQuery("Enumerations can only be compared with eq and ne.")
        return Sql(f"{left.text} {operator} ?", (*left.params, right.value.name))

    def _compare_stamp(self, operator: str, left: Sql, right: Literal, column: Column) -> Sql:
        if right.type not in (ast.DateTime, ast.Date):
            raise _mismatch("Edm.DateTimeOffset", right)
        moment = to_stamp(right.value, column)
        moment = f"{moment[:10]}T12:00:00Z" if column.kind == "d" else moment
        return Sql(f"{left.text} {operator} ?", (*left.params, moment))


def _holds(node: Any, kind: type[Any]) -> bool:
    """Whether a node of this kind stands anywhere in the tree."""
    stack = [node]
    while stack:
        top = stack.pop()
        if isinstance(top, kind):
            return True
        if is_dataclass(top):
            stack += [getattr(top, one.name) for one in fields(top)]
        elif isinstance(top, list | tuple):
            stack += top
    return False


def condition(text: str, entity: Entity, rows: Rows, assumptions: Assumptions) -> Sql:
    """The SQL condition of a `$filter`. Raises `BadQuery`."""
    if _holds(parse_filter(text), ast.In):
        raise BadQuery("The query specified in the URI is not valid. 'in' is not supported.")
    return compile_filter(text, Names(entity, rows, assumptions))


def _like(left: Sql, pattern: str, word: str) -> Sql:
    return Sql(f"{left.text} {word} ? ESCAPE '\\'", (*left.params, pattern))


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _mismatch(wanted: str, right: Literal) -> BadQuery:
    kind = "Edm.String" if right.type is ast.String else right.type.__name__
    text = (
        "A binary operator with incompatible types was detected. Found operand types "
        f"'{wanted}' and '{kind}'."
    )
    return BadQuery(text)
