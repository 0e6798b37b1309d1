"""Totals of a document's header.

Calculated by a batch job, by a posting, or on every write, as set up.
"""

from __future__ import annotations

from ..draft import Twin
from ..kinds import QUOTATION, Document
from ..prices import totals


def calculate_totals(document: Document, twin: Twin, company: str, number: str) -> None:
    """Fill the header's totals from its lines. The etag does not move."""
    columns = ("CurrencyCode", "TotalDiscountPercentage")
    header = twin.rows.get(document.header, (company, number), columns)
    if header is None:
        raise KeyError(number)
    where = f'"dataAreaId" = ? AND "{document.number}" = ?'
    lines = twin.rows.select(
        document.lines, ("LineAmount", "SalesTaxGroupCode"), where, [company, number]
    )
    result = totals(
        ((line["LineAmount"], line["SalesTaxGroupCode"]) for line in lines),
        header["TotalDiscountPercentage"],
        twin.assumptions.tax_rates,
        header["CurrencyCode"],
    )
    values = {
        f"{document.total}Amount": result.amount,
        f"{document.total}TaxAmount": result.tax,
        f"{document.total}DiscountAmount": result.discount,
        "TotalDiscountAmount": result.discount,
        "AreTotalsCalculated": "Yes",
        "QuotationHeaderTaxAmount" if document is QUOTATION else "OrderHeaderTaxAmount": 0,
    }
    twin.rows.update(document.header, (company, number), values, moves_etag=False)
