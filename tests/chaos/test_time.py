"""T: clocks that differ, stamps that are equal, commits that come late, pages that come oddly."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
import requests

from oppbridge.sandbox.generate.sales_desk import currency
from tests.chaos import oracles, people
from tests.chaos.case import ABSORBED, STOPPED, settled, told_of, troubled
from tests.chaos.dying import Where, asleep
from tests.chaos.place import quiet

pytestmark = pytest.mark.integration

PAGES = {"sales": ("dataverse", "/accounts$"), "scm": ("scm", "/data/CustomersV3$")}
READ = {"sales": Where("account", "sales", "scm"), "scm": Where("product", "scm", "sales")}
WEEK = 7 * 86_400
systems = pytest.mark.parametrize("system", PAGES)


@pytest.fixture(autouse=True)
def in_berlin(monkeypatch):
    """Where clocks are put forward and back."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def strike(place, system, kind, **other):
    service, path = PAGES[system]
    return place.sandbox.faults.add(kind, service=service, method="GET", path=path, **other)


def turn_to(place, moment):
    place.sandbox.clock.move(moment.timestamp() - place.sandbox.clock.time())


@pytest.fixture(autouse=True)
def own_time(place):
    """Every case begins in the present."""
    yield
    place.sandbox.clock.resume()
    place.sandbox.clock.move(time.time() - place.sandbox.clock.time())


@pytest.mark.parametrize("minutes", [5, -5])
def test_the_systems_clock_is_off(place, family, minutes):
    family("T", ABSORBED)
    place.sandbox.clock.move(minutes * 60)
    troubled(place, ABSORBED)


@pytest.mark.parametrize("hour", [0, 1])
def test_an_hour_is_left_out(place, family, hour):
    family("T", ABSORBED)
    turn_to(place, datetime(2027, 3, 28, hour, 59, 58, tzinfo=UTC))
    troubled(place, ABSORBED)


@pytest.mark.parametrize("hour", [0, 1])
def test_an_hour_comes_twice(place, family, hour):
    family("T", ABSORBED)
    turn_to(place, datetime(2027, 10, 31, hour, 59, 58, tzinfo=UTC))
    troubled(place, ABSORBED)


@systems
def test_edits_within_one_second(place, family, system):
    """What is edited after a reading, in the second of the last row it saw, is not passed by."""
    family("T", ABSORBED)
    place.sandbox.clock.stop()
    quiet(place)
    for limit in (5001, 5002):
        edit(place, system, limit)
        quiet(place)
        assert told(place) == {"sales": limit, "scm": limit}
    place.sandbox.clock.resume()
    assert oracles.differences(place.sandbox) == []


@systems
def test_a_commit_comes_behind_the_watermark(place, family, system):
    """A row of an older version than those seen: it was written first and committed last."""
    family("T", ABSORBED)
    quiet(place)
    service = PAGES[system][0]
    rule = place.sandbox.faults.add("late_commit", service=service, method="PATCH", delay=1.5)
    somebody_writes(place, system, 8001)
    assert rule.struck
    other = people.BUYER
    if system == "sales":
        id = people.account(place.sandbox, other)
        place.sandbox.dataverse.edit("account", id, {"telephone1": "8002"})
    else:
        key = ("usmf", people.sold_to(place.sandbox, other)["CustomerAccount"])
        place.sandbox.scm.edit("CustomersV3", key, {"PrimaryContactPhone": "8002"})
    place.run()
    time.sleep(1.6)
    quiet(place)
    assert told(place) == {"sales": 8001, "scm": 8001}
    assert oracles.differences(place.sandbox) == []


def somebody_writes(place, system, limit):
    """Somebody's own program edits the customer over the wire."""
    ready = place.sandbox.ready()
    root = ready["services"][PAGES[system][0]]
    login = f"{ready['services']['login']}/{ready['tenant']}/oauth2/v2.0/token"
    if system == "sales":
        id = people.account(place.sandbox, people.CUSTOMER)
        path, row = f"api/data/v9.2/accounts({id})", {"telephone1": str(limit)}
    else:
        number = people.sold_to(place.sandbox, people.CUSTOMER)["CustomerAccount"]
        path = f"data/CustomersV3(dataAreaId='usmf',CustomerAccount='{number}')?cross-company=true"
        row = {"PrimaryContactPhone": str(limit)}
    who = {"client_id": ready["client_id"], "client_secret": ready["client_secret"]}
    asked = {**who, "grant_type": "client_credentials", "scope": f"{root}/.default"}
    with requests.Session() as http:
        http.trust_env, http.verify = False, ready["ca_file"]
        token = http.post(login, data=asked, timeout=10).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        answer = http.patch(f"{root}/{path}", json=row, headers=headers, timeout=10)
    assert answer.ok, answer.text


@systems
def test_rows_come_out_of_order(place, family, system):
    family("T", ABSORBED)
    rule = strike(place, system, "shuffled_parts")
    troubled(place, ABSORBED)
    assert rule.struck


@systems
def test_rows_are_added_while_a_page_is_read(place, family, system):
    family("T", ABSORBED)
    with asleep(place.config, "page-read", READ[system]):
        edit(place, system, 6001)
    quiet(place)
    assert told(place) == {"sales": 6001, "scm": 6001}
    assert oracles.differences(place.sandbox) == []


@systems
def test_the_last_reading_was_more_than_a_week_ago(place, family, system):
    family("T", ABSORBED)
    quiet(place)
    edit(place, system, 7001)
    place.sandbox.clock.move(WEEK + 3600)
    quiet(place)
    assert told(place) == {"sales": 7001, "scm": 7001}
    assert oracles.differences(place.sandbox) == []


@systems
def test_a_page_leads_to_itself(place, family, system):
    """For ever: said, and given up after a few calls."""
    family("T", STOPPED)
    rule = strike(place, system, "same_page", times=None)
    before = place.sandbox.counters.requests(PAGES[system][0])
    found = told_of(place.run)
    assert found.outcome in ("stopped", "retry"), found.text
    assert rule.struck
    assert place.sandbox.counters.requests(PAGES[system][0]) - before < 160
    settled(place)


@systems
def test_a_page_comes_twice(place, family, system):
    family("T", ABSORBED)
    rule = strike(place, system, "same_page")
    for _ in range(2):
        found = told_of(place.run)
    assert rule.struck, found.text
    settled(place)


@systems
def test_an_empty_page_leads_on(place, family, system):
    family("T", ABSORBED)
    rule = strike(place, system, "empty_page")
    troubled(place, ABSORBED)
    assert rule.struck


@systems
def test_a_row_comes_and_goes_between_two_readings(place, family, system):
    family("T", ABSORBED)
    if system == "sales":
        row = {"name": "Gone by noon", **currency("USD")}
        place.sandbox.dataverse.delete("account", place.sandbox.dataverse.put("account", row))
    else:
        like = dict(people.sold_to(place.sandbox, people.BUYER))
        kept = ("dataAreaId", "CustomerGroupId", "SalesCurrencyCode")
        row = {name: like[name] for name in kept}
        made = place.sandbox.scm.put("CustomersV3", {**row, "OrganizationName": "Gone by noon"})
        place.sandbox.scm.delete("CustomersV3", "usmf", made["CustomerAccount"])
    troubled(place, ABSORBED)
    names = {name for _, name in oracles.sales(place.sandbox)[0]}
    assert "Gone by noon" not in names


def edit(place, system, limit):
    """Somebody gives the buyer another credit limit, in one system."""
    if system == "sales":
        id = people.account(place.sandbox, people.CUSTOMER)
        place.sandbox.dataverse.edit("account", id, {"telephone1": str(limit)})
    else:
        key = ("usmf", people.sold_to(place.sandbox, people.CUSTOMER)["CustomerAccount"])
        place.sandbox.scm.edit("CustomersV3", key, {"PrimaryContactPhone": str(limit)})


def told(place):
    """The number that both systems have."""
    id = people.account(place.sandbox, people.CUSTOMER)
    [row] = place.sandbox.dataverse.rows("account", "accountid = ?", id)
    there = people.sold_to(place.sandbox, people.CUSTOMER)["PrimaryContactPhone"]
    return {"sales": int(row["telephone1"]), "scm": int(there)}
