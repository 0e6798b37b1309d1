"""The two documents with lines, side by side: which set and which column plays which part."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Document:
    """Names of one kind of document."""

    label: str
    header: str
    lines: str
    number: str
    customer: str
    name: str
    status: str
    line_status: str
    quantity: str
    total: str  # prefix of the total columns
    receipt: str  # the header's requested receipt date
    closed: frozenset[str]  # statuses in which nothing may change any more
    inventory_status: str


QUOTATION = Document(
    label="Quotation",
    header="SalesQuotationHeadersV2",
    lines="SalesQuotationLines",
    number="SalesQuotationNumber",
    customer="RequestingCustomerAccountNumber",
    name="SalesQuotationName",
    status="SalesQuotationStatus",
    line_status="SalesQuotationStatus",
    quantity="RequestedSalesQuantity",
    total="QuotationTotal",
    receipt="ReceiptDateRequested",
    closed=frozenset({"Confirmed", "Lost", "Cancelled", "Revised"}),
    inventory_status="RequestedInventoryStatusId",
)
ORDER = Document(
    label="Sales order",
    header="SalesOrderHeadersV2",
    lines="SalesOrderLines",
    number="SalesOrderNumber",
    customer="OrderingCustomerAccountNumber",
    name="SalesOrderName",
    status="SalesOrderStatus",
    line_status="SalesOrderLineStatus",
    quantity="OrderedSalesQuantity",
    total="OrderTotal",
    receipt="RequestedReceiptDate",
    closed=frozenset({"Invoiced", "Canceled"}),
    inventory_status="OrderedInventoryStatusId",
)
