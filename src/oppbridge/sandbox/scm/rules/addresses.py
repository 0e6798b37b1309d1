"""Postal addresses of customers: the primary one is also shown on the customer."""

from __future__ import annotations

from ...database import Row
from ..draft import Draft, Rules, Twin
from ..places import formatted, settle_country
from ..refusals import told

_SHOWN = {
    "AddressStreet": "AddressStreet",
    "AddressCity": "AddressCity",
    "AddressZipCode": "AddressZipCode",
    "AddressState": "AddressState",
    "AddressCountryRegionId": "AddressCountryRegionId",
    "AddressCountryRegionISOCode": "AddressCountryRegionISOCode",
    "AddressDescription": "AddressDescription",
    "AddressLocationId": "AddressLocationId",
}


def _defaults(twin: Twin, draft: Draft) -> None:
    settle_country(draft, "AddressCountryRegionId", "AddressCountryRegionISOCode")
    draft.default("Expiration", "2154-12-31T23:59:59Z")
    draft.default("IsPostalAddress", "Yes")
    draft.new["FormattedAddress"] = formatted(draft.get, "Address", "AddressState")[:255]


def _check(twin: Twin, draft: Draft) -> None:
    draft.require("CustomerAccountNumber", "AddressCountryRegionId", "AddressDescription")


def _before(twin: Twin, draft: Draft) -> None:
    if draft.old is None:
        wanted = draft.get("AddressLocationId")
        draft.new["AddressLocationId"] = wanted or twin.numbers.next("", "AddressLocationId")
        draft.default("Effective", twin.clock.stamp())


def _after(twin: Twin, draft: Draft) -> None:
    if draft.get("IsPrimary") == "Yes":
        values = {column: draft.get(source) for column, source in _SHOWN.items()}
        values["FullPrimaryAddress"] = draft.get("FormattedAddress")
        key = (draft.company, draft.get("CustomerAccountNumber"))
        twin.rows.update("CustomersV3", key, values)


def _deletable(twin: Twin, row: Row) -> None:
    if row["IsPrimary"] == "Yes":
        key = row["AddressLocationId"]
        raise told("dependent", label="Primary address", key=key, others="Customers V3")


ADDRESSES = Rules(_defaults, _check, _before, _after, _deletable)
