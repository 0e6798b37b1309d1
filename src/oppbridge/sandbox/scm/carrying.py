"""What one document passes on to the next: a quotation to its order, and to its own revision."""

from __future__ import annotations

from dataclasses import dataclass

from ..database import Row
from .draft import Twin
from .kinds import ORDER, QUOTATION, Document
from .numbers import Mode
from .rules.documents import ADDRESS
from .writing import Writer

_CARRIED = (
    "CustomersReference",
    "CurrencyCode",
    "LanguageId",
    "PaymentTermsName",
    "DeliveryModeCode",
    "DeliveryTermsCode",
    "SalesTaxGroupCode",
    "PriceCustomerGroupCode",
    "DefaultShippingSiteId",
    "DefaultShippingWarehouseId",
    "ContactPersonId",
    "CustomerRequisitionNumber",
    "SalesOrderOriginCode",
    "TotalDiscountPercentage",
    "RequestedShippingDate",
    "IsDeliveryAddressOrderSpecific",
    "DeliveryAddressName",
    *ADDRESS,
)
_OWN = ("RequestingCustomerAccountNumber", "ProspectId", "OpportunityId", "SalesQuotationName")
_LINE = (
    "ItemNumber",
    "ProductConfigurationId",
    "ProductSizeId",
    "ProductColorId",
    "ProductStyleId",
    "ProductVersionId",
    "SalesProductCategoryName",
    "SalesUnitSymbol",
    "SalesPrice",
    "SalesPriceQuantity",
    "FixedPriceCharges",
    "LineDiscountAmount",
    "LineDiscountPercentage",
    "MultilineDiscountAmount",
    "MultilineDiscountPercentage",
    "ShippingSiteId",
    "ShippingWarehouseId",
    "RequestedShippingDate",
    "RequestedReceiptDate",
    "LineDescription",
    "ExternalItemNumber",
)


def lines_of(twin: Twin, document: Document, company: str, number: str) -> list[Row]:
    """The document's lines, in the order they were made."""
    where = f'"dataAreaId" = ? AND "{document.number}" = ?'
    order = 'ORDER BY "LineCreationSequenceNumber"'
    columns = tuple(twin.rows.schema.entities[document.lines].columns)
    return twin.rows.select(document.lines, columns, where, [company, number], order)


@dataclass(frozen=True, slots=True)
class Carrier:
    """Makes the next document from a quotation, through the same rules as any other write."""

    twin: Twin
    writer: Writer

    def order_of(self, quotation: Row) -> Row:
        """The sales order of a confirmed quotation; prospects cannot order."""
        company, number = quotation["dataAreaId"], quotation["SalesQuotationNumber"]
        customer = quotation["RequestingCustomerAccountNumber"]
        if not customer:
            raise ValueError("a prospect must be made a customer before its quotation is confirmed")
        carried = {name: quotation[name] for name in _CARRIED if name in quotation}
        carried["CustomersOrderReference"] = carried.pop("CustomersReference")
        carried["OrderingCustomerAccountNumber"] = customer
        carried["InvoiceCustomerAccountNumber"] = quotation["InvoiceCustomerAccountNumber"]
        order = self._create(ORDER, company, carried)
        self.twin.rows.update(ORDER.header, (company, order), {"QuotationNumber": number})
        self._copy_lines(company, (QUOTATION, number), (ORDER, order))
        return {"order": order}

    def revision_of(self, quotation: Row) -> Row:
        """A new quotation that starts as the old one stands."""
        company, number = quotation["dataAreaId"], quotation["SalesQuotationNumber"]
        carried = {name: quotation[name] for name in (*_CARRIED, *_OWN) if name in quotation}
        carried["SkipOpportunityCreationPrompt"] = "Yes"
        revision = self._create(QUOTATION, company, carried)
        self.twin.rows.update(QUOTATION.header, (company, revision), {"RevisedFrom": number})
        self._copy_lines(company, (QUOTATION, number), (QUOTATION, revision))
        return {"revision": revision}

    def _create(self, document: Document, company: str, values: Row) -> str:
        if self.twin.numbers.mode(company, document.number) is Mode.MANUAL:
            number = self.twin.numbers.next(company, document.number)
            values = {**values, document.number: number}
        entity = self.twin.rows.schema.entities[document.header]
        return str(self.writer.create(entity, values, company, None)[document.number])

    def _copy_lines(
        self, company: str, source: tuple[Document, str], target: tuple[Document, str]
    ) -> None:
        (old, number), (new, wanted) = source, target
        entity = self.twin.rows.schema.entities[new.lines]
        for line in lines_of(self.twin, old, company, number):
            values = {name: line[name] for name in _LINE if line[name]}
            values |= {new.quantity: line[old.quantity], new.number: wanted}
            values["SalesPrice"] = line["SalesPrice"]
            self.writer.create(entity, values, company, None)
