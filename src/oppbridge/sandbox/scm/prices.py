"""What a line costs.

Trade agreements, price units, discounts, rounding, totals. Pure arithmetic, no rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

ZERO, ONE, HUNDRED = Decimal(0), Decimal(1), Decimal(100)
DIGITS: Mapping[str, int] = {"JPY": 0, "KRW": 0, "KWD": 3, "BHD": 3, "TND": 3}
EMPTY_YEAR = "1900"


@dataclass(frozen=True, slots=True)
class Enquiry:
    """What a price is wanted for."""

    account: str
    group: str
    item: str
    dimensions: tuple[str, str, str, str, str]  # configuration, size, colour, style, version
    unit: str
    currency: str
    quantity: Decimal
    date: str
    site: str = ""
    warehouse: str = ""


def round_amount(amount: Decimal, currency: str) -> Decimal:
    """The amount in the currency's own precision, halves away from zero."""
    return amount.quantize(ONE.scaleb(-DIGITS.get(currency, 2)), ROUND_HALF_UP)


def best_agreement(
    agreements: Iterable[Mapping[str, Any]], wanted: Enquiry
) -> Mapping[str, Any] | None:
    """The trade agreement that sets the price, None where none applies.

    The customer's own comes first, then its group's, then everybody's. Within one of these the
    largest quantity break that is reached wins, and of equal ones the lowest price.
    """
    fitting = [one for one in agreements if _applies(one, wanted)]
    return min(fitting, key=_rank, default=None)


def _rank(agreement: Mapping[str, Any]) -> tuple[int, Decimal, Decimal]:
    kind = (
        0 if agreement["CustomerAccountNumber"] else 1 if agreement["PriceCustomerGroupCode"] else 2
    )
    return kind, -agreement["FromQuantity"], agreement["Price"]


def _applies(agreement: Mapping[str, Any], wanted: Enquiry) -> bool:
    account, group = agreement["CustomerAccountNumber"], agreement["PriceCustomerGroupCode"]
    dimensions = tuple(agreement[name] for name in AGREEMENT_DIMENSIONS)
    start, end = agreement["PriceApplicableFromDate"][:10], agreement["PriceApplicableToDate"][:10]
    return (
        (not account or account.lower() == wanted.account.lower())
        and (not group or group == wanted.group)
        and agreement["PriceCurrencyCode"] == wanted.currency
        and agreement["QuantityUnitySymbol"] in ("", wanted.unit)
        and all(
            mine in ("", theirs) for mine, theirs in zip(dimensions, wanted.dimensions, strict=True)
        )
        and agreement["PriceSiteId"] in ("", wanted.site)
        and agreement["PriceWarehouseId"] in ("", wanted.warehouse)
        and agreement["FromQuantity"] <= wanted.quantity
        and (agreement["ToQuantity"] == 0 or wanted.quantity <= agreement["ToQuantity"])
        and (start.startswith(EMPTY_YEAR) or start <= wanted.date[:10])
        and (end.startswith(EMPTY_YEAR) or wanted.date[:10] <= end)
    )


AGREEMENT_DIMENSIONS = (
    "ProductconfigurationId",
    "ProductSizeId",
    "ProductColorId",
    "ProductStyleId",
    "ProductVersionId",
)


def line_amount(line: Mapping[str, Any], quantity: Decimal, currency: str, combine: str) -> Decimal:
    """Net amount of a line.

     `(price - discounts per unit) / price unit x quantity x (1 - percentages) + fixed charges`,
    rounded. How line and multiline percentages combine is a company parameter: `multiply`, `add` or
    `larger`.
    """
    first, second = (
        line["LineDiscountPercentage"] / HUNDRED,
        line["MultilineDiscountPercentage"] / HUNDRED,
    )
    match combine:
        case "add":
            left = ONE - first - second
        case "larger":
            left = ONE - max(first, second)
        case _:
            left = (ONE - first) * (ONE - second)
    price = line["SalesPrice"] - line["LineDiscountAmount"] - line["MultilineDiscountAmount"]
    per = line["SalesPriceQuantity"] or ONE
    return round_amount(price / per * quantity * left + line["FixedPriceCharges"], currency)


@dataclass(frozen=True, slots=True)
class Totals:
    """What a document comes to."""

    lines: Decimal
    discount: Decimal
    tax: Decimal

    @property
    def amount(self) -> Decimal:
        """Lines less total discount plus tax."""
        return self.lines - self.discount + self.tax


def totals(
    lines: Iterable[tuple[Decimal, str]],
    percentage: Decimal,
    rates: Mapping[str, Decimal],
    currency: str,
) -> Totals:
    """Totals of (net amount, tax group) lines after the document's discount, tax by group."""
    taxed = list(lines)
    net = sum((amount for amount, _ in taxed), ZERO)
    discount = round_amount(net * percentage / HUNDRED, currency)
    left = ONE - percentage / HUNDRED
    tax = sum(
        (
            round_amount(amount * left * rates.get(group, ZERO) / HUNDRED, currency)
            for amount, group in taxed
        ),
        ZERO,
    )
    return Totals(net, discount, tax)
