"""S: tables change between two runs, in twelve ways, on either side."""

from __future__ import annotations

import pytest

from tests.chaos import oracles
from tests.chaos.case import ABSORBED, STOPPED, settled, told_of, troubled
from tests.chaos.people import PRODUCTS
from tests.chaos.reshaping import BENIGN, SIDES, shapes_kept

pytestmark = pytest.mark.integration

TABLES = {"account": ("account", "CustomersV3"), "opportunity": ("opportunity",)}


@pytest.fixture
def put_back(place):
    with shapes_kept(place.sandbox) as found:
        yield found


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("variant", SIDES["sales"])
def test_a_table_is_not_what_it_was(place, put_back, family, side, variant):
    expected = ABSORBED if variant in BENIGN else STOPPED
    family("S", expected)
    change = SIDES[side][variant]
    change.make(place.sandbox)
    before = rows_of(place, change.entity)
    if expected == STOPPED:
        told = stopped(place, change, before, put_back)
    else:
        told = troubled(place, expected, lambda: run_and_put_back(place, put_back))
    assert f"{side}: {change.told}" in told.text


def stopped(place, change, before, put_back):
    """The entity stands still in both systems, the others move; mended, all comes right."""
    told = told_of(place.run)
    assert told.kind == STOPPED, told.text
    assert f"{change.entity} stands still" in told.text, "who stops"
    assert '"dead": 1' not in told.text, "who needs it waits, and is not refused"
    assert rows_of(place, change.entity) == before, "nothing is written before somebody looked"
    assert set(PRODUCTS) <= {
        row["productnumber"] for row in place.sandbox.dataverse.rows("product")
    }
    assert told_of(place.run).kind == STOPPED, "it stays so until it is mended or accepted"
    assert rows_of(place, change.entity) == before
    put_back()
    settled(place)
    return told


def run_and_put_back(place, put_back):
    """The oracles compare with a day on which no table changed."""
    report = place.run()
    put_back()
    return report


def rows_of(place, entity):
    found = oracles.raw(place.sandbox)
    return {key: row for key, row in found.items() if key[0] in TABLES[entity]}
