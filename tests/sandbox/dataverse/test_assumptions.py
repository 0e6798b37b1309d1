"""Guesses about the real service can be turned around, one by one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from oppbridge.sandbox.dataverse import Assumptions

from .conftest import Api, code
from .test_bulk import batch, change_set, multiple, part
from .test_delta import begin, walk


@pytest.fixture
def guess(api: Api) -> Iterator[Assumptions]:
    settings = api.sandbox.dataverse.settings
    settings.assumptions = Assumptions()
    yield settings.assumptions
    settings.assumptions = Assumptions()


def test_a_delta_token_may_overtake_an_open_write(api: Api, guess: Assumptions) -> None:
    guess.delta_waits_for_open_writes = False
    twin = api.sandbox.dataverse
    row = api.new("competitors", {"name": "early"})
    _, link = begin(api)
    stamp = twin.reserve()
    api.new("competitors", {"name": "other"})
    _, link = walk(api, link)
    twin.edit("competitor", row, {"name": "late"}, stamp=stamp)
    twin.release(stamp)
    assert [found.get("name") for found in walk(api, link)[0]] == []


def test_duplicates_are_found_by_those_who_ask(api: Api) -> None:
    api.sandbox.dataverse.settings.duplicate_rules = {"account": ("emailaddress1",)}
    ask = {"MSCRM.SuppressDuplicateDetection": "false"}
    body = {"name": "a", "emailaddress1": "twin@example.com"}
    assert api.post("accounts", body).status_code == 204
    assert api.post("accounts", body).status_code == 204
    refused = api.session.post(f"{api.root}/accounts", json=body, headers=ask)
    api.sandbox.dataverse.settings.duplicate_rules = {}
    assert (refused.status_code, code(refused)) == (412, "0x80040333")


@pytest.mark.parametrize("status", [400, 410, 412, 500])
def test_an_expired_token_may_come_under_other_statuses(
    api: Api, guess: Assumptions, status: int
) -> None:
    guess.expired_delta_status = status
    _, link = begin(api)
    api.sandbox.faults.add("expired_delta", service="dataverse")
    refused = api.call("GET", link)
    assert (refused.status_code, code(refused)) == (status, "0x80044352")


def test_a_bulk_refusal_may_name_its_item(api: Api, guess: Assumptions) -> None:
    guess.bulk_error_names_item = True
    refused = multiple(api, "CreateMultiple", {"name": "a"}, {"name": "x" * 200})
    assert refused.json()["error"]["message"].startswith("[1] ")


def test_a_failed_change_set_may_answer_without_its_nest(api: Api, guess: Assumptions) -> None:
    bad = change_set(part("POST /api/data/v9.2/accounts", '{"nosuch":1}', 1))
    assert "changesetresponse_" in batch(api, bad).text
    guess.failed_change_set_nested = False
    assert "changesetresponse_" not in batch(api, bad).text


def test_a_duplicate_may_be_a_400(api: Api, guess: Assumptions) -> None:
    guess.duplicate_key_status = 400
    row = api.new("accounts", {"name": "a"})
    refused = api.post("accounts", {"name": "b", "accountid": row})
    assert (refused.status_code, code(refused)) == (400, "0x80040237")


def test_a_recalculation_may_leave_the_stamp_alone(api: Api, guess: Assumptions) -> None:
    guess.recalculation_sets_modifiedon = False
    deal = api.new("opportunities", {"name": "o"})
    before = api.get(f"opportunities({deal})?$select=modifiedon")
    api.sandbox.clock.move(5)
    line = {"productdescription": "x", "quantity": 1, "priceperunit": 2}
    api.new("opportunityproducts", line | {"opportunityid@odata.bind": f"/opportunities({deal})"})
    after = api.get(f"opportunities({deal})?$select=modifiedon")
    assert after["modifiedon"] == before["modifiedon"]
    assert after["@odata.etag"] != before["@odata.etag"]


def test_closed_opportunities_may_be_read_only(api: Api, guess: Assumptions) -> None:
    guess.closed_opportunity_editable = False
    deal = api.new("opportunities", {"name": "o"})
    close = {"subject": "w", "opportunityid@odata.bind": f"/opportunities({deal})"}
    api.post("WinOpportunity", {"OpportunityClose": close, "Status": 3})
    assert code(api.patch(f"opportunities({deal})", {"name": "x"})) == "0x8004022e"


def test_active_products_may_be_frozen_until_revised(api: Api, guess: Assumptions) -> None:
    product = api.product("FROZEN", 1)
    guess.active_products_editable = False
    assert code(api.patch(f"products({product})", {"description": "x"})) == "0x8004f975"
    assert api.patch(f"products({product})", {"statecode": 3}).status_code == 204
    assert api.patch(f"products({product})", {"description": "x"}).status_code == 204
    publish = f"products({product})/Microsoft.Dynamics.CRM.PublishProductHierarchy"
    assert api.call("POST", publish).status_code == 204
    assert api.get(f"products({product})")["statecode"] == 0
