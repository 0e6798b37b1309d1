"""Orders in Supply Chain, taken before the systems met, some of them delivered and invoiced."""

from __future__ import annotations

from ..scm.direct import Direct
from .story import Purchase, Sold, Story

_STEPS = {
    "open": (),
    "confirmed": ("confirm_order",),
    "delivered": ("confirm_order", "pick_order", "pack_order"),
    "invoiced": ("confirm_order", "pick_order", "pack_order", "invoice_order"),
}


def put_purchases(scm: Direct, story: Story) -> None:
    """Write the orders that are not there yet, and post them as far as they got."""
    with scm.transaction():
        for purchase in story.purchases:
            if not scm.rows("SalesOrderHeadersV2", CustomersOrderReference=purchase.reference):
                _put_purchase(scm, purchase)


def _put_purchase(scm: Direct, purchase: Purchase) -> None:
    account = purchase.account
    header = {
        "dataAreaId": account.company,
        "OrderingCustomerAccountNumber": account.number,
        "InvoiceCustomerAccountNumber": account.number,
        "CustomersOrderReference": purchase.reference,
    }
    number = scm.put("SalesOrderHeadersV2", header)["SalesOrderNumber"]
    for sold in purchase.lines:
        scm.put("SalesOrderLines", _line(account.company, number, sold))
    for step in _STEPS[purchase.progress]:
        scm.post(step, company=account.company, number=number)
    if purchase.progress == "open":
        scm.post("calculate_totals", company=account.company, number=number)


def _line(company: str, number: str, sold: Sold) -> dict[str, object]:
    row: dict[str, object] = {
        "dataAreaId": company,
        "SalesOrderNumber": number,
        "ItemNumber": sold.product.number,
        "OrderedSalesQuantity": sold.quantity,
    }
    if sold.discount:
        row["LineDiscountPercentage"] = round(
            100 * sold.discount / (sold.product.price * sold.quantity), 2
        )
    return row
