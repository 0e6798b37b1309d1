"""The entity sets behind each canonical entity, as data: names, keys, statuses, lines, joins.

Names and keys follow the public metadata of 2025 (application 10.0.4x). The line sets of version 2
have no "V2" in their OData names, and contacts of version 2 are `ContactPersons`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from oppbridge.errors import ConfigError

NAMESPACE = "Microsoft.Dynamics.DataEntities"
COMPANY = "dataAreaId"


@dataclass(frozen=True, slots=True)
class Lines:
    """The set that holds the lines of a document. `parent` is the document's number on a line."""

    set: str
    type: str
    parent: str
    quantity: str
    key: str = "InventoryLotId"


@dataclass(frozen=True, slots=True)
class Join:
    """Columns of another set shown in a row; `own` equals `theirs` within the company."""

    set: str
    type: str
    own: str
    theirs: str
    columns: frozenset[str]


@dataclass(frozen=True, slots=True)
class Table:
    """One entity set as this connector uses it.

    `number` is the key column beside the company. `reference` keeps the record's id. `status` with
    `open` (members of `enum`) finds the documents still moving. `outcomes` are columns that only
    posting changes. `keyed` are the columns that may be given as whole native keys.
    """

    set: str
    type: str
    number: str
    reference: str | None = None
    status: str | None = None
    enum: str = ""
    open: frozenset[str] = frozenset()
    outcomes: frozenset[str] = frozenset()
    totals: frozenset[str] = frozenset()
    keyed: frozenset[str] = frozenset()
    lines: Lines | None = None
    joins: tuple[Join, ...] = ()
    needs: frozenset[str] = frozenset()
    deletable: bool = True
    creating: Mapping[str, str] = field(default_factory=dict)


_DISTINCT = Join(
    set="CDSReleasedDistinctProducts",
    type="CDSReleasedDistinctProduct",
    own="ItemNumber",
    theirs="ItemNumber",
    columns=frozenset(
        (
            "ProductName",
            "ProductDescription",
            "CurrencyCode",
            "SalesUnitDecimalPrecision",
            "InventoryUnitDecimalPrecision",
            "IsStockedProduct",
            "FieldServiceProductType",
        )
    ),
)
_SELLABLE = Join(
    set="SellableReleasedProducts",
    type="SellableReleasedProduct",
    own="ProductNumber",
    theirs="ProductNumber",
    columns=frozenset(("IsSalesStopped",)),
)

TABLES: Mapping[str, Table] = {
    "account": Table(
        set="CustomersV3",
        type="CustomerV3",
        number="CustomerAccount",
        reference="IdentificationNumber",
        keyed=frozenset(("ContactPersonId", "InvoiceAccount")),
    ),
    "contact": Table(
        set="ContactPersons",
        type="ContactPerson",
        number="ContactPersonId",
        reference="IdentityCardNumber",
        keyed=frozenset(("CustomerAccount",)),
        needs=frozenset(("AssociatedPartyNumber",)),
    ),
    "product": Table(
        set="ReleasedProductsV2",
        type="ReleasedProductV2",
        number="ItemNumber",
        joins=(_DISTINCT, _SELLABLE),
        needs=frozenset(
            ("ProductNumber", "SalesPrice", "SalesPriceQuantity", "UnitCost", "UnitCostQuantity")
        ),
        deletable=False,
    ),
    "quote": Table(
        set="SalesQuotationHeadersV2",
        type="SalesQuotationHeaderV2",
        number="SalesQuotationNumber",
        reference="CustomersReference",
        status="SalesQuotationStatus",
        enum="SalesQuotationStatus",
        open=frozenset(("Created", "Sent", "Reset", "Modified", "Submitted", "Approved")),
        outcomes=frozenset(("SalesQuotationStatus",)),
        totals=frozenset(
            (
                "QuotationTotalAmount",
                "QuotationTotalTaxAmount",
                "QuotationTotalChargesAmount",
                "QuotationTotalDiscountAmount",
                "QuotationHeaderTaxAmount",
                "TotalDiscountAmount",
            )
        ),
        keyed=frozenset(
            ("RequestingCustomerAccountNumber", "InvoiceCustomerAccountNumber", "ContactPersonId")
        ),
        lines=Lines(
            "SalesQuotationLines",
            "SalesQuotationLine",
            "SalesQuotationNumber",
            "RequestedSalesQuantity",
        ),
        needs=frozenset(("CurrencyCode", "AreTotalsCalculated")),
        # The parameter "create opportunity" may be set to prompt; nobody is there to answer.
        creating={"SkipOpportunityCreationPrompt": "Yes"},
    ),
    "order": Table(
        set="SalesOrderHeadersV2",
        type="SalesOrderHeaderV2",
        number="SalesOrderNumber",
        reference="CustomersOrderReference",
        status="SalesOrderStatus",
        enum="SalesStatus",
        open=frozenset(("None", "Backorder", "Delivered")),
        outcomes=frozenset(("SalesOrderStatus", "SalesOrderProcessingStatus")),
        totals=frozenset(
            (
                "OrderTotalAmount",
                "OrderTotalTaxAmount",
                "OrderTotalChargesAmount",
                "OrderTotalDiscountAmount",
                "OrderHeaderTaxAmount",
                "TotalDiscountAmount",
            )
        ),
        keyed=frozenset(
            ("OrderingCustomerAccountNumber", "InvoiceCustomerAccountNumber", "ContactPersonId")
        ),
        lines=Lines(
            "SalesOrderLines", "SalesOrderLine", "SalesOrderNumber", "OrderedSalesQuantity"
        ),
        needs=frozenset(("CurrencyCode", "AreTotalsCalculated", "IsSalesProcessingStopped")),
    ),
}


def table_of(entity: str) -> Table:
    """The table of a canonical entity. Raises ConfigError for one Supply Chain does not carry."""
    if entity not in TABLES:
        raise ConfigError(f"Supply Chain carries {', '.join(TABLES)}, not {entity!r}")
    return TABLES[entity]


def member(enum: str, name: str) -> str:
    """An enumeration member as a filter spells it; a bare text or number is refused there."""
    return f"{NAMESPACE}.{enum}'{name}'"
