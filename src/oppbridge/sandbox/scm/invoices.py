"""Invoices: rows nobody can change, written when an order is invoiced."""

from __future__ import annotations

from decimal import Decimal

from ..database import Row
from .draft import Twin
from .prices import line_amount, totals

_HEADER = (
    "ContactPersonId",
    "CurrencyCode",
    "CustomersOrderReference",
    "DeliveryModeCode",
    "DeliveryTermsCode",
    "InvoiceCustomerAccountNumber",
    "PaymentTermsName",
    "SalesOrderNumber",
    "SalesOrderOriginCode",
)
_LINE = (
    "LineCreationSequenceNumber",
    "SalesUnitSymbol",
    "SalesPrice",
    "ConfirmedShippingDate",
    "SalesProductCategoryName",
    "CurrencyCode",
    "ProductColorId",
    "ProductConfigurationId",
    "ProductSizeId",
    "ProductStyleId",
    "ProductVersionId",
    "ItemBatchNumber",
)


def write_invoice(twin: Twin, order: Row, shares: list[tuple[Row, Decimal]]) -> str:
    """Write header and lines of one invoice and return its number.

    `shares` are lines with quantities.
    """
    company = order["dataAreaId"]
    key = {
        "dataAreaId": company,
        "InvoiceNumber": twin.numbers.next(company, "InvoiceNumber"),
        "InvoiceDate": twin.today(),
        "LedgerVoucher": twin.numbers.next(company, "LedgerVoucher"),
    }
    currency, combine = order["CurrencyCode"], twin.assumptions.discounts_combine
    amounts = [
        (line_amount(line, share, currency, combine), line["SalesTaxGroupCode"])
        for line, share in shares
    ]
    result = totals(amounts, order["TotalDiscountPercentage"], twin.assumptions.tax_rates, currency)
    header = {name: order[name] for name in _HEADER}
    header |= {
        "TotalInvoiceAmount": result.amount,
        "TotalTaxAmount": result.tax,
        "TotalDiscountAmount": result.discount,
        "TotalDiscountCustomerGroupCode": result.discount,
    }
    twin.rows.insert("SalesInvoiceHeadersV2", {**key, **header})
    for (line, share), (amount, _) in zip(shares, amounts, strict=True):
        values = _line_values(twin, line, share, amount)
        twin.rows.insert("SalesInvoiceV2Lines", {**key, **values})
    return str(key["InvoiceNumber"])


def _line_values(twin: Twin, line: Row, share: Decimal, amount: Decimal) -> Row:
    columns = ("ProductNumber", "ProductName")
    item = twin.rows.get("ReleasedProductsV2", (line["dataAreaId"], line["ItemNumber"]), columns)
    return {
        **{name: line[name] for name in _LINE},
        "ProductNumber": item["ProductNumber"] if item else "",
        "ProductName": item["ProductName"] if item else line["SalesProductCategoryName"],
        "InvoicedQuantity": share,
        "LineAmount": amount,
        "InventorySiteId": line["ShippingSiteId"],
        "InventoryWarehouseId": line["ShippingWarehouseId"],
    }
