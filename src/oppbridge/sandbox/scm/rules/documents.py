"""Headers of quotations and orders: what the customer brings along, and what a status forbids."""

from __future__ import annotations

from functools import partial

from ...database import Row
from ..draft import Draft, Rules, Twin
from ..kinds import ORDER, QUOTATION, Document
from ..places import formatted, language, settle_country
from ..refusals import told
from .totals import calculate_totals

_FROM_CUSTOMER = {
    "CurrencyCode": "SalesCurrencyCode",
    "LanguageId": "LanguageId",
    "PaymentTermsName": "PaymentTerms",
    "DeliveryModeCode": "DeliveryMode",
    "DeliveryTermsCode": "DeliveryTerms",
    "SalesTaxGroupCode": "SalesTaxGroup",
    "PriceCustomerGroupCode": "DiscountPriceGroupId",
    "TotalDiscountCustomerGroupCode": "TotalDiscountCode",
    "DefaultShippingSiteId": "SiteId",
    "DefaultShippingWarehouseId": "WarehouseId",
}
ADDRESS = {
    "DeliveryAddressStreet": "AddressStreet",
    "DeliveryAddressCity": "AddressCity",
    "DeliveryAddressZipCode": "AddressZipCode",
    "DeliveryAddressStateId": "AddressState",
    "DeliveryAddressCountryRegionId": "AddressCountryRegionId",
    "DeliveryAddressCountryRegionISOCode": "AddressCountryRegionISOCode",
    "DeliveryAddressDescription": "AddressDescription",
}
_CUSTOMER = (
    "OrganizationName",
    "InvoiceAccount",
    "OnHoldStatus",
    *_FROM_CUSTOMER.values(),
    *ADDRESS.values(),
)


def _defaults(document: Document, twin: Twin, draft: Draft) -> None:
    found = twin.rows.get("CustomersV3", (draft.company, draft.get(document.customer)), _CUSTOMER)
    customer = found or dict.fromkeys(_CUSTOMER, "")
    if draft.old is None:
        for column, source in _FROM_CUSTOMER.items():
            draft.default(column, customer[source])
        draft.default(document.name, customer["OrganizationName"][:60].rstrip())
        draft.default("DeliveryAddressName", customer["OrganizationName"][:60].rstrip())
        draft.default("CustomerPostingProfileId", "GEN")
        draft.default("RequestedShippingDate", twin.today())
        draft.default(document.receipt, draft.get("RequestedShippingDate"))
        if document is QUOTATION:
            account = customer["InvoiceAccount"] or draft.get(document.customer)
            draft.default("InvoiceCustomerAccountNumber", account)
        else:
            draft.new["OrderCreationDateTime"] = twin.clock.stamp()
            if "SkipCreateAutoCharges" not in draft.sent:
                draft.new["SkipCreateAutoCharges"] = "Yes"
    draft.new["LanguageId"] = language(draft.get("LanguageId"))
    _settle_address(document, draft, customer)


def _settle_address(document: Document, draft: Draft, customer: Row) -> None:
    """Address columns are honoured only where the address is the document's own.

    Else the customer's is shown.
    """
    if draft.get("IsDeliveryAddressOrderSpecific") == "Yes":
        settle_country(
            draft, "DeliveryAddressCountryRegionId", "DeliveryAddressCountryRegionISOCode"
        )
    elif draft.old is None:
        draft.new.update({column: customer[source] for column, source in ADDRESS.items()})
    else:
        for column in ADDRESS:
            draft.new.pop(column, None)
    if any(column in draft.new for column in ADDRESS):
        shown = "FormattedDelveryAddress" if document is ORDER else "FormattedDeliveryAddress"
        draft.new[shown] = formatted(draft.get, "DeliveryAddress", "DeliveryAddressStateId")[:255]


def _check(document: Document, twin: Twin, draft: Draft) -> None:
    refuse_closed(document, draft.old)
    if document is QUOTATION and not draft.has("ProspectId"):
        draft.require(document.customer)
    draft.require("CurrencyCode", "LanguageId")
    if draft.old is None:
        refuse_held(twin, draft.company, draft.get(document.customer), "All")
        if document is QUOTATION and twin.assumptions.asks_for_opportunity:
            _check_prompt(draft)
    elif draft.changes(document.customer) and _has_lines(document, twin, draft):
        raise told(
            "posted",
            label=document.label,
            key=draft.get(document.number),
            status="in use by its lines",
        )


def _check_prompt(draft: Draft) -> None:
    if draft.get("SkipOpportunityCreationPrompt") != "Yes" and not draft.has("OpportunityId"):
        raise told("prompt", level="Warning")


def _has_lines(document: Document, twin: Twin, draft: Draft) -> bool:
    number = draft.get(document.number)
    return twin.rows.exists(document.lines, {"dataAreaId": draft.company, document.number: number})


def refuse_closed(document: Document, row: Row | None) -> None:
    """Raise when the document can no longer be changed."""
    if row is not None and row[document.status] in document.closed:
        raise told(
            "posted", label=document.label, key=row[document.number], status=row[document.status]
        )


def refuse_held(twin: Twin, company: str, account: str, *statuses: str) -> None:
    """Raise when the customer is on hold in one of these ways."""
    customer = twin.rows.get("CustomersV3", (company, account), ("OnHoldStatus",))
    if customer and customer["OnHoldStatus"] in statuses:
        raise told("hold", account=account, status=customer["OnHoldStatus"])


def _before(document: Document, twin: Twin, draft: Draft) -> None:
    if draft.old is None:
        wanted = draft.get(document.number)
        draft.new[document.number] = twin.numbers.assign(draft.company, document.number, wanted)
    draft.new.pop("SkipOpportunityCreationPrompt", None)  # an instruction: echoed as No


def _after(document: Document, twin: Twin, draft: Draft) -> None:
    if draft.old is not None and draft.changes("TotalDiscountPercentage"):
        totals_moved(document, twin, draft.company, draft.get(document.number))


def totals_moved(document: Document, twin: Twin, company: str, number: str) -> None:
    """Totals are calculated at once or left for later, as assumed."""
    if twin.assumptions.totals_on_write:
        calculate_totals(document, twin, company, number)
    elif twin.rows.exists(document.header, {"dataAreaId": company, document.number: number}):
        twin.rows.update(
            document.header, (company, number), {"AreTotalsCalculated": "No"}, moves_etag=False
        )


def _deletable(document: Document, twin: Twin, row: Row) -> None:
    posted = row[document.status] not in (
        "None",
        "Backorder",
        "Created",
        "Sent",
        "Lost",
        "Cancelled",
        "Reset",
    )
    if posted or row.get("DocumentStatus", "None") != "None":
        raise told(
            "posted", label=document.label, key=row[document.number], status=row[document.status]
        )


def _deleted(document: Document, twin: Twin, row: Row) -> None:
    """Lines go with their header."""
    where = f'"dataAreaId" = ? AND "{document.number}" = ?'
    company, number = row["dataAreaId"], row[document.number]
    for line in twin.rows.select(document.lines, ("InventoryLotId",), where, [company, number]):
        twin.rows.delete(document.lines, (company, line["InventoryLotId"]))


def _rules(document: Document, *initial: tuple[str, str]) -> Rules:
    return Rules(
        partial(_defaults, document),
        partial(_check, document),
        partial(_before, document),
        partial(_after, document),
        partial(_deletable, document),
        partial(_deleted, document),
        initial,
    )


QUOTATIONS = _rules(QUOTATION)
ORDERS = _rules(ORDER)
