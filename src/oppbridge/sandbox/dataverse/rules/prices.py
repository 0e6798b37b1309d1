"""The price engine of the three documents: unit prices from price lists, line amounts, totals.

Amounts are rounded half away from zero to the currency's precision, unit prices to the
organisation's pricing precision. The formulas follow the column descriptions of the Common Data
Model and Microsoft's CalculatePrice sample plug-in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ..desk import Currency, Desk
from ..values import keep_money
from .registry import Row

ZERO = Decimal("0.0000")


@dataclass(frozen=True, slots=True)
class Document:
    """A header table with its lines: `parent` is the lines' column, `open` the editable states."""

    header: str
    line: str
    parent: str
    open: frozenset[int]
    name: str
    state: str


DOCUMENTS = {
    d.header: d
    for d in (
        Document(
            "opportunity",
            "opportunityproduct",
            "_opportunityid_value",
            frozenset({0}),
            "opportunityproductname",
            "opportunitystatecode",
        ),
        Document(
            "quote",
            "quotedetail",
            "_quoteid_value",
            frozenset({0}),
            "quotedetailname",
            "quotestatecode",
        ),
        Document(
            "salesorder",
            "salesorderdetail",
            "_salesorderid_value",
            frozenset({0}),
            "salesorderdetailname",
            "salesorderstatecode",
        ),
    )
}
LINES = {d.line: d for d in DOCUMENTS.values()}


def engine_runs(desk: Desk, document: Document, header: Row) -> bool:
    """Whether prices are calculated for a write under this header, by this caller."""
    organization = desk.organization()
    if not organization["oobpricecalculationenabled"] or header["statecode"] not in document.open:
        return False
    # Under sales order processing integration the ERP owns the prices of orders.
    return not (
        organization["issopintegrationenabled"]
        and document.header == "salesorder"
        and desk.caller.integration
    )


def price_line(desk: Desk, header: Row, line: Row) -> Row:
    """The computed columns of one line: unit price, base and extended amount, error code."""
    currency = desk.currency(header["_transactioncurrencyid_value"])
    quantity: Decimal | None = line.get("quantity")
    price, error = (
        (line.get("priceperunit"), 4)
        if quantity is None
        else _unit_price(desk, header, line, currency)
    )
    if error or price is None or quantity is None:
        return {
            "priceperunit": price,
            "baseamount": ZERO,
            "extendedamount": ZERO,
            "pricingerrorcode": error or 5,
        }
    price = keep_money(price, desk.settings.pricing_precision)
    base = keep_money((price - _of(line, "volumediscountamount")) * quantity, currency.precision)
    manual = keep_money(_of(line, "manualdiscountamount"), currency.precision)
    extended = base - manual + keep_money(_of(line, "tax"), currency.precision)
    return {
        "priceperunit": price,
        "baseamount": base,
        "extendedamount": extended,
        "pricingerrorcode": 0,
    }


def _of(line: Row, name: str) -> Decimal:
    amount = line.get(name)
    return ZERO if amount is None else Decimal(amount)


def _unit_price(
    desk: Desk, header: Row, line: Row, currency: Currency
) -> tuple[Decimal | None, int]:
    given = line.get("priceperunit")
    if line.get("_productid_value") is None or line.get("ispriceoverridden"):
        return given, 0
    if header.get("ispricelocked") and given is not None:
        return given, 0
    if header.get("_pricelevelid_value") is None:
        return None, 2
    price_list = desk.need("pricelevel", header["_pricelevelid_value"])
    if price_list["statecode"] != 0:
        return None, 3
    items = desk.find(
        "productpricelevel",
        _pricelevelid_value=header["_pricelevelid_value"],
        _productid_value=line["_productid_value"],
        _uomid_value=line["_uomid_value"],
    )
    if not items:
        return None, 11
    price, error = _list_price(desk, items[0])
    return (None if price is None else keep_money(price, desk.settings.pricing_precision)), error


def _list_price(desk: Desk, item: Row) -> tuple[Decimal | None, int]:
    method = item["pricingmethodcode"]
    if method == 1:
        return item["amount"], 0 if item["amount"] is not None else 12
    if item["percentage"] is None:
        return None, 13
    share = item["percentage"] / 100
    product = desk.need("product", item["_productid_value"])
    column, error = {2: ("price", 14), 3: ("currentcost", 15), 4: ("currentcost", 15)}.get(
        method, ("standardcost", 16)
    )
    basis = product[column]
    if basis is None:
        return None, error
    if method == 2:
        return basis * share, 0
    if method in (3, 5):
        return basis * (1 + share), 0
    return (basis / (1 - share), 0) if share < 1 else (None, 18)


def totals(desk: Desk, document: Document, header: Row, lines: Sequence[Row]) -> Row:
    """The computed columns of a header over its lines."""
    digits = desk.currency(header["_transactioncurrencyid_value"]).precision

    def kept(amount: Decimal) -> Decimal:
        return keep_money(amount, digits)

    tax = sum((line["tax"] or ZERO for line in lines), ZERO)
    items = sum((line["extendedamount"] or ZERO for line in lines), ZERO) - tax
    manual = sum((line["manualdiscountamount"] or ZERO for line in lines), ZERO)
    share = (header["discountpercentage"] or ZERO) / 100
    discount = kept((header["discountamount"] or ZERO) + items * share) if lines else ZERO
    net = kept(items - discount)
    total = kept(net + (header["freightamount"] or ZERO) + tax) if lines else ZERO
    out: dict[str, Any] = {
        "totallineitemamount": kept(items),
        "totallineitemdiscountamount": kept(manual),
        "totaldiscountamount": discount,
        "totalamountlessfreight": net,
        "totaltax": kept(tax),
        "totalamount": total,
        "pricingerrorcode": 1 if any(line["pricingerrorcode"] for line in lines) else 0,
    }
    if document.header == "opportunity" and header["isrevenuesystemcalculated"] and lines:
        out["estimatedvalue"] = total
    return out


def retotal(desk: Desk, document: Document, header_id: str) -> None:
    """Work the header's totals out anew and bump its version, as each write of a line does."""
    header = desk.get(document.header, header_id)
    if header is None or not engine_runs(desk, document, header):
        return
    lines = desk.find(document.line, **{document.parent: header_id})
    stamped = desk.settings.assumptions.recalculation_sets_modifiedon
    desk.change(document.header, header_id, totals(desk, document, header, lines), stamped=stamped)


def reprice(desk: Desk, document: Document, header_id: str) -> None:
    """Price every line and the header anew (a new price list, RecalculatePrice)."""
    header = desk.need(document.header, header_id)
    if not engine_runs(desk, document, header):
        return
    for line in desk.find(document.line, **{document.parent: header_id}):
        new = price_line(desk, header, line)
        if any(line[name] != value for name, value in new.items()):
            desk.change(document.line, line[f"{document.line}id"], new)
    retotal(desk, document, header_id)
