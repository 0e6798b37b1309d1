"""B: a call that carries many writes is refused for one, answered in part, in disorder or twice."""

from __future__ import annotations

import pytest

from oppbridge.bridge import Bridge
from tests.chaos import oracles, people
from tests.chaos.case import ABSORBED, LISTED, settled, told_of, troubled
from tests.chaos.place import quiet

pytestmark = pytest.mark.integration

BULK = "(Create|Upsert)Multiple"


def product(place, number, name):
    """Somebody releases a product in Supply Chain."""
    like = place.sandbox.scm.rows("ReleasedProductsV2", dataAreaId="usmf")[0]
    kept = ("InventoryUnitSymbol", "ItemModelGroupId", "ProductGroupId")
    kept += ("StorageDimensionGroupName", "TrackingDimensionGroupName")
    names = {"ProductNumber": number, "ProductName": name, "ProductType": "Item"}
    place.sandbox.scm.put("ProductsV2", names)
    own = {"dataAreaId": "usmf", "ItemNumber": number, "ProductNumber": number, "SalesPrice": 5}
    place.sandbox.scm.put("ReleasedProductsV2", {**own, **{name: like[name] for name in kept}})


def in_sales(place):
    return {row["productnumber"] for row in place.sandbox.dataverse.rows("product")}


def dead(place):
    with Bridge.open(place.config) as bridge:
        return sorted(one.name for one in bridge.dead())


@pytest.mark.parametrize("guilty", [1, 2], ids=["one-bad-row", "some-of-each"])
def test_only_the_guilty_rows_are_listed(place, family, guilty):
    family("B", LISTED)
    for n in range(6):
        product(place, f"MIX-{n}", f"{'Guilty' if n < guilty else 'Innocent'} {n}")
    place.sandbox.faults.add(
        "status", service="dataverse", method="POST", body="Guilty", times=None, status=400,
        message="That product is not wanted.",
    )  # fmt: skip
    told = told_of(place.run)
    assert told.kind == LISTED, told.text
    assert dead(place) == [f"Guilty {n}" for n in range(guilty)]
    assert {f"MIX-{n}" for n in range(guilty, 6)} <= in_sales(place)
    place.sandbox.faults.clear()
    with Bridge.open(place.config) as bridge:
        bridge.retry([one.id for one in bridge.dead()])
    quiet(place)
    assert oracles.differences(place.sandbox) == []


FAULTS = {
    "change-set-in-part": ("scm", r"\$batch$", "missing_part"),
    "missing-part": ("dataverse", r"\$batch$", "missing_part"),
    "reordered-parts": ("dataverse", r"\$batch$", "shuffled_parts"),
    "fewer-ids-than-rows": ("dataverse", BULK, "missing_part"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_an_answer_in_part_or_in_disorder(place, family, fault):
    service, path, kind = FAULTS[fault]
    family("B", ABSORBED)
    rule = place.sandbox.faults.add(kind, service=service, method="POST", path=path)
    told = told_of(place.run)
    assert rule.struck, told.text
    settled(place)


def test_two_rows_have_one_key(place, family):
    """Sales has a product of that number already: it is the same one, whoever made it."""
    family("B", ABSORBED)
    product(place, "TWICE-1", "Twice")
    quiet(place)
    place.sandbox.dataverse.put("product", dict(_like(place), productnumber="LATER-1"))
    product(place, "LATER-1", "Later")
    quiet(place)
    assert [n for n in _numbers(place) if n == "LATER-1"] == ["LATER-1"]
    assert oracles.differences(place.sandbox) == []


def _like(place):
    row = place.sandbox.dataverse.rows("product", "productnumber = ?", "TWICE-1")[0]
    kept = ("name", "quantitydecimal")
    return {
        **{name: row[name] for name in kept},
        "defaultuomid@odata.bind": f"/uoms({row['_defaultuomid_value']})",
        "defaultuomscheduleid@odata.bind": f"/uomschedules({row['_defaultuomscheduleid_value']})",
    }


def _numbers(place):
    return [row["productnumber"] for row in place.sandbox.dataverse.rows("product")]


def test_more_rows_than_a_call_may_carry(place, family):
    family("B", ABSORBED)
    before = len(_numbers(place))
    for n in range(1001):
        product(place, f"MANY-{n:04d}", f"Nail {n}")
    quiet(place)
    assert len(_numbers(place)) == before + 1001 + len(people.PRODUCTS)
    assert oracles.differences(place.sandbox) == []


def test_some_are_new_and_some_are_changed(place, family):
    family("B", ABSORBED)
    product(place, "NEW-1", "New")
    known = people.known(place.sandbox)[0]["productnumber"]
    place.sandbox.scm.edit("ReleasedProductsV2", ("usmf", known), {"SalesPrice": 77})
    quiet(place)
    assert "NEW-1" in in_sales(place)
    assert oracles.differences(place.sandbox) == []


def test_nothing_to_send_sends_nothing(place, family):
    family("B", ABSORBED)
    quiet(place)
    written = [place.sandbox.counters.writes(name) for name in ("dataverse", "scm")]
    place.sandbox.counters.reset()
    troubled(place, ABSORBED)
    assert [place.sandbox.counters.writes(name) for name in ("dataverse", "scm")] == [0, 0]
    assert all(count > 0 for count in written)
