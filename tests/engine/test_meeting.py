"""A row that is met after its record was agreed gets what it lacks: lines, fields, not only edits."""

import pytest

from oppbridge.kit.documents import PartCall
from tests.walk.world import World


@pytest.fixture
def world():
    return World(winner="north")


def refused_offer(world, lines=2):
    """An offer of the north whose create the south refused; its id there."""
    north, south = world.crms["north"], world.crms["south"]
    item = north.add("items", {"title": "Saw", "nr": "I-1"})
    world.run()
    south.refuse = lambda kind, row: "not today" if kind == "offers" else None
    sold = {"item_id": item, "count": "2", "price": "5.00", "price_cur": "EUR"}
    parts = [PartCall("lines", "create", None, sold) for _ in range(lines)]
    offer = north.add("offers", {"title": "Q", "nr": "Q-1", "until": "2027-01-31"}, parts)
    assert world.run().outcome == "dead"
    south.refuse = lambda kind, row: None
    return offer


@pytest.mark.parametrize("lines", [0, 1, 2])
def test_half_a_document_is_completed(world, lines):
    offer = refused_offer(world, lines)
    world.crms["south"].add("offers", {"OfferNo": "Q-1", "Name": "Q", "ref": offer})
    world.run()
    [met] = world.crms["south"].rows("offers")
    assert len(met["Rows"]) == lines
    assert met["ValidTo"].startswith("2027-01-31")
    assert len(world.crms["north"].rows("offers")[0]["lines"]) == lines
    again = world.run()
    assert (again.outcome, again.wrote) == ("done", 0)


def test_what_a_met_row_says_itself_is_merged_not_overwritten(world):
    offer = refused_offer(world)
    world.winner = "south"
    world.crms["south"].add("offers", {"OfferNo": "Q-1", "Name": "Renamed", "ref": offer})
    world.run()
    assert world.crms["north"].rows("offers")[0]["title"] == "Renamed"
    assert world.run().wrote == 0
