"""At rest both sides agree, nothing stands twice, nothing is lost, and nobody writes any more."""

import pytest

from .onlooker import differences
from .story import tell
from .world import World


@pytest.mark.parametrize("chunk", range(30))
def test_ten_stories_end_well(chunk):
    wrong = {seed: said for seed in range(chunk * 10, chunk * 10 + 10) if (said := tell(seed))}
    assert wrong == {}


def test_the_onlooker_sees_what_is_planted():
    world = World()
    north, south = world.crms["north"], world.crms["south"]
    company = north.add("companies", {"title": "Port", "notes": "co1"})
    assert differences(north, south) == ["only north: ('companies', 'co1')"]
    world.run()
    assert differences(north, south) == []
    north.edit("companies", company, {"town": "Kiel"})
    assert differences(north, south) == [
        "('companies', 'co1') city: north 'Kiel', south None",
    ]
    south.add("companies", {"Name": "Port", "Remarks": "co1"})
    assert "south: companies co1 stands 2 times" in differences(north, south)


def test_a_run_with_nothing_new_writes_one_transaction_and_nothing_else():
    world = World()
    for number in range(20):
        world.crms["north"].add("companies", {"title": f"c{number}", "notes": f"co{number}"})
    while world.run().wrote:
        pass
    world.run()
    before = world.store.commits, world.crms["north"].writes, world.crms["south"].writes
    report = world.run()
    assert report.outcome == "done"
    after = world.store.commits, world.crms["north"].writes, world.crms["south"].writes
    assert after == (before[0] + 1, *before[1:])
