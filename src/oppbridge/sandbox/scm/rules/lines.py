"""Lines of quotations and orders: item, place, unit, price, net amount, sequence."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

from ...database import Row
from ..draft import Draft, Rules, Twin
from ..kinds import ORDER, QUOTATION, Document
from ..refusals import Missing, told
from .costs import net_amount, price
from .documents import ADDRESS, refuse_closed, totals_moved
from .products import DIMENSIONS, precision

_ITEM = (
    "ProductName",
    "ProductNumber",
    "ProductType",
    "ProductSubType",
    "SalesUnitSymbol",
    "InventoryUnitSymbol",
    "SalesPrice",
    "SalesPriceQuantity",
    "FixedSalesPriceCharges",
    "SalesSalesTaxItemGroupCode",
    "SalesStopped",
    "DefaultSiteId",
    "DefaultWarehouseId",
)


def _header(document: Document, twin: Twin, draft: Draft) -> Row:
    key = (draft.company, draft.get(document.number))
    header = twin.rows.get(document.header, key)
    if header is None:
        draft.require(document.number)
        raise told("related", value=key[1], field=document.number, table=document.label)
    refuse_closed(document, header)
    return header


def _item(twin: Twin, draft: Draft) -> Row | None:
    return twin.rows.get("ReleasedProductsV2", (draft.company, draft.get("ItemNumber")), _ITEM)


def _defaults(document: Document, twin: Twin, draft: Draft) -> None:
    header = _header(document, twin, draft)
    item = _item(twin, draft)
    if draft.old is None:
        _from_header(document, draft, header)
        draft.default("SalesPriceQuantity", Decimal(1))
        draft.new.setdefault("CalculateLineAmount", "Yes")
        if item:
            draft.default("SalesUnitSymbol", item["SalesUnitSymbol"])
            draft.default("LineDescription", item["ProductName"])
            draft.default("SalesTaxItemGroupCode", item["SalesSalesTaxItemGroupCode"])
    _default_site(twin, draft, item)
    if item:
        price(document, twin, draft, header, item)
    net_amount(document, twin, draft, header)


def _from_header(document: Document, draft: Draft, header: Row) -> None:
    draft.default("ShippingSiteId", header["DefaultShippingSiteId"])
    draft.default("ShippingWarehouseId", header["DefaultShippingWarehouseId"])
    draft.default("RequestedShippingDate", header["RequestedShippingDate"])
    draft.default("RequestedReceiptDate", header[document.receipt])
    draft.default("SalesTaxGroupCode", header["SalesTaxGroupCode"])
    draft.default("DeliveryModeCode", header["DeliveryModeCode"])
    draft.default("DeliveryTermsId", header["DeliveryTermsCode"])
    draft.default("DeliveryAddressName", header["DeliveryAddressName"])
    if draft.get("IsDeliveryAddressOrderSpecific") != "Yes":
        draft.new.update({column: header[column] for column in ADDRESS})
    if document is ORDER:
        draft.new["CurrencyCode"] = header["CurrencyCode"]
    else:
        for column in (
            "RequestingCustomerAccountNumber",
            "InvoiceCustomerAccountNumber",
            "ProspectId",
        ):
            draft.new[column] = header[column]


def _default_site(twin: Twin, draft: Draft, item: Row | None) -> None:
    """The item's default order settings, where neither line nor header says.

    A warehouse has a site.
    """
    if item and not draft.has("ShippingSiteId") and not draft.has("ShippingWarehouseId"):
        draft.default("ShippingSiteId", item["DefaultSiteId"])
        draft.default("ShippingWarehouseId", item["DefaultWarehouseId"])
    if draft.has("ShippingWarehouseId") and not draft.has("ShippingSiteId"):
        key = (draft.company, draft.get("ShippingWarehouseId"))
        warehouse = twin.rows.get("Warehouses", key, ("OperationalSiteId",))
        if warehouse:
            draft.new["ShippingSiteId"] = warehouse["OperationalSiteId"]


def _check(document: Document, twin: Twin, draft: Draft) -> None:
    if not draft.has("ItemNumber"):
        if not draft.has("SalesProductCategoryName"):
            draft.require("ItemNumber")
        return
    item = _item(twin, draft)
    if item is None:
        raise Missing
    if draft.old is None and item["SalesStopped"] == "Yes":
        raise told("blocked_item", item=draft.get("ItemNumber"))
    _check_dimensions(twin, draft, item)
    _check_unit(document, twin, draft, item)
    if item["ProductType"] != "Service":
        if not draft.has("ShippingSiteId"):
            raise told("site", level="Warning")
        if not draft.has("ShippingWarehouseId"):
            raise told("warehouse", level="Warning")
    _check_delivered(document, draft)


def _check_dimensions(twin: Twin, draft: Draft, item: Row) -> None:
    """A product master needs the dimensions of one of its variants."""
    if item["ProductSubType"] != "ProductMaster" or not draft.changes("ItemNumber", *DIMENSIONS):
        return
    given = {name: draft.get(name) for name in DIMENSIONS}
    key = {"dataAreaId": draft.company, "ProductMasterNumber": draft.get("ItemNumber")}
    if not any(given.values()):
        raise told(
            "dimension",
            level="Warning",
            name="Configuration, size, color, style",
            item=draft.get("ItemNumber"),
        )
    if not twin.rows.exists("ReleasedProductVariantsV2", {**key, **given}):
        shown = ", ".join(value for value in given.values() if value)
        raise told("no_variant", name=shown, item=draft.get("ItemNumber"))


def _check_unit(document: Document, twin: Twin, draft: Draft, item: Row) -> None:
    if not draft.changes("SalesUnitSymbol", document.quantity):
        return
    unit, stocked = draft.get("SalesUnitSymbol"), item["InventoryUnitSymbol"]
    if unit != stocked and not _converts(twin, unit, stocked):
        raise told("conversion", unit=unit, to=stocked, item=draft.get("ItemNumber"))
    quantity = Decimal(draft.get(document.quantity))
    if quantity != round(quantity, precision(twin, unit)):
        raise told("decimals", quantity=quantity, unit=unit)


def _converts(twin: Twin, unit: str, other: str) -> bool:
    known = twin.rows.exists
    pair, back = (
        {"FromUnitSymbol": unit, "ToUnitSymbol": other},
        {"FromUnitSymbol": other, "ToUnitSymbol": unit},
    )
    return known("UnitOfMeasureConversions", pair) or known("UnitOfMeasureConversions", back)


def _check_delivered(document: Document, draft: Draft) -> None:
    """What is delivered cannot be ordered less, nor closed lines changed."""
    if document is not ORDER or draft.old is None:
        return
    closed = draft.old["SalesOrderLineStatus"] in document.closed
    if closed or Decimal(draft.get(document.quantity)) < Decimal(draft.old["DeliveredQuantity"]):
        key, status = draft.get("InventoryLotId"), draft.old["SalesOrderLineStatus"]
        raise told("posted", label="Line", key=key, status=status)


def _before(document: Document, twin: Twin, draft: Draft) -> None:
    if draft.old is not None:
        return
    where = f'"dataAreaId" = ? AND "{document.number}" = ?'
    sql = f'SELECT max("LineCreationSequenceNumber") FROM "{document.lines}" WHERE {where}'
    last = twin.rows.database.select(sql, [draft.company, draft.get(document.number)])[0][0] or 0
    draft.new["LineCreationSequenceNumber"] = last + 1
    draft.new["InventoryLotId"] = twin.numbers.assign(
        draft.company, "InventoryLotId", draft.get("InventoryLotId")
    )
    if document is ORDER:
        draft.new["LineNumber"] = Decimal(last + 1)
        draft.new["SalesOrderLineStatus"] = "Backorder"


def _after(document: Document, twin: Twin, draft: Draft) -> None:
    number = draft.get(document.number)
    if document is ORDER and draft.old is None:
        header = twin.rows.get(document.header, (draft.company, number), ("SalesOrderStatus",))
        if header and header["SalesOrderStatus"] == "None":
            twin.rows.update(
                document.header, (draft.company, number), {"SalesOrderStatus": "Backorder"}
            )
    totals_moved(document, twin, draft.company, number)


def _deletable(document: Document, twin: Twin, row: Row) -> None:
    header = twin.rows.get(document.header, (row["dataAreaId"], row[document.number]))
    refuse_closed(document, header)
    if document is ORDER and row["DeliveredQuantity"] != 0:
        raise told(
            "posted", label="Line", key=row["InventoryLotId"], status=row["SalesOrderLineStatus"]
        )


def _deleted(document: Document, twin: Twin, row: Row) -> None:
    company, number = row["dataAreaId"], row[document.number]
    if document is ORDER and not twin.rows.exists(
        document.lines, {"dataAreaId": company, document.number: number}
    ):
        twin.rows.update(document.header, (company, number), {"SalesOrderStatus": "None"})
    totals_moved(document, twin, company, number)


def _rules(document: Document) -> Rules:
    return Rules(
        partial(_defaults, document),
        partial(_check, document),
        partial(_before, document),
        partial(_after, document),
        partial(_deletable, document),
        partial(_deleted, document),
    )


QUOTATION_LINES = _rules(QUOTATION)
ORDER_LINES = _rules(ORDER)
