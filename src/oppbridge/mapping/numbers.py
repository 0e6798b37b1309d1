"""Lenses of numbers: whole numbers, decimals and money, exact and in one spelling.

A number that a JSON parser made a float is taken at its shortest decimal spelling, so 0.1 is 0.1.
A float holds 15 significant digits: a connector whose amounts are longer decodes them as Decimal.
Everything is rounded to the field's `precision`, half away from zero (what Dataverse does with
money), so that noise beyond it is never taken for a change. Money of a currency with smaller coins
than that is rounded to its coins: a dinar has a thousand fils.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from typing import Any

from ..contract import Native
from ..records.scalars import Money, Scalar, decimal_text, parse_decimal
from ..records.totals import DECIMALS
from .lenses import Lens, read_text, single
from .shape import FieldMap

_WIDE = Context(prec=100, rounding=ROUND_HALF_UP)
_PLAIN = 16  # at most 15 digits: exact also where the number came as a float


def rounded(number: Decimal, precision: int | None) -> Decimal:
    """The number at `precision` decimal places, half away from zero; unchanged for None."""
    if precision is None:
        return number
    return number.quantize(Decimal(1).scaleb(-precision), context=_WIDE)


@lru_cache(maxsize=16_384, typed=True)
def number_text(value: float | Decimal | str, precision: int | None) -> str:
    """The canonical spelling of a native number. Raises ValueError."""
    text = str(value).strip()
    return _spelled(text, precision) or _parsed(value, text, precision)


def _spelled(text: str, precision: int | None) -> str | None:
    """The spelling of plain digits that need no rounding, five times faster than by Decimal."""
    whole, dot, fraction = text.partition(".")
    digits = whole[1:] if whole[:1] == "-" else whole
    if len(text) > _PLAIN or not (text.isascii() and digits.isdigit()):
        return None
    if digits[0] == "0" and digits != "0":
        return None
    if not dot:
        return None if digits == "0" else text
    if not fraction.isdigit() or (precision is not None and len(fraction) > precision):
        return None
    fraction = fraction.rstrip("0")
    if fraction:
        return f"{whole}.{fraction}"
    return None if digits == "0" else whole


def _parsed(value: float | Decimal | str, text: str, precision: int | None) -> str:
    if isinstance(value, float) and precision is None:
        text = f"{value:.15g}"
    if "_" in text:
        raise ValueError("is not a number")
    return decimal_text(rounded(parse_decimal(text), precision))


def decimal(field: FieldMap) -> Lens:
    """A quantity, percent or rate."""
    convert, show = _amounts(field, field.precision)
    return single(field.at[0], field.write or field.at[0], convert, show, field.empty)


def integer(field: FieldMap) -> Lens:
    """A whole number; 75.0 and "75" are 75, 75.5 is refused."""

    def convert(value: Any) -> Scalar:
        if type(value) is int:
            return value
        text = _number_of(value, None)
        if text is None:
            return None
        if "." in text:
            raise ValueError("is not a whole number")
        return int(text)

    return single(field.at[0], field.write or field.at[0], convert, int, field.empty)


def money(field: FieldMap) -> Lens:
    """An amount with its currency, from another column or always the same.

    Without `write_currency` the amount alone is written: `predict` takes it that the row has the
    currency already.
    """
    at, write = field.at[0], field.write or field.at[0]
    currency = _currency(field)
    usual, finer = _amounts(field, field.precision), _finer(field)

    def read(row: Native) -> Scalar:
        value = row.get(at)
        if value is None or value == field.empty:
            return None
        amount = usual[0](value)
        if amount is None:
            return None
        code = currency(row)
        return f"{finer[code][0](value) if code in finer else amount} {code}"

    def spell(value: Scalar) -> dict[str, Any]:
        if value is None:
            return {write: field.empty}
        amount, code = Money.split(str(value))
        out = {write: finer.get(code, usual)[1](amount)}
        if field.write_currency:
            out[field.write_currency] = code
        return out

    def foresee(value: Scalar, spelled: dict[str, Any]) -> Scalar:
        shown = spelled[write]
        if value is None or shown == field.empty:
            return None
        code = Money.split(str(value))[1]
        return f"{finer.get(code, usual)[0](shown)} {code}"

    columns = (at, field.currency) if field.currency else (at,)
    written = (write, field.write_currency) if field.write_currency else (write,)
    return Lens(columns, written, read, None, spell, foresee)


Amounts = tuple[Callable[[Any], str | None], Callable[[Any], Any]]


def _finer(field: FieldMap) -> dict[str, Amounts]:
    """How amounts of currencies with more decimals than the field's precision are read, written."""
    least = 20 if field.precision is None else field.precision
    return {code: _amounts(field, n) for code, n in DECIMALS.items() if n > least}


def _amounts(field: FieldMap, precision: int | None) -> Amounts:
    comma, scale = field.decimal_mark == ",", field.scale

    def convert(value: Any) -> str | None:
        if not scale and (type(value) is float or type(value) is int):
            return number_text(value, precision)
        if comma and isinstance(value, str):
            value = value.replace(".", "").replace(",", ".")
        text = _number_of(value, precision)
        return text if text is None or not scale else _scaled(text, scale)

    def show(value: Any) -> Any:
        number = Decimal(number_text(_scaled(str(value), -scale), precision))
        return decimal_text(number).replace(".", ",") if comma else number

    return convert, show


def _scaled(text: str, places: int) -> str:
    return decimal_text(Decimal(text).scaleb(places, context=_WIDE)) if places else text


def _number_of(value: Any, precision: int | None) -> str | None:
    if isinstance(value, str) and not value.strip():
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal, str)):
        raise TypeError("is not a number")
    return number_text(value, precision)


def _currency(field: FieldMap) -> Callable[[Native], str]:
    column, fixed = field.currency, field.fixed_currency
    fine: set[str] = set()

    def read(row: Native) -> str:
        found = row.get(column) if column else None
        if found in fine:
            return str(found)
        code = fixed if found is None else read_text(found) or fixed
        if code is None:
            raise ValueError(f"is an amount without a currency in column {column!r}")
        text = str(code)
        if len(text) != 3 or not (text.isascii() and text.isalpha() and text.isupper()):
            raise ValueError(f"is an amount whose currency {text!r} is not an ISO code")
        fine.add(text)
        return text

    return read
