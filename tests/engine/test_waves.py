"""A cutover in waves: from a day on another system owns some records, and nothing is read anew."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

import pytest

from oppbridge.bridge.story import why
from oppbridge.config import compile_filter
from oppbridge.engine.waves import Wave, in_force
from oppbridge.policies import POLICIES
from oppbridge.store import writes
from tests.walk.world import World


@dataclass
class Cutover(World):
    """Two CRMs: the north owns accounts, until waves say otherwise."""

    waves: list = field(default_factory=list)
    south_writes: bool = True

    def flow(self):
        flow = super().flow()
        return replace(flow, entities=[self._waved(one) for one in flow.entities])

    def _waved(self, one):
        if one.entity != "account":
            return one
        south = replace(one.members["south"], writes=self.south_writes)
        members = {**one.members, "south": south}
        rules = {"policy": ("owner", POLICIES["owner"]), "owner_of_all": "north"}
        return replace(one, members=members, waves=self.waves, **rules)

    def on(self, day):
        """Let it be noon of a day."""
        self.store.clock = lambda: datetime(*day, 12, tzinfo=UTC).timestamp()


def germany(owner="south", **more):
    return Wave(owner, when=compile_filter("country == 'DE'", "account"), **more)


@pytest.fixture
def world():
    world = Cutover()
    for country in ("DE", "FR"):
        row = {"title": f"in {country}", "land": country, "town": "A", "notes": country}
        world.crms["north"].add("companies", row)
    world.run()
    return world


def edit(world, side, town, country="DE"):
    marks = {"north": ("notes", "town"), "south": ("Remarks", "City")}[side]
    crm = world.crms[side]
    row = next(row for row in crm.rows("companies") if row[marks[0]] == country)
    crm.edit("companies", row["id"], {marks[1]: town})
    return row["id"]


def towns(world, country="DE"):
    rows = [
        next(r for r in world.crms[side].rows("companies") if r[mark] == country)[at]
        for side, mark, at in (("north", "notes", "town"), ("south", "Remarks", "City"))
    ]
    return tuple(rows)


def test_what_is_done_elsewhere_to_a_record_of_a_wave_does_not_count(world):
    world.waves = [germany("north")]
    edit(world, "south", "B")
    edit(world, "south", "B", "FR")
    world.run()
    assert (towns(world), towns(world, "FR")) == (("A", "A"), ("B", "B"))


def test_the_wave_switches_on_its_day_without_reading_anything_anew(world):
    world.waves = [germany(since=date(2027, 3, 1)), germany("north")]
    world.on((2027, 2, 28))
    edit(world, "south", "before")
    world.run()
    assert towns(world) == ("A", "A")
    eve = world.run()
    world.on((2027, 3, 1))
    quiet = world.run()
    assert (quiet.total("observed"), quiet.wrote) == (eve.total("observed"), 0)
    assert quiet.total("observed") < 2  # of two records in each system
    edit(world, "south", "after")
    edit(world, "north", "too late")
    world.run()
    assert towns(world) == ("after", "after")
    edit(world, "north", "still", "FR")
    world.run()
    assert towns(world, "FR") == ("still", "still")


def test_a_wave_that_is_not_alone_settles_clashes_only(world):
    world.waves = [germany(alone=False)]
    edit(world, "north", "mine")
    world.run()
    assert towns(world) == ("mine", "mine")
    for country in ("DE", "FR"):
        edit(world, "north", "ours", country)
        edit(world, "south", "theirs", country)
    world.run()
    assert towns(world) == ("theirs", "theirs")
    assert towns(world, "FR") == ("ours", "ours")


def test_a_wave_may_be_of_single_fields(world):
    world.waves = [germany(fields=("name",))]
    edit(world, "north", "B")
    world.run()
    assert towns(world) == ("B", "B")


def test_who_moves_a_record_to_another_territory_is_who_owned_it(world):
    world.waves = [germany()]
    row = next(r for r in world.crms["north"].rows("companies") if r["land"] == "DE")
    world.crms["north"].edit("companies", row["id"], {"land": "FR"})
    world.run()
    assert world.crms["north"].row("companies", row["id"])["land"] == "DE"


def test_a_wave_that_cannot_judge_a_record_stops_that_record_by_name(world):
    world.waves = [Wave("south", when=compile_filter("100 / employees > 3", "account"))]
    edit(world, "north", "B", "FR")
    row = next(r for r in world.crms["north"].rows("companies") if r["notes"] == "DE")
    world.crms["north"].edit("companies", row["id"], {"staff": 0})
    world.run()
    edit(world, "north", "B")
    world.run()
    with world.store.read() as tx:
        [dead] = writes.in_state(tx, ["dead"])
    assert "cannot judge this account" in dead.why
    assert towns(world) == ("B", "A")
    assert towns(world, "FR") == ("B", "B")


def test_the_first_wave_that_holds_comes_first():
    waves = [germany(since=date(2027, 1, 1)), germany("north"), Wave("north")]
    values = {"country": "DE"}
    assert in_force(waves, values, date(2026, 12, 31)) == ((waves[1], waves[2]), None)
    assert in_force(waves, values, date(2027, 1, 1))[0][0].owner == "south"
    assert in_force(waves, {"country": "FR"}, date(2027, 1, 1)) == ((waves[2],), None)


def test_a_decision_that_needs_no_write_is_told_all_the_same():
    world = Cutover(south_writes=False)
    world.crms["north"].add("companies", {"title": "x", "town": "A", "notes": "DE"})
    world.crms["south"].add("companies", {"Name": "y", "Remarks": "FR"})
    world.run()
    [row] = [r for r in world.crms["north"].rows("companies") if r["title"] == "y"]
    [mine] = world.crms["south"].rows("companies")
    world.crms["north"].edit("companies", row["id"], {"town": "north"})
    world.crms["south"].edit("companies", mine["id"], {"City": "south"})
    world.run()
    told = why(world.store, "north", row["id"], ["account"])
    [decision] = [write for write in told["writes"] if write["action"] == "decide"]
    assert decision["fields"]["city"] == {
        "before": None,
        "after": "north",
        "why": "north wins by policy owner (base: None; north: 'north', south: 'south')",
    }
    assert world.run().wrote == 0
