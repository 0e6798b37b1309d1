"""Filters: sandboxed expressions over a record's fields, checked when the configuration is read.

    status == 'active' and country in ['DE', 'AT'] and amount(total) > 1000

Names are fields of the record, `custom('x')` a custom field. A comparison with an empty field is
not true. There are no attributes, no loops, and no functions but those in FUNCTIONS.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from ..errors import ConfigError, Invalid
from ..nearest import suggestion
from ..records import Money, Scalar
from ..records.scalars import parse_decimal
from ..records.values import Values, model

LONGEST = 1000
_SIMPLE = (str, int, float, type(None))  # bool is an int
Filter = Callable[[Values], bool]

_ALLOWED = (
    ast.Expression, ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.USub, ast.BinOp,
    ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Compare, ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt,
    ast.GtE, ast.In, ast.NotIn, ast.Is, ast.IsNot, ast.Name, ast.Load, ast.Constant, ast.Call,
    ast.List, ast.Tuple,
)  # fmt: skip


def _amount(money: Scalar) -> Decimal | None:
    return None if money is None else Money.parse(str(money)).amount


def _currency(money: Scalar) -> str | None:
    return None if money is None else Money.parse(str(money)).currency


def _number(value: Scalar) -> Decimal | None:
    return None if value is None else parse_decimal(value)


def _lower(text: Scalar) -> str | None:
    return None if text is None else str(text).casefold()


def _starts(text: Scalar, prefix: str) -> bool:
    return text is not None and str(text).startswith(prefix)


def _contains(text: Scalar, part: str) -> bool:
    return text is not None and part in str(text)


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "amount": _amount,
    "contains": _contains,
    "currency": _currency,
    "lower": _lower,
    "number": _number,
    "starts": _starts,
}
"""The functions a filter may call, besides `custom`."""


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """A comparison that is not true where a side is empty."""

    def judge(left: Any, right: Any) -> bool:
        return left is not None and right is not None and compare(left, right)

    return judge


def _plain(operate: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Arithmetic on numbers; empty where a side is."""

    def work(left: Any, right: Any) -> Any:
        if left is None or right is None:
            return None
        if isinstance(left, str) or isinstance(right, str):
            raise TypeError("texts cannot be reckoned with; wrap them in number() or amount()")
        return operate(Decimal(left), Decimal(right))

    return work


_OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: _ordered(operator.lt),
    ast.LtE: _ordered(operator.le),
    ast.Gt: _ordered(operator.gt),
    ast.GtE: _ordered(operator.ge),
    ast.In: lambda left, right: right is not None and left in right,
    ast.NotIn: lambda left, right: right is None or left not in right,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.Not: operator.not_,
    ast.USub: operator.neg,
    ast.Add: _plain(operator.add),
    ast.Sub: _plain(operator.sub),
    ast.Mult: _plain(operator.mul),
    ast.Div: _plain(operator.truediv),
}


def compile_filter(text: str, entity: str) -> Filter:
    """The filter an expression spells. Raises ConfigError naming what is wrong with it.

    The filter raises Invalid for a record it cannot judge.
    """
    from simpleeval import EvalWithCompoundTypes, InvalidExpression

    tree = _parse(text, entity)

    def admits(values: Values) -> bool:
        names = _Fields(values)
        functions = {**FUNCTIONS, "custom": lambda name: values.get(f"custom.{name}")}
        judge = EvalWithCompoundTypes(_OPERATORS, functions, names)
        try:
            return bool(judge.eval(text, previously_parsed=tree))
        except RecursionError:
            raise Invalid(f"a filter of {len(text)} characters is nested too deeply") from None
        except (InvalidExpression, TypeError, ValueError, ArithmeticError) as exc:
            raise Invalid(f"filter {text!r} cannot judge this {entity}: {exc}") from exc

    try:
        admits({})
        admits(_sample(entity))
    except Invalid as exc:
        raise ConfigError(str(exc)) from exc
    return admits


class _Fields(dict[str, Scalar]):
    """A record's values by field; those it does not have are empty."""

    def __missing__(self, name: str) -> None:
        return None


def _parse(text: str, entity: str) -> ast.expr:
    if len(text) > LONGEST:
        raise ConfigError(f"a filter may have {LONGEST} characters, this one has {len(text)}")
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as exc:
        raise ConfigError(f"{text!r} is no expression: {exc}") from exc
    fields = [name for name in model(entity).model_fields if name != "custom"]
    functions = [*FUNCTIONS, "custom"]
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        if not isinstance(node, _ALLOWED) or (isinstance(node, ast.Call) and node.keywords):
            raise ConfigError(f"{text!r}: {type(node).__name__} is not allowed in a filter")
        if isinstance(node, ast.Constant) and not isinstance(node.value, _SIMPLE):
            raise ConfigError(f"{text!r}: {node.value!r} is no value of a record")
        if isinstance(node, ast.Name):
            valid = functions if id(node) in called else fields
            if node.id not in valid:
                kind = "function" if id(node) in called else f"field of {entity}"
                raise ConfigError(f"{node.id!r} is no {kind}{suggestion(node.id, valid)}")
    return tree.body


def _sample(entity: str) -> dict[str, Scalar]:
    """A record with every field filled, so that a filter that mixes kinds is found at once."""
    kinds: dict[str, Scalar] = {
        "bool": True,
        "int": 1,
        "MoneyText": "1 EUR",
        "DecimalText": "1",
        "Percent": "1",
        "Day": "2026-01-01",
        "Instant": "2026-01-01T00:00:00Z",
    }
    out: dict[str, Scalar] = {}
    for name in model(entity).model_fields:
        told = str(model(entity).__annotations__.get(name, ""))
        kind = told.partition(" | ")[0]
        if not kind.startswith("dict"):
            out[name] = kinds.get(kind, "text")
    return out
