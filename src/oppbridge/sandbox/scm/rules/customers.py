"""Customers: a customer is a role of a party, and parties are shared by companies."""

from __future__ import annotations

from ...database import Row
from ..draft import Draft, Rules, Twin
from ..places import formatted, language, settle_country
from ..refusals import label, told

_PARTY = ("OrganizationName", "PersonFirstName", "PersonLastName", "KnownAs", "NameAlias")
_ADDRESS = (
    "AddressStreet",
    "AddressCity",
    "AddressZipCode",
    "AddressState",
    "AddressCountryRegionId",
)


def _defaults(twin: Twin, draft: Draft) -> None:
    if draft.old is None and draft.has("PartyNumber"):
        _join_party(twin, draft)
    if draft.get("PartyType") == "Person" and draft.changes("PersonFirstName", "PersonLastName"):
        draft.new["OrganizationName"] = (
            f"{draft.get('PersonFirstName')} {draft.get('PersonLastName')}".strip()
        )
    draft.default("NameAlias", draft.get("OrganizationName")[:20].rstrip())
    draft.default("LanguageId", "en-US")
    draft.new["LanguageId"] = language(draft.get("LanguageId"))
    group = (draft.company, draft.get("CustomerGroupId"))
    terms = (
        twin.rows.get("CustomerGroups", group, ("PaymentTermId",)) if draft.old is None else None
    )
    if terms:
        draft.default("PaymentTerms", terms["PaymentTermId"])
    settle_country(draft, "AddressCountryRegionId", "AddressCountryRegionISOCode")
    if any(column in draft.new for column in _ADDRESS):
        draft.new["FullPrimaryAddress"] = formatted(draft.get, "Address", "AddressState")[:255]
        draft.default("AddressDescription", draft.get("OrganizationName")[:60].rstrip())


def _join_party(twin: Twin, draft: Draft) -> None:
    """The name comes from the party when it exists already."""
    columns = ("PartyType", *_PARTY)
    found = twin.rows.select(
        "CustomersV3", columns, '"PartyNumber" = ?', [draft.get("PartyNumber")], "LIMIT 1"
    )
    if not found:
        raise told(
            "related", value=draft.get("PartyNumber"), field=label("PartyNumber"), table="Parties"
        )
    draft.new.update(found[0])


def _check(twin: Twin, draft: Draft) -> None:
    kind = draft.get("PartyType")
    if kind not in ("Organization", "Person"):
        raise told("related", value=kind, field=label("PartyType"), table="Party type")
    draft.require(
        *(
            ("OrganizationName",)
            if kind == "Organization"
            else ("PersonFirstName", "PersonLastName")
        )
    )


def _before(twin: Twin, draft: Draft) -> None:
    if draft.old is not None:
        return
    draft.new["CustomerAccount"] = twin.numbers.assign(
        draft.company, "CustomerAccount", draft.get("CustomerAccount")
    )
    draft.default("PartyNumber", "")
    if not draft.has("PartyNumber"):
        draft.new["PartyNumber"] = twin.numbers.next(draft.company, "PartyNumber")


def _after(twin: Twin, draft: Draft) -> None:
    """A party renamed in one company is renamed in all."""
    renamed = {
        column: draft.new[column]
        for column in _PARTY
        if draft.old is not None and column in draft.new
    }
    if not renamed:
        return
    keys = ("dataAreaId", "CustomerAccount")
    others = twin.rows.select("CustomersV3", keys, '"PartyNumber" = ?', [draft.get("PartyNumber")])
    for other in others:
        key = (other["dataAreaId"], other["CustomerAccount"])
        if key != draft.key():
            twin.rows.update("CustomersV3", key, renamed)


def _deletable(twin: Twin, row: Row) -> None:
    account = row["CustomerAccount"]
    for entity, column in (
        ("SalesOrderHeadersV2", "OrderingCustomerAccountNumber"),
        ("SalesQuotationHeadersV2", "RequestingCustomerAccountNumber"),
    ):
        if twin.rows.exists(entity, {"dataAreaId": row["dataAreaId"], column: account}):
            raise told(
                "dependent",
                label="Customer",
                key=account,
                others=twin.rows.schema.entities[entity].title,
            )


CUSTOMERS = Rules(
    _defaults, _check, _before, _after, _deletable, initial=(("PartyType", "Organization"),)
)
