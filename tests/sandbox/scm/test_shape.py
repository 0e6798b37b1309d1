"""Entity sets change while the service runs: metadata, queries and validation follow at once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from oppbridge.sandbox import Sandbox

from .conftest import Client


@pytest.fixture(autouse=True)
def sandbox(scm: Client) -> Iterator[Sandbox]:
    service = scm.sandbox.services["scm"]
    before = service.schema
    yield scm.sandbox
    scm.sandbox.scm._reshape(before)


def properties(scm: Client) -> dict[str, dict[str, object]]:
    found = scm.session.get(f"{scm.sandbox.url('scm')}/Metadata/PublicEntities('CustomerV3')")
    return {one["Name"]: one for one in found.json()["Properties"]}


def test_columns_come_go_and_change(scm: Client) -> None:
    number = scm.customer()
    key = f"CustomersV3(dataAreaId='usmf',CustomerAccount='{number}')"
    scm.sandbox.scm.alter(
        "CustomersV3", add="s Colour_Custom(5) -CreditRating(10)", drop=["PrimaryContactURL"]
    )
    told = properties(scm)
    assert "PrimaryContactURL" not in told
    assert told["Colour_Custom"]["StringLength"] == 5
    assert not told["CreditRating"]["AllowEdit"]
    assert scm.patch(key, {"Colour_Custom": "green"}).status_code == 204
    assert scm.get(key).json()["Colour_Custom"] == "green"
    assert scm.get(f"{key}?$select=PrimaryContactURL").status_code == 400
    assert scm.patch(key, {"Colour_Custom": "purple"}).status_code == 400


def test_a_set_goes_by_another_name(scm: Client) -> None:
    number = scm.customer()
    scm.sandbox.scm.alter("CustomersV3", called="CustomersV4")
    where = f"(dataAreaId='usmf',CustomerAccount='{number}')"
    assert scm.get(f"CustomersV4{where}").json()["CustomerAccount"] == number
    assert scm.get(f"CustomersV3{where}").status_code == 404


def test_an_enumeration_has_other_members(scm: Client) -> None:
    scm.sandbox.scm.alter_enum("CustVendorBlocked", {"No": 0, "All": 2, "Later": 7})
    url = f"{scm.sandbox.url('scm')}/Metadata/PublicEnumerations('CustVendorBlocked')"
    members = [one["Name"] for one in scm.session.get(url).json()["Members"]]
    assert members == ["No", "All", "Later"]
    number = scm.customer()
    key = f"CustomersV3(dataAreaId='usmf',CustomerAccount='{number}')"
    assert scm.patch(key, {"OnHoldStatus": "Later"}).status_code == 204
    assert scm.patch(key, {"OnHoldStatus": "Invoice"}).status_code == 400
