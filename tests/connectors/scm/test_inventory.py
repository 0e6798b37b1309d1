"""What can be promised: on-hand and available-to-promise, with and without Inventory Visibility."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oppbridge.connectors.scm.inventory import Inventory, Promise, added, measured
from oppbridge.connectors.scm.settings import InventorySettings
from oppbridge.errors import AccessDenied, ConfigError, Throttled
from oppbridge.process.inventory import Availability, Item

TODAY = datetime.now(UTC).date()
CRANE = Item("usmf", "1000", "1", "11")


@pytest.fixture
def stock(trade):
    for site, warehouse, quantity in (("1", "11", 20), ("1", "13", 4), ("2", "24", 5)):
        trade.scm.post(
            "stock", company="usmf", item="1000", site=site, warehouse=warehouse, quantity=quantity
        )
    return trade


@pytest.fixture
def settings(stock):
    return {
        "url": stock.url("inventory"),
        "environment": stock.world.identity.environment_id,
        "security_url": stock.url("inventory"),
    }


@pytest.fixture(params=["data service", "on-hand", "available to promise"])
def asked(request, open_line, settings):
    given = {
        "data service": None,
        "on-hand": settings,
        "available to promise": {**settings, "atp": "IV.OnHandAvailable"},
    }
    return open_line(inventory=given[request.param])


def now(line, *item):
    return line.available([Item(*item)])[Item(*item)][0].quantity


def test_the_connector_offers_availability(asked):
    assert isinstance(asked, Availability)


def test_an_item_in_a_warehouse(asked):
    assert now(asked, *CRANE) == 20


def test_an_item_at_a_site_is_the_sum_of_its_warehouses(asked):
    assert now(asked, "usmf", "1000", "1", None) == 24


def test_an_item_anywhere_is_the_sum_of_all_warehouses(asked):
    assert now(asked, "usmf", "1000", None, None) == 29


def test_warehouses_asked_for_together_are_kept_apart(asked):
    items = [CRANE, Item("usmf", "1000", "2", "24"), Item("usmf", "1000", "1", "24")]
    found = asked.available(items)
    assert {item.warehouse: found[item][0].quantity for item in found} == {"11": 20, "24": 5}


def test_what_is_unknown_is_left_out(asked):
    assert (
        asked.available([Item("usmf", "nothing", None, None), Item("demf", "1000", None, None)])
        == {}
    )


def test_nothing_asked_nothing_found(asked):
    assert asked.available([]) == {}


def test_what_comes_is_promised_from_its_day(stock, open_line, settings):
    line = open_line(inventory={**settings, "atp": "iv.onhandavailable"})
    promises = line.available([CRANE])[CRANE]
    assert promises[0].on == TODAY
    assert promises[1].on == TODAY + timedelta(days=1)
    assert all(promise.quantity == 20 for promise in promises)


def test_an_environment_of_others_is_refused(open_line, settings):
    line = open_line(inventory={**settings, "environment": "00000000-0000-0000-0000-000000000000"})
    with pytest.raises(AccessDenied, match="Inventory Visibility"):
        line.available([CRANE])


def test_a_throttle_is_told_with_its_time(stock, open_line, settings):
    line = open_line(inventory=settings, patience=0)
    stock.faults.add("throttle", service="inventory", path="exactquery", retry_after="9")
    with pytest.raises(Throttled) as caught:
        line.available([CRANE])
    assert caught.value.after == 9


def test_a_token_that_expired_is_exchanged_anew(stock, open_line, settings):
    line = open_line(inventory=settings)
    assert now(line, *CRANE) == 20
    stock.clock.move(4000)
    assert now(line, *CRANE) == 20


def test_a_redirect_to_a_stranger_is_not_followed(stock, open_line, settings):
    from oppbridge.connectors.scm.island import Island

    given = InventorySettings.model_validate(settings)
    island = Island(given, None, None)
    own = given.security_url
    assert island._believed(f"{own}/securityservice/token")
    assert island._believed(
        "https://gw.eus-il101.gateway.prod.island.powerapps.com/securityservice/token"
    )
    for url in (
        "https://evil.example/token",
        own.replace("https", "http"),
        "https://powerapps.com.evil/",
        "",
    ):
        with pytest.raises(ConfigError):
            island._believed(url)


def test_questions_keep_to_the_limits_of_the_service():
    asked = []

    class Session:
        def json(self, call):
            import orjson

            asked.append(orjson.loads(call.body)["filters"])
            return []

    settings = InventorySettings(url="https://iv.example", environment="e")
    places = [("1", str(number)) for number in range(230)]
    Inventory(Session(), settings).promised("usmf", [str(n) for n in range(7_000)], places)
    assert [len(one["productId"]) for one in asked] == [5_000] * 3 + [2_000] * 3
    assert [len(one["values"]) for one in asked] == [100, 100, 30] * 2
    assert all(one["organizationId"] == ["usmf"] for one in asked)


def test_measures_are_found_whatever_their_case():
    quantities = {"IV": {"OnHandAvailable": 1.5}}
    assert measured(quantities, "iv.onhandavailable") == Decimal("1.5")
    assert measured({}, "iv.onhand") == measured(None, "iv.onhand") == 0


PROMISES = st.dictionaries(st.dates(date(2026, 1, 1), date(2026, 1, 9)), st.integers(-50, 50)).map(
    lambda found: [Promise(day, Decimal(found[day])) for day in sorted(found)]
)


@given(PROMISES, PROMISES)
def test_places_add_up_in_any_order(some, more):
    assert added(some, more) == added(more, some)
    assert [p.on for p in added(some, more)] == sorted({p.on for p in (*some, *more)})
    assert added(some, []) == some
