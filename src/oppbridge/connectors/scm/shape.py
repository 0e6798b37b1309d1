"""Rows as they are given out and taken in: made columns, blank text, price units, line discounts.

The service's discount amount is per price unit and its price may be for several units; a record
knows the price of one unit and the discount of the whole line. What division leaves over goes into
the line's fixed charges, as Microsoft's own integration does: 10.00 off 3 pieces is 3.33 per piece
and a charge of -0.01.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from oppbridge.contract import Native

from .view import LINE_DISCOUNT, UNIT_COST, UNIT_PRICE, View

Row = dict[str, Any]
_CENT = Decimal("0.01")
_NOTHING = Decimal(0)
_SINGLE = (0, 1)
_PRICE_DIGITS = Decimal("0.0000000001")


def finish(view: View, row: Row) -> None:
    """Add the made columns to a row. Totals not calculated yet become empty, not zero."""
    if row.get("AreTotalsCalculated") == "No":
        for name in view.table.totals & row.keys():
            row[name] = row[name] or None
    if view.entity == "product":
        row[UNIT_PRICE] = each(row["SalesPrice"], row["SalesPriceQuantity"])
        row[UNIT_COST] = each(row["UnitCost"], row["UnitCostQuantity"])


def finish_line(view: View, line: Row) -> None:
    """Add the made columns to a line: the price of one unit, the discount of the whole line."""
    line[UNIT_PRICE] = each(line["SalesPrice"], line["SalesPriceQuantity"])
    line[LINE_DISCOUNT] = line_discount(line, view.parts.quantity)


def each(price: Any, per: Any) -> Any:
    """The price of one unit where `price` is for `per` units; exact up to ten decimal places."""
    if per in _SINGLE:
        return price
    return (number(price) / number(per)).quantize(_PRICE_DIGITS)


def line_discount(line: Mapping[str, Any], quantity: str) -> Decimal:
    """What the whole line costs less than price times quantity, however that came about."""
    if _is_plain(line) and line["SalesPrice"] * line[quantity] == line["LineAmount"]:
        return _NOTHING  # most lines: no need of exact arithmetic
    gross = number(line["SalesPrice"]) * number(line[quantity]) / _per(line)
    taken, whole = _taken(line, quantity), gross - number(line["LineAmount"])
    # Amounts are rounded to the cent: within half of one, what was taken off is exact.
    return taken if abs(whole - taken) <= _CENT / 2 else whole.quantize(_CENT, ROUND_HALF_UP)


def line_sent(view: View, row: Mapping[str, Any], stored: Native | None) -> Row:
    """The columns of a line as the service takes them; `stored` is the line to be changed."""
    sent = {name: value for name, value in row.items() if name not in (UNIT_PRICE, LINE_DISCOUNT)}
    quantity = view.parts.quantity
    if row.get(UNIT_PRICE) is not None:
        sent |= {"SalesPrice": row[UNIT_PRICE], "SalesPriceQuantity": 1}
    after = {**(stored or {}), **sent}
    discount = _discount(row, stored, after, quantity)
    if discount is not None:
        count = number(after.get(quantity, 0))
        sent |= discount_columns(discount, count, _per(after))
    return {name: blank(value) for name, value in sent.items()}


def discount_columns(discount: Decimal, quantity: Decimal, per: Decimal) -> Row:
    """The columns that take exactly `discount` off a line of `quantity`, price given for `per`."""
    off = (discount * per / quantity).quantize(_CENT, ROUND_HALF_UP) if quantity else Decimal(0)
    return {
        "LineDiscountAmount": off,
        "FixedPriceCharges": off * quantity / per - discount,
        "LineDiscountPercentage": 0,
        "MultilineDiscountAmount": 0,
        "MultilineDiscountPercentage": 0,
    }


def _discount(
    row: Mapping[str, Any], stored: Native | None, after: Mapping[str, Any], quantity: str
) -> Decimal | None:
    """The discount to send: the one given, or the one that stands where its terms change."""
    if LINE_DISCOUNT in row:
        return number(row[LINE_DISCOUNT] or 0)
    if stored is None or not number(stored["LineDiscountAmount"]):
        return None
    if number(after[quantity]) == number(stored[quantity]) and _per(after) == _per(stored):
        return None
    return _taken(stored, quantity)


def _is_plain(line: Mapping[str, Any]) -> bool:
    """Whether a line has one price for one unit, and nothing is taken off or added."""
    nothing = not line["LineDiscountAmount"] and not line["FixedPriceCharges"]
    return nothing and line["SalesPriceQuantity"] in _SINGLE


def _taken(line: Mapping[str, Any], quantity: str) -> Decimal:
    """What discount per price unit and fixed charges take off a line together."""
    off = number(line["LineDiscountAmount"]) * number(line[quantity]) / _per(line)
    return off - number(line["FixedPriceCharges"])


def _per(line: Mapping[str, Any]) -> Decimal:
    """For how many units a line's price is given."""
    return number(line.get("SalesPriceQuantity", 1)) or Decimal(1)


def number(value: Any) -> Decimal:
    """An amount exactly as the service wrote it."""
    return value if isinstance(value, Decimal) else Decimal(str(value))


def header_sent(row: Mapping[str, Any]) -> Row:
    """The columns of a row as the service takes them."""
    sent = {name: value for name, value in row.items() if name not in (UNIT_PRICE, UNIT_COST)}
    if row.get(UNIT_PRICE) is not None:
        sent |= {"SalesPrice": row[UNIT_PRICE], "SalesPriceQuantity": 1}
    if row.get(UNIT_COST) is not None:
        sent |= {"UnitCost": row[UNIT_COST], "UnitCostQuantity": 1}
    return {name: blank(value) for name, value in sent.items()}


def blank(value: Any) -> Any:
    """The value as the service takes it: it knows no null for text, only the empty text."""
    return "" if value is None else value
