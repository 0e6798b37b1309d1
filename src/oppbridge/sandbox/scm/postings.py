"""What people and batch jobs do to documents, and OData cannot: send, confirm, pick, invoice.

Statuses after each step are those of the documented tables; a step that does not fit raises
`ValueError`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ..database import Row
from .carrying import Carrier, lines_of
from .draft import Twin
from .invoices import write_invoice
from .kinds import ORDER, QUOTATION, Document
from .rules.documents import refuse_held
from .rules.totals import calculate_totals
from .writing import Writer

ZERO = Decimal(0)
QUOTATION_STEPS: Mapping[str, tuple[frozenset[str], str]] = {
    "send": (frozenset({"Created", "Reset", "Modified", "Approved"}), "Sent"),
    "confirm": (frozenset({"Sent"}), "Confirmed"),
    "lose": (frozenset({"Created", "Sent"}), "Lost"),
    "cancel": (frozenset({"Created", "Sent"}), "Cancelled"),
    "reset": (frozenset({"Sent", "Lost", "Cancelled"}), "Reset"),
    "submit": (frozenset({"Created", "Modified"}), "Submitted"),
    "approve": (frozenset({"Submitted"}), "Approved"),
    "revise": (frozenset({"Sent"}), "Revised"),
}


@dataclass(frozen=True, slots=True)
class Postings:
    """Carries out postings inside a transaction the caller opened."""

    twin: Twin
    writer: Writer

    def quotation(self, step: str, company: str, number: str, reason: str = "") -> Row:
        """Take a quotation through a step of `QUOTATION_STEPS`; returns what it led to."""
        before, after = QUOTATION_STEPS[step]
        header = self._header(QUOTATION, company, number)
        if header["SalesQuotationStatus"] not in before:
            raise ValueError(
                f"a quotation that is {header['SalesQuotationStatus']} cannot be {after}"
            )
        calculate_totals(QUOTATION, self.twin, company, number)
        values: Row = {"SalesQuotationStatus": after}
        led: Row = {}
        if step == "confirm":
            led = Carrier(self.twin, self.writer).order_of(header)
            values |= {
                "GeneratedSalesOrderNumber": led["order"],
                "SalesQuotationConfirmationDate": self.twin.today(),
            }
        if step == "revise":
            led = Carrier(self.twin, self.writer).revision_of(header)
        if reason:
            values["QuotationReasonCode"] = reason
        self.twin.rows.update(QUOTATION.header, (company, number), values)
        self._lines_status(QUOTATION, company, number, after)
        return {"status": after, **led}

    def confirm_order(self, company: str, number: str) -> Row:
        """Post the confirmation."""
        header, lines = self._open(company, number)
        status = header["SalesOrderProcessingStatus"]
        values = (
            {"DocumentStatus": "Confirmation"}
            if header["DocumentStatus"] in ("None", "Confirmation")
            else {}
        )
        if status in ("Active", "Confirmed"):
            values["SalesOrderProcessingStatus"] = "Confirmed"
        dates = {"ConfirmedShippingDate": header["RequestedShippingDate"]}
        dates["ConfirmedReceiptDate"] = header["RequestedReceiptDate"]
        self.twin.rows.update(ORDER.header, (company, number), {**values, **dates})
        for line in lines:
            self.twin.rows.update(ORDER.lines, (company, line["InventoryLotId"]), dates)
        calculate_totals(ORDER, self.twin, company, number)
        return {"confirmation": self._confirmation(company, number)}

    def pick_order(self, company: str, number: str) -> Row:
        """Post the picking list."""
        self._open(company, number)
        values = {"SalesOrderProcessingStatus": "Picked", "DocumentStatus": "PickingList"}
        self.twin.rows.update(ORDER.header, (company, number), values)
        return {"status": "Picked"}

    def pack_order(
        self, company: str, number: str, quantities: Mapping[str, Any] | None = None
    ) -> Row:
        """Post a packing slip of everything left, or of `quantities` by line sequence number."""
        header, lines = self._open(company, number)
        refuse_held(self.twin, company, header["OrderingCustomerAccountNumber"], "All", "Invoice")
        for line in lines:
            left = line["OrderedSalesQuantity"] - line["DeliveredQuantity"]
            moved = _wanted(quantities, line, left)
            if moved > left:
                raise ValueError(
                    f"line {line['LineCreationSequenceNumber']} has only {left} left to deliver"
                )
            if moved:
                self._line(line, DeliveredQuantity=line["DeliveredQuantity"] + moved)
        return self._progress(company, number, "PackingSlip")

    def invoice_order(
        self, company: str, number: str, quantities: Mapping[str, Any] | None = None
    ) -> Row:
        """Post an invoice.

        Of `quantities`, else of what is delivered and not invoiced, else of all.
        """
        header, lines = self._open(company, number)
        refuse_held(self.twin, company, header["InvoiceCustomerAccountNumber"], "All", "Invoice")
        delivered = any(line["DeliveredQuantity"] > line["InvoicedQuantity"] for line in lines)
        shares: list[tuple[Row, Decimal]] = []
        for line in lines:
            base = line["DeliveredQuantity"] if delivered else line["OrderedSalesQuantity"]
            share = _wanted(quantities, line, base - line["InvoicedQuantity"])
            if share:
                shares.append((line, share))
                invoiced = line["InvoicedQuantity"] + share
                self._line(
                    line,
                    InvoicedQuantity=invoiced,
                    DeliveredQuantity=max(line["DeliveredQuantity"], invoiced),
                )
        if not shares:
            raise ValueError("there is nothing to invoice")
        calculate_totals(ORDER, self.twin, company, number)
        invoice = write_invoice(self.twin, header, shares)
        return {"invoice": invoice, **self._progress(company, number, "Invoice")}

    def cancel_order(self, company: str, number: str) -> Row:
        """Cancel what is left; only where nothing was posted but a confirmation."""
        header, lines = self._open(company, number)
        if header["DocumentStatus"] not in ("None", "Confirmation"):
            raise ValueError(f"an order with a {header['DocumentStatus']} cannot be cancelled")
        values = {"SalesOrderStatus": "Canceled", "SalesOrderProcessingStatus": "Canceled"}
        self.twin.rows.update(ORDER.header, (company, number), values)
        for line in lines:
            self._line(line, SalesOrderLineStatus="Canceled")
        return {"status": "Canceled"}

    def calculate_totals(self, company: str, number: str = "") -> Row:
        """The periodic job: totals of one document, or of every open one of a company."""
        count = 0
        for document in (QUOTATION, ORDER):
            where, params = '"dataAreaId" = ?', [company]
            if number:
                where, params = f'{where} AND "{document.number}" = ?', [company, number]
            for row in self.twin.rows.select(document.header, (document.number,), where, params):
                calculate_totals(document, self.twin, company, row[document.number])
                count += 1
        return {"calculated": count}

    def _header(self, document: Document, company: str, number: str) -> Row:
        header = self.twin.rows.get(document.header, (company, number))
        if header is None:
            raise KeyError(f"{document.label} {number}")
        return header

    def _open(self, company: str, number: str) -> tuple[Row, list[Row]]:
        header = self._header(ORDER, company, number)
        lines = lines_of(self.twin, ORDER, company, number)
        if header["SalesOrderStatus"] in ORDER.closed or not lines:
            raise ValueError(
                f"an order that is {header['SalesOrderStatus']} with {len(lines)} lines "
                "cannot be posted"
            )
        return header, lines

    def _line(self, line: Row, **values: Any) -> None:
        self.twin.rows.update(ORDER.lines, (line["dataAreaId"], line["InventoryLotId"]), values)

    def _lines_status(self, document: Document, company: str, number: str, status: str) -> None:
        for line in lines_of(self.twin, document, company, number):
            key = (company, line["InventoryLotId"])
            self.twin.rows.update(document.lines, key, {document.line_status: status})

    def _progress(self, company: str, number: str, posted: str) -> Row:
        """Statuses of lines and header that follow from what is delivered and invoiced."""
        lines = lines_of(self.twin, ORDER, company, number)
        for line in lines:
            if line["InvoicedQuantity"] >= line["OrderedSalesQuantity"]:
                self._line(line, SalesOrderLineStatus="Invoiced")
            elif line["DeliveredQuantity"] >= line["OrderedSalesQuantity"]:
                self._line(line, SalesOrderLineStatus="Delivered")
        delivered = all(line["DeliveredQuantity"] >= line["OrderedSalesQuantity"] for line in lines)
        invoiced = all(line["InvoicedQuantity"] >= line["OrderedSalesQuantity"] for line in lines)
        status = "Invoiced" if invoiced else "Delivered" if delivered else "Backorder"
        processing = "Invoiced" if invoiced else "PartiallyInvoiced"
        if posted == "PackingSlip":
            processing = "Delivered" if delivered else "PartiallyDelivered"
        values = {
            "SalesOrderStatus": status,
            "SalesOrderProcessingStatus": processing,
            "DocumentStatus": posted,
        }
        self.twin.rows.update(ORDER.header, (company, number), values)
        return {"status": status, "processing": processing}

    def _confirmation(self, company: str, number: str) -> str:
        header = self._header(ORDER, company, number)
        entity = self.twin.rows.schema.entities["SalesOrderConfirmationHeaders"]
        shared = {name: header[name] for name in entity.columns if name in header}
        wanted = self.twin.numbers.next(company, "ConfirmationNumber")
        total = {
            "TotalConfirmedAmount": header["OrderTotalAmount"],
            "TotalSalesTaxAmount": header["OrderTotalTaxAmount"],
        }
        key = {"ConfirmationNumber": wanted, "ConfirmationDate": self.twin.today()}
        self.twin.rows.insert(entity.name, {**shared, **key, **total})
        return wanted


def _wanted(quantities: Mapping[str, Any] | None, line: Row, otherwise: Decimal) -> Decimal:
    if quantities is None:
        return max(otherwise, ZERO)
    return Decimal(str(quantities.get(str(line["LineCreationSequenceNumber"]), 0)))
