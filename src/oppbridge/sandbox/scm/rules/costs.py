"""What a line costs: price from the caller, a trade agreement or the item, and the net amount."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ...database import Row
from ..draft import Draft, Twin
from ..kinds import Document
from ..prices import AGREEMENT_DIMENSIONS, Enquiry, best_agreement, line_amount
from .products import DIMENSIONS

_PRICED = (
    "SalesPrice",
    "SalesPriceQuantity",
    "FixedPriceCharges",
    "LineDiscountAmount",
    "LineDiscountPercentage",
    "MultilineDiscountAmount",
    "MultilineDiscountPercentage",
    "LineAmount",
)
_AGREEMENT = (
    "CustomerAccountNumber",
    "PriceCustomerGroupCode",
    "PriceCurrencyCode",
    "QuantityUnitySymbol",
    *AGREEMENT_DIMENSIONS,
    "PriceSiteId",
    "PriceWarehouseId",
    "FromQuantity",
    "ToQuantity",
    "PriceApplicableFromDate",
    "PriceApplicableToDate",
    "Price",
    "SalesPriceQuantity",
    "FixedPriceCharges",
)


def price(document: Document, twin: Twin, draft: Draft, header: Row, item: Row) -> None:
    """A price that is sent stays; else trade agreements set it, else the item's base price."""
    if "SalesPrice" in draft.sent:
        draft.new["HasOwnPrice"] = "Yes"
        return
    moved = draft.changes(document.quantity, "SalesUnitSymbol", *DIMENSIONS)
    if draft.get("HasOwnPrice") == "Yes" or not moved:
        return
    found = best_agreement(_agreements(twin, draft), _enquiry(document, draft, header))
    base = {
        "SalesPrice": item["SalesPrice"],
        "SalesPriceQuantity": item["SalesPriceQuantity"] or Decimal(1),
        "FixedPriceCharges": item["FixedSalesPriceCharges"],
    }
    if found:
        base = {
            "SalesPrice": found["Price"],
            "SalesPriceQuantity": found["SalesPriceQuantity"] or Decimal(1),
            "FixedPriceCharges": found["FixedPriceCharges"],
        }
    draft.new.update({column: value for column, value in base.items() if column not in draft.sent})


def _agreements(twin: Twin, draft: Draft) -> list[Row]:
    where = '"dataAreaId" = ? AND "ItemNumber" = ?'
    return twin.rows.select(
        "SalesPriceAgreements", _AGREEMENT, where, [draft.company, draft.get("ItemNumber")]
    )


def _enquiry(document: Document, draft: Draft, header: Row) -> Enquiry:
    configuration, size, colour, style, version = (draft.get(name) for name in DIMENSIONS)
    return Enquiry(
        account=header[document.customer],
        group=header["PriceCustomerGroupCode"],
        item=draft.get("ItemNumber"),
        dimensions=(configuration, size, colour, style, version),
        unit=draft.get("SalesUnitSymbol"),
        currency=header["CurrencyCode"],
        quantity=Decimal(draft.get(document.quantity)),
        date=draft.get("RequestedShippingDate"),
        site=draft.get("ShippingSiteId"),
        warehouse=draft.get("ShippingWarehouseId"),
    )


def net_amount(document: Document, twin: Twin, draft: Draft, header: Row) -> None:
    """Price less discounts times quantity, unless the amount itself was sent and may stay."""
    if not draft.changes(document.quantity, *_PRICED):
        return
    kept = "LineAmount" in draft.sent or draft.old is not None
    if kept and draft.get("LineAmount") != 0 and not twin.assumptions.recalculates_net_amount:
        return
    line: dict[str, Any] = {column: Decimal(draft.get(column)) for column in _PRICED}
    quantity = Decimal(draft.get(document.quantity))
    combine = twin.assumptions.discounts_combine
    draft.new["LineAmount"] = line_amount(line, quantity, header["CurrencyCode"], combine)
