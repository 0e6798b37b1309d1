"""What a run does with records that wait, are held, refused, adopted, or come and go."""

import pytest

from oppbridge.bridge.people import approve, drop, refuse, retry
from oppbridge.errors import ConfigError, Unavailable
from oppbridge.kit.crm import Manners
from oppbridge.kit.documents import PartCall
from oppbridge.match.rules import MatchRules
from oppbridge.store import runs, writes
from tests.walk.onlooker import differences
from tests.walk.world import World


def flows(_entity):
    return ["walk"]


def open_writes(world, *states):
    with world.store.read() as tx:
        return writes.in_state(tx, states)


def settled(world):
    for _ in range(6):
        world.run()
    return differences(world.crms["north"], world.crms["south"])


@pytest.fixture
def world():
    return World()


@pytest.fixture
def north(world):
    return world.crms["north"]


@pytest.fixture
def south(world):
    return world.crms["south"]


def test_records_that_point_at_each_other_are_created_and_then_tied(world, north, south):
    company = north.add("companies", {"title": "Port", "notes": "co"})
    person = north.add("people", {"last": "Doe", "mail": "pe", "company_id": company})
    north.edit("companies", company, {"contact_id": person, "parent_id": company})
    assert world.run().outcome == "done"
    [twin] = south.rows("companies")
    assert twin["MainPerson"] == south.rows("people")[0]["id"]
    assert twin["Parent"] == twin["id"]


def test_a_line_waits_for_its_product_and_the_document_goes_on(world, north, south):
    product = north.add("items", {"title": "Crane", "nr": "it"})
    offer = north.add("offers", {"title": "Offer", "nr": "of"})
    assert settled(world) == []
    south.refuse = lambda kind, row: "no" if kind == "items" else None
    other = north.add("items", {"title": "Winch", "nr": "it2"})
    line = {"item_id": other, "memo": "l", "count": "1"}
    north.edit("offers", offer, {"title": "Renamed"}, [PartCall("lines", "create", None, line)])
    world.run()
    [twin] = south.rows("offers")
    assert (twin["Name"], twin["Rows"]) == ("Renamed", [])
    south.refuse = lambda kind, row: None
    retry(world.store, [write.id for write in open_writes(world, "dead")])
    assert settled(world) == []
    assert len(south.rows("offers")[0]["Rows"]) == 1
    assert product != other


def test_a_held_deletion_goes_when_approved_and_stays_when_refused():
    world = World(deletions="hold")
    north, south = world.crms["north"], world.crms["south"]
    ids = [north.add("sales", {"title": f"s{n}", "nr": f"sa{n}"}) for n in range(2)]
    world.run()
    for id in ids:
        north.remove("sales", id)
    world.run()
    first, second = open_writes(world, "held")
    assert (first.action, first.why) == ("delete", "deletions are held")
    assert len(south.rows("sales")) == 2
    approve(world.store, [first.id], "anna", None, flows)
    refuse(world.store, [second.id], "anna")
    world.run()
    world.run()
    assert len(south.rows("sales")) == 1
    assert [write.id for write in open_writes(world, "refused")] == [second.id]


def test_what_points_at_a_row_that_had_gone_is_told_once_it_stands_again():
    world = World(manners={name: Manners(in_use=False) for name in ("north", "south")})
    north, south = world.crms["north"], world.crms["south"]
    deal = north.add("deals", {"title": "d", "notes": "de"})
    settled(world)
    north.add("offers", {"title": "o", "nr": "of", "deal_id": deal})
    north.remove("deals", deal)
    south.edit("deals", south.rows("deals")[0]["id"], {"Name": "still wanted"})
    assert settled(world) == []
    assert [row["id"] for row in north.rows("deals")] == [deal]
    assert south.rows("offers")[0]["Deal"] == south.rows("deals")[0]["id"]


def test_an_ignored_deletion_is_neither_carried_on_nor_undone():
    world = World(deletions="ignore")
    north, south = world.crms["north"], world.crms["south"]
    id = north.add("sales", {"title": "s", "nr": "sa"})
    world.run()
    north.remove("sales", id)
    for _ in range(3):
        world.run()
    assert north.rows("sales") == []
    assert len(south.rows("sales")) == 1


def test_a_clash_nobody_settles_is_held_until_a_person_names_the_winner():
    world = World(winner="nobody")
    north, south = world.crms["north"], world.crms["south"]
    id = north.add("companies", {"title": "Port", "notes": "co", "town": "Kiel"})
    world.run()
    twin = south.rows("companies")[0]["id"]
    north.edit("companies", id, {"title": "A", "town": "Bremen"})
    south.edit("companies", twin, {"Name": "B"})
    world.run()
    [question] = open_writes(world, "held")
    assert question.action == "clash"
    assert question.reasons["name"] == "north: 'A'; south: 'B'"
    assert south.rows("companies")[0]["City"] == "Bremen"  # what nobody disputes goes on
    with pytest.raises(ConfigError, match="which system wins"):
        approve(world.store, [question.id], "anna", None, flows)
    with pytest.raises(ConfigError, match="no side"):
        approve(world.store, [question.id], "anna", "west", flows)
    approve(world.store, [question.id], "anna", "south", flows)
    assert settled(world) == []
    assert north.rows("companies")[0]["title"] == "B"
    assert open_writes(world, "held") == []


def test_a_refused_record_is_a_dead_letter_and_the_others_go_on(world, north, south):
    for name in ("fine", "REFUSE ME", "fine too"):
        north.refuse = lambda kind, row: None
        north.add("companies", {"title": name, "notes": f"co {name.lower()}"})
    report = world.run()
    assert report.total("created") == 2
    [letter] = open_writes(world, "dead")
    assert "REFUSE ME is not allowed" in letter.why
    attempts = letter.attempts
    world.run()
    assert open_writes(world, "dead")[0].attempts == attempts
    north.edit("companies", north.rows("companies")[0]["id"], {"town": "Kiel"})
    bad = next(row for row in north.rows("companies") if row["title"] == "REFUSE ME")
    north.edit("companies", bad["id"], {"title": "mended"})
    assert settled(world) == []
    assert open_writes(world, "dead") == []


def test_a_dropped_letter_comes_up_again_only_with_new_content(world, north):
    north.refuse = lambda kind, row: None
    id = north.add("companies", {"title": "REFUSE ME", "notes": "co"})
    world.run()
    drop(world.store, [write.id for write in open_writes(world, "dead")], "anna")
    assert world.run().outcome == "done"
    north.edit("companies", id, {"town": "Kiel"})
    world.run()
    assert len(open_writes(world, "dead")) == 1


def test_twins_that_existed_before_are_adopted_by_natural_key():
    world = World(match=MatchRules(("number",)))
    north, south = world.crms["north"], world.crms["south"]
    north.add("companies", {"title": "Port", "nr": "C1", "notes": "co"})
    south.add("companies", {"Name": "Port", "CustNo": " c1 ", "City": "Kiel", "Remarks": "co"})
    world.run()
    assert len(north.rows("companies")) == len(south.rows("companies")) == 1
    assert north.rows("companies")[0]["town"] == "Kiel"


def test_two_candidates_for_one_natural_key_are_not_guessed_at():
    world = World(match=MatchRules(("number",)))
    north, south = world.crms["north"], world.crms["south"]
    south.add("companies", {"Name": "Port", "CustNo": "C1", "Remarks": "co1"})
    south.add("companies", {"Name": "Port 2", "CustNo": "C1", "Remarks": "co2"})
    world.run()
    assert len(north.rows("companies")) == 1  # one of them; whether there are two, a person says
    north.add("companies", {"title": "Port", "nr": "C1", "notes": "co3"})
    world.run()
    assert (len(north.rows("companies")), len(south.rows("companies"))) == (2, 2)
    assert {write.action for write in open_writes(world, "held")} == {"match"}


def test_a_lost_store_adopts_what_it_once_created():
    world = World(manners={"south": Manners(in_use=False)})
    north, south = world.crms["north"], world.crms["south"]
    item = north.add("items", {"title": "Crane", "nr": "it"})
    line = {"item_id": item, "memo": "l", "count": "2"}
    north.add("deals", {"title": "Deal", "notes": "de"}, [PartCall("lines", "create", None, line)])
    assert settled(world) == []
    writes_before = north.writes, south.writes
    world.store = world.fresh_store()
    assert settled(world) == []
    assert (north.writes, south.writes) == writes_before


def test_another_run_that_holds_the_systems_is_left_alone(world, north):
    north.add("companies", {"title": "Port", "notes": "co"})
    with world.store.write() as tx:
        held = runs.acquire(tx, ["system:north"], world.store.clock())
    report = world.run()
    assert report.outcome == "retry"
    assert all("in use by another run" in problem for problem in report.problems)
    assert report.wrote == 0
    with world.store.write() as tx:
        runs.release(tx, held)
    assert world.run().total("created") == 1


def test_a_run_whose_lease_was_taken_over_cannot_write(world, north):
    north.add("companies", {"title": "Port", "notes": "co"})
    with world.store.write() as tx:
        old = runs.acquire(tx, ["system:north", "system:south"], world.store.clock())
        runs.release(tx, old)
        runs.acquire(tx, ["system:north", "system:south"], world.store.clock())
    with pytest.raises(Unavailable, match="taken over"), world.store.write(old):
        pytest.fail("a zombie must not get a transaction")


def test_a_system_that_is_out_of_reach_keeps_nothing_else_from_going():
    world = World()
    north, south = world.crms["north"], world.crms["south"]
    north.add("companies", {"title": "Port", "notes": "co"})
    south.faults.unreachable(100)
    report = world.run()
    assert report.outcome == "retry"
    assert any(problem.startswith("south/account") for problem in report.problems)
    south.faults.clear()
    assert settled(world) == []


def test_an_unreadable_row_is_a_dead_letter_with_its_key_until_it_can_be_read(world, north):
    id = north.add("deals", {"title": "Deal", "notes": "de"})
    north.row("deals", id)["amount"] = "no number"
    report = world.run()
    assert report.outcome == "dead"
    [letter] = open_writes(world, "dead")
    assert (letter.action, letter.key) == ("read", id)
    assert "amount" in letter.why
    north.edit("deals", id, {"amount": "5", "amount_cur": "EUR"})
    assert settled(world) == []
    assert open_writes(world, "dead") == []


def test_a_long_run_keeps_its_lease(world, north):
    for number in range(40):
        north.add("companies", {"title": f"c{number}", "notes": f"co{number}"})
    step = iter(range(10**9))
    world.store.clock = lambda: 1_800_000_000.0 + next(step) * 60
    assert world.run().outcome == "done"  # took many terms of a lease by this clock
