import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oppbridge.sandbox.inventory.measures import promised
from oppbridge.sandbox.login import INVENTORY_APP

from .conftest import exchange_body, first_token, question

_PRODUCTS = itertools.count(1)


@pytest.fixture
def product():
    return f"product {next(_PRODUCTS)}"


def test_the_global_address_redirects_with_307_and_keeps_the_body(inventory):
    sandbox, session = inventory.sandbox, inventory.session
    entra = first_token(sandbox, session, f"{INVENTORY_APP}/.default")
    url = f"{sandbox.url('inventory')}/token"
    answer = session.post(url, json=exchange_body(sandbox, entra), allow_redirects=False)
    assert answer.status_code == 307
    place = answer.headers["Location"]
    assert place.endswith("/securityservice/token")
    body = session.post(place, json=exchange_body(sandbox, entra)).json()
    assert (body["token_type"], body["expires_in"]) == ("bearer", 3600)


def test_only_a_token_for_the_service_is_exchanged_and_only_here(inventory):
    sandbox, session = inventory.sandbox, inventory.session
    url = f"{sandbox.url('inventory')}/securityservice/token"
    wrong = first_token(sandbox, session, f"{sandbox.url('scm')}/.default")
    assert session.post(url, json=exchange_body(sandbox, wrong)).status_code == 401
    entra = first_token(sandbox, session, f"{INVENTORY_APP}/.default")
    body = exchange_body(sandbox, entra)
    assert session.post(url, json=body | {"context": "elsewhere"}).status_code == 403
    assert session.post(url, json=body | {"client_assertion_type": "x"}).status_code == 400
    assert session.post(url, json=body, headers={"Api-Version": None}).status_code == 400


def test_calls_need_a_token_a_version_and_their_own_environment(inventory):
    body, session = question("x"), inventory.session
    path = "onhand/indexquery"
    assert inventory.post(path, body, Authorization="Bearer x").status_code == 401
    assert inventory.post(path, body, **{"Api-Version": None}).status_code == 400
    elsewhere = f"{inventory.sandbox.url('inventory')}/api/environment/other/{path}"
    assert session.post(elsewhere, json=body).status_code == 403


def test_stock_of_the_supply_chain_is_shown_as_fno(inventory, product):
    inventory.sandbox.scm.post(
        "stock", company="usmf", item=product, site="1", warehouse="11", quantity=120, reserved=20
    )
    row = inventory.query(product)[0]
    assert row["productId"] == product
    assert row["dimensions"] == {"siteid": "1", "locationid": "11"}
    assert row["quantities"]["fno"]["physicalinvent"] == 120
    assert row["quantities"]["fno"]["availphysical"] == 100
    assert row["quantities"]["iv"]["availabletoreserve"] == 100
    inventory.sandbox.scm.post(
        "stock", company="usmf", item=product, site="1", warehouse="11", quantity=5
    )
    assert inventory.quantity(product, "iv.onhand") == 5


def test_an_unknown_product_has_an_empty_answer(inventory):
    assert inventory.query("nobody has it") == []


def test_a_change_is_a_delta_and_counted_once(inventory, product):
    event = inventory.event(product, quantities={"pos": {"inbound": 5}})
    for _ in range(3):
        inventory.done("onhand", event)
    inventory.done("onhand", inventory.event(product, quantities={"pos": {"outbound": 2}}))
    assert inventory.quantity(product, "pos.posinbound") == 5
    assert inventory.quantity(product, "iv.onhand") == 3


def test_set_replaces_what_a_source_says(inventory, product):
    for number in (7, 4):
        event = inventory.event(product, quantities={"iom": {"onHand": number}})
        inventory.done("setonhand/iom/bulk", [event])
    assert inventory.quantity(product, "iom.onhand") == 4


def test_the_source_fno_cannot_be_changed(inventory, product):
    event = inventory.event(product, quantities={"fno": {"PhysicalInvent": 1}})
    assert inventory.post("onhand", event).status_code == 400


@pytest.mark.parametrize(
    "change",
    [
        {"dimensions": {"siteId": "1"}},
        {"dimensions": {"siteId": "1", "locationId": "11", "shoeSize": "9"}},
        {"quantities": {"pos": {"stolen": 1}}},
        {"quantities": {"pos": {"inbound": "many"}}},
        {"quantities": {}},
        {"id": ""},
        {"organizationId": ""},
    ],
)
def test_bad_events_change_nothing(inventory, product, change):
    event = inventory.event(product, quantities={"pos": {"inbound": 1}}) | change
    assert inventory.post("onhand", event).status_code == 400
    assert inventory.query(product) == []


def test_a_bulk_with_one_bad_event_changes_nothing(inventory, product):
    good = inventory.event(product, quantities={"pos": {"inbound": 1}})
    assert inventory.post("onhand/bulk", [good, {"id": "x"}]).status_code == 400
    assert inventory.query(product) == []


@pytest.mark.parametrize(
    "filters",
    [
        {"organizationId": ["usmf", "demf"]},
        {"organizationId": "usmf"},
        {"siteId": []},
        {"locationId": [str(n) for n in range(101)]},
        {"productId": [str(n) for n in range(5001)]},
        {"shoeSize": ["9"]},
    ],
)
def test_queries_beyond_the_limits_are_refused(inventory, filters):
    body = question("x", filters=filters)
    assert inventory.post("onhand/indexquery", body).status_code == 400


def test_a_bulk_holds_512_events_at_most(inventory, product):
    events = [inventory.event(product, quantities={"pos": {"inbound": 1}}) for _ in range(513)]
    assert inventory.post("onhand/bulk", events).status_code == 400
    assert len(inventory.done("onhand/bulk", events[:512])) == 512
    assert inventory.quantity(product, "pos.posinbound") == 512


def test_groups_are_summed_and_filters_narrow(inventory, product):
    for color, size, number in (("red", "S", 1), ("red", "M", 2), ("blue", "S", 4)):
        dimensions = {"siteId": "1", "locationId": "11", "colorId": color, "sizeId": size}
        event = inventory.event(product, quantities={"pos": {"inbound": number}})
        inventory.done("onhand", event | {"dimensions": dimensions})
    rows = inventory.query(product, groupByValues=["ColorId"])
    shown = {row["dimensions"]["ColorId"]: row["quantities"]["iv"]["onhand"] for row in rows}
    assert shown == {"red": 3, "blue": 4}
    rows = inventory.query(product, filters={"sizeId": ["S"]})
    assert [row["quantities"]["iv"]["onhand"] for row in rows] == [5]
    url = (
        f"{inventory.base}/onhand?organizationId=usmf&productId={product}&SiteId=1"
        "&LocationId=11&groupBy=ColorId,SizeId&returnNegative=true"
    )
    assert len(inventory.session.get(url).json()) == 3


def test_an_exact_query_avoids_the_cross_product(inventory, product):
    for site, location in (("1", "11"), ("1", "13"), ("2", "24")):
        dimensions = {"siteId": site, "locationId": location}
        event = inventory.event(product, quantities={"pos": {"inbound": 1}})
        inventory.done("onhand", event | {"dimensions": dimensions})
    body = {
        "filters": {
            "organizationId": ["usmf"],
            "productId": [product],
            "dimensions": ["locationId", "siteId"],
            "values": [["11", "1"], ["24", "2"]],
        }
    }
    rows = inventory.done("onhand/exactquery", body)
    assert [row["dimensions"]["locationid"] for row in rows] == ["11", "24"]


def test_negative_rows_are_dropped_on_request(inventory, product):
    inventory.done("onhand", inventory.event(product, quantities={"pos": {"outbound": 5}}))
    assert inventory.query(product, returnNegative=False) == []
    assert len(inventory.query(product)) == 1


def test_reservations_draw_on_what_is_available(inventory, product):
    inventory.sandbox.scm.post(
        "stock", company="usmf", item=product, site="1", warehouse="11", quantity=10
    )
    place = {"siteId": "1", "locationId": "11"}
    wish = {"dimensions": place, "modifier": "softReservPhysical", "quantityDataSource": "iv"}
    first = inventory.done("onhand/reserve", inventory.event(product, quantity=6, **wish))
    refused = inventory.post("onhand/reserve", inventory.event(product, quantity=5, **wish))
    assert (refused.status_code, refused.json()["processingStatus"]) == (400, "failed")
    second = inventory.done("onhand/reserve", inventory.event(product, quantity=4, **wish))
    assert first["reservationId"] == second["reservationId"]
    assert inventory.quantity(product, "iv.availabletoreserve") == 0
    forced = inventory.event(product, quantity=3, ifCheckAvailForReserv=False, **wish)
    assert inventory.done("onhand/reserve", forced)["processingStatus"] == "success"
    back = inventory.event(product, reservationId=first["reservationId"], OffsetQty=15)
    answer = inventory.done("onhand/unreserve", back)
    assert answer["processingStatus"] == "partialSuccess"
    assert answer["totalInvalidOffsetQtyByReservId"] == 2
    assert inventory.quantity(product, "iv.availabletoreserve") == 10


def test_what_can_be_promised_follows_the_documented_example():
    net = [-3, 0, 10, -15, 1, 3, 0]
    assert promised(20, net) == [12, 12, 12, 12, 13, 16, 16]


@given(now=st.integers(-50, 50), net=st.lists(st.integers(-20, 20), min_size=1, max_size=30))
def test_a_promise_never_grows_smaller_and_never_exceeds_the_projected_stock(now, net):
    result = promised(now, net)
    projected = list(itertools.accumulate(net, initial=now))[1:]
    assert result == sorted(result)
    assert all(one <= stock for one, stock in zip(result, projected, strict=True))
    assert result[-1] == projected[-1]


def test_plans_move_promises_and_never_the_stock(inventory, product):
    today = dt.date.fromisoformat(inventory.sandbox.clock.stamp()[:10])
    days = [(today + dt.timedelta(days=ahead)).isoformat() for ahead in range(31)]
    inventory.done("onhand", inventory.event(product, quantities={"pos": {"inbound": 10}}))
    plan = {days[1]: {"pos": {"outbound": 5}}, days[5]: {"pos": {"inbound": 7}}}
    inventory.done("onhand/changeschedule", inventory.event(product, quantitiesByDate=plan))
    row = inventory.query(product, QueryATP=True)[0]
    promise = {day: value["iv"]["onhandavailable"] for day, value in row["atpQuantities"].items()}
    assert next(iter(promise)) == f"{days[0]}T00:00:00Z"
    assert len(promise) == 30
    assert [promise[f"{days[n]}T00:00:00Z"] for n in (0, 1, 4, 5, 29)] == [5, 5, 5, 12, 12]
    assert set(row["quantitiesByDate"]) == {f"{days[1]}T00:00:00", f"{days[5]}T00:00:00"}
    assert row["quantitiesByDate"][f"{days[1]}T00:00:00"]["iv"]["onhandavailable"] == -5
    assert row["quantities"]["iv"]["onhand"] == 10
    late = inventory.event(product, quantitiesByDate={days[30]: {"pos": {"inbound": 1}}})
    assert inventory.post("onhand/changeschedule", late).status_code == 400


def test_allocated_stock_is_moved_and_consumed_by_groups(inventory, product):
    inventory.done("onhand", inventory.event(product, quantities={"pos": {"inbound": 10}}))
    web, shop = {"channel": "web"}, {"channel": "shop"}

    def act(name, **more):
        return inventory.post(f"allocation/{name}", inventory.event(product, **more))

    assert act("allocate", groups=web, quantity=7).status_code == 200
    assert act("allocate", groups=shop, quantity=4).json()["processingStatus"] == "failed"
    assert act("allocate", groups=shop, quantity=-1).status_code == 400
    assert act("reallocate", sourceGroups=web, groups=shop, quantity=2).status_code == 200
    assert act("unallocate", groups=shop, quantity=3).status_code == 400
    assert act("unallocate", groups=shop, quantity=1).status_code == 200
    used = {"pos": {"outbound": "Addition"}}
    assert act("consume", groups=web, quantity=3, physicalMeasures=used).status_code == 200
    bad = {"fno": {"physicalinvent": "Subtraction"}}
    assert act("consume", groups=web, quantity=1, physicalMeasures=bad).status_code == 400
    row = inventory.query(product)[0]["quantities"]
    assert row["iv"]["onhand"] == 7
    assert row["@iv"]["@allocated"] == 3
    assert row["@iv"]["@consumed"] == 3
    assert row["@iv"]["@available_to_allocate"] == 4
    body = {"organizationId": "usmf", "productId": product}
    rows = inventory.done("allocation/query", body)
    held = {r["groups"]["channel"]: r["quantities"]["@iv"]["@allocated"] for r in rows}
    assert held == {"web": 2, "shop": 1}
