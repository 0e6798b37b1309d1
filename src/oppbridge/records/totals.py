"""Checks that a document adds up, to the cent of its currency: what does not is a named problem."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from .scalars import Money
from .values import Values, part_of

_WITHOUT = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_WITH_THREE = "BHD IQD JOD KWD LYD OMR TND"
_WITH_FOUR = "CLF UYW"
DECIMALS = (
    dict.fromkeys(_WITHOUT.split(), 0)
    | dict.fromkeys(_WITH_THREE.split(), 3)
    | dict.fromkeys(_WITH_FOUR.split(), 4)
)
"""Minor units of ISO 4217 where they are not two."""


def rounded(money: Money) -> Money:
    """The amount in whole minor units, half away from zero."""
    step = Decimal(1).scaleb(-DECIMALS.get(money.currency, 2))
    return Money(money.amount.quantize(step, ROUND_HALF_UP), money.currency)


def problems(values: Values) -> Iterator[str]:
    """What does not add up in a document's flat values, in words; nothing where values are missing.

    A line's amount is price times quantity less its discount; the total is the sum of the lines
    less the header's discount, plus freight and tax.
    """
    lines: dict[str, dict[str, str]] = {}
    for path, value in values.items():
        if path.startswith("lines/") and value is not None:
            _, key, field = part_of(path) or ("", "", "")
            if field:
                lines.setdefault(key, {})[field] = str(value)
    for key, line in lines.items():
        yield from _line(key, line)
    yield from _total(values, list(lines.values()))


def _line(key: str, line: dict[str, str]) -> Iterator[str]:
    if not {"price", "quantity", "amount"} <= line.keys():
        return
    price, amount = Money.parse(line["price"]), Money.parse(line["amount"])
    gross = price.amount * Decimal(line["quantity"])
    if "discount" in line:
        gross -= Money.parse(line["discount"]).amount
    elif "discount_percent" in line:
        gross -= gross * Decimal(line["discount_percent"]) / 100
    expected = rounded(Money(gross, price.currency))
    if expected != rounded(amount):
        said = f"{line['quantity']} at {price} make {expected}"
        yield f"lines/{line.get('number', key)}: the amount is {amount}, yet {said}"


def _total(values: Values, lines: list[dict[str, str]]) -> Iterator[str]:
    given = values.get("total")
    if given is None or not lines or not all("amount" in line for line in lines):
        return
    total = Money.parse(str(given))
    if not total.amount:
        return  # not computed yet
    amounts = [rounded(Money.parse(line["amount"])) for line in lines]
    if any(one.currency != total.currency for one in amounts):
        yield f"total: {total}, with lines in another currency"
        return
    net = sum((one.amount for one in amounts), Decimal(0))
    percent = Decimal(str(values.get("discount_percent") or 0))
    expected = net - _amount(values, "discount") - net * percent / 100
    expected += _amount(values, "freight") + _amount(values, "tax")
    if rounded(Money(expected, total.currency)) != rounded(total):
        shown = rounded(Money(expected, total.currency))
        yield f"total: {total}, yet lines, discount, freight and tax make {shown}"


def _amount(values: Values, field: str) -> Decimal:
    given = values.get(field)
    return Decimal(0) if given is None else Money.parse(str(given)).amount
