"""What a document is worth and how much of it is given away, in exact fractions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from ..records import Money, Scalar, Values
from ..records.scalars import parse_decimal
from ..records.values import part_of

PRICED = frozenset(
    {"discount", "discount_percent"}
    | {"lines/*"}
    | {f"lines/*/{f}" for f in ("quantity", "price", "discount", "discount_percent", "amount")}
)
"""The paths that move what a document is worth."""

Amounts = Mapping[str, Fraction]  # by currency


@dataclass(frozen=True, slots=True)
class Line:
    """One line in one currency: `gross` before its discount, `given` what the discount takes."""

    name: str
    currency: str
    gross: Fraction
    given: Fraction


def money(value: Scalar) -> tuple[Fraction, str] | None:
    """Amount and currency; None where there is none. Raises ValueError for unreadable money."""
    if value is None:
        return None
    found = Money.parse(str(value))
    return Fraction(found.amount), found.currency


def number(value: Scalar) -> Fraction:
    """A decimal, 0 where there is none. Raises ValueError for what is no number."""
    return Fraction(0) if value is None else Fraction(parse_decimal(value))


def lines(values: Values) -> Iterator[Line]:
    """The lines that can be priced. Raises ValueError for unreadable money or mixed currencies.

    Price times quantity counts before a stated amount, which a system works out only later.
    """
    for path, there in values.items():
        part = part_of(path)
        if there and part is not None and part[0] == "lines" and not part[2]:
            line = _line(values, path)
            if line is not None:
                yield line


def _line(values: Values, path: str) -> Line | None:
    price = money(values.get(f"{path}/price"))
    quantity = values.get(f"{path}/quantity")
    place = values.get(f"{path}/number")
    name = "a line" if place is None else f"line {place}"
    if price is None or quantity is None:
        amount = money(values.get(f"{path}/amount"))
        return None if amount is None else Line(name, amount[1], amount[0], Fraction(0))
    gross = price[0] * number(quantity)
    given = gross * number(values.get(f"{path}/discount_percent")) / 100
    return Line(name, price[1], gross, given + _taken(values.get(f"{path}/discount"), price[1]))


def _taken(discount: Scalar, currency: str) -> Fraction:
    found = money(discount)
    if found is None:
        return Fraction(0)
    if found[1] != currency:
        raise ValueError(f"a discount in {found[1]} on a price in {currency}")
    return found[0]


def net(values: Values) -> Amounts:
    """What the lines come to after all discounts, by currency."""
    sums: dict[str, Fraction] = {}
    for line in lines(values):
        sums[line.currency] = sums.get(line.currency, Fraction(0)) + line.gross - line.given
    return {
        currency: amount * (1 - header_share(values, currency, amount))
        for currency, amount in sums.items()
    }


def header_share(values: Values, currency: str, amount: Fraction) -> Fraction:
    """The share of the lines' `amount` that the header's discounts take."""
    percent = number(values.get("discount_percent")) / 100
    found = money(values.get("discount"))
    if found is None or not found[0] or not amount:
        return percent
    return percent + _taken(values.get("discount"), currency) / amount
