"""Contact persons: people who belong to a party."""

from __future__ import annotations

from ...database import Row
from ..draft import Draft, Rules, Twin
from ..places import formatted, settle_country
from ..refusals import label, told


def _defaults(twin: Twin, draft: Draft) -> None:
    if draft.changes("FirstName", "MiddleName", "LastName"):
        names = (draft.get("FirstName"), draft.get("MiddleName"), draft.get("LastName"))
        draft.new["ContactPersonName"] = " ".join(name for name in names if name)
        draft.default("SearchName", draft.new["ContactPersonName"][:20].rstrip())
    settle_country(draft, "PrimaryAddressCountryRegionId", "PrimaryAddressCountryRegionISOCode")
    if any(column.startswith("PrimaryAddress") for column in draft.new):
        draft.new["FormattedPrimaryAddress"] = formatted(
            draft.get, "PrimaryAddress", "PrimaryAddressStateId"
        )[:255]
    draft.new["LastEditDateTime"] = twin.clock.stamp()


def _check(twin: Twin, draft: Draft) -> None:
    party = draft.get("AssociatedPartyNumber")
    if draft.changes("AssociatedPartyNumber") and not twin.rows.exists(
        "CustomersV3", {"PartyNumber": party}
    ):
        raise told("related", value=party, field=label("AssociatedPartyNumber"), table="Parties")


def _before(twin: Twin, draft: Draft) -> None:
    if draft.old is None:
        wanted = draft.get("ContactPersonId")
        draft.new["ContactPersonId"] = twin.numbers.assign(draft.company, "ContactPersonId", wanted)
        draft.new["ContactPersonPartyNumber"] = twin.numbers.next(draft.company, "PartyNumber")


def _deletable(twin: Twin, row: Row) -> None:
    person, company = row["ContactPersonId"], row["dataAreaId"]
    for entity in ("SalesOrderHeadersV2", "SalesQuotationHeadersV2"):
        if twin.rows.exists(entity, {"dataAreaId": company, "ContactPersonId": person}):
            raise told(
                "dependent",
                label="Contact",
                key=person,
                others=twin.rows.schema.entities[entity].title,
            )


CONTACTS = Rules(
    _defaults,
    _check,
    _before,
    deletable=_deletable,
    initial=(("ContactPersonPartyType", "Person"),),
)
