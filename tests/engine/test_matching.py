"""First contact: rows that both systems held are joined, asked about, and never made twice."""

import pytest

from oppbridge.bridge.matching import proposals
from oppbridge.bridge.people import approve, refuse
from oppbridge.engine import Line, Report, watch
from oppbridge.errors import ConfigError
from oppbridge.kit.documents import PartCall
from oppbridge.match.rules import MatchRules
from oppbridge.store import joins, writes
from tests.walk.onlooker import differences
from tests.walk.world import World

ALIKE = MatchRules(("number",), {"name": 0.7, "city": 0.3})


def flows(_entity):
    return ["walk"]


@pytest.fixture
def world():
    return World(match=ALIKE, winner="north")


@pytest.fixture
def north(world):
    return world.crms["north"]


@pytest.fixture
def south(world):
    return world.crms["south"]


def questions(world):
    with world.store.read() as tx:
        return [one for one in writes.in_state(tx, ["held"]) if one.action == "match"]


def pair(north, south, ours=("Contoso GmbH", "Kiel"), theirs=("Contoso Gesellschaft", "Kiel")):
    """A company in the north and one in the south that may be the same; their keys."""
    one = north.add("companies", {"title": ours[0], "town": ours[1], "notes": "co1"})
    other = south.add("companies", {"Name": theirs[0], "City": theirs[1], "Remarks": "co1"})
    return one, other


def rows(*crms):
    return [len(crm.rows("companies")) for crm in crms]


def seen(world):
    """What `match` would show."""
    flow = world.flow()
    others = {one.entity: [flow.name] for one in flow.entities}
    line = Line(world.store, flow, others, Report(flow.name, 0.0))
    watch(line, flow.entities)
    found = proposals(line)
    line.finish()
    return found


def test_names_that_differ_in_accents_and_legal_form_are_joined(world, north, south):
    pair(north, south, ("Müller & Söhne KG", "Köln"), ("MUELLER UND SOEHNE", "Koeln"))
    world.run()
    world.run()
    assert rows(north, south) == [1, 1]
    assert south.rows("companies")[0]["Name"] == "Müller & Söhne KG"


def test_what_is_too_alike_to_be_two_is_asked_and_nothing_is_created(world, north, south):
    pair(north, south, ("Contoso Trading", "Kiel"), ("Contoso Trade Ltd", "Kiel"))
    assert world.run().outcome == "waiting"
    assert rows(north, south) == [1, 1]
    first, second = questions(world)
    assert {first.system, second.system} == {"north", "south"}
    assert "alike: city 1, name 0.85" in first.why
    assert "'Contoso Trading'" in first.reasons["name"]
    assert "'Contoso Trade Ltd'" in first.reasons["name"]
    assert world.run().wrote == 0


def test_a_person_says_that_it_is_the_same_and_both_rows_become_one_record(world, north, south):
    _, twin = pair(north, south, ("Contoso Trading", "Kiel"), ("Contoso Trade Ltd", "Kiel"))
    world.run()
    asked = next(one for one in questions(world) if one.system == "south")
    approve(world.store, [asked.id], "anna", twin, flows)
    assert world.run().outcome == "done"
    assert rows(north, south) == [1, 1]
    assert south.rows("companies")[0]["Name"] == "Contoso Trading"
    assert questions(world) == []
    with world.store.read() as tx:
        assert joins.joined_to(tx, 1)[0][1] == "a person said so"


def test_a_person_says_that_it_is_new_and_both_are_created(world, north, south):
    pair(north, south, ("Contoso Trading", "Kiel"), ("Contoso Trade Ltd", "Kiel"))
    world.run()
    approve(world.store, [questions(world)[0].id], "anna", "new", flows)
    assert world.run().outcome == "done"
    assert rows(north, south) == [2, 2]
    assert questions(world) == []
    north.edit("companies", north.rows("companies")[0]["id"], {"town": "Kiel-Wik"})
    world.run()
    assert questions(world) == []


def test_an_answer_must_name_a_candidate(world, north, south):
    pair(north, south, ("Contoso Trading", "Kiel"), ("Contoso Trade Ltd", "Kiel"))
    world.run()
    asked = questions(world)[0]
    for choice in (None, "nobody"):
        with pytest.raises(ConfigError, match="choose `new`, or the row it is"):
            approve(world.store, [asked.id], "anna", choice, flows)


def test_a_refused_question_stays_refused_and_creates_nothing(world, north, south):
    pair(north, south, ("Contoso Trading", "Kiel"), ("Contoso Trade Ltd", "Kiel"))
    world.run()
    refuse(world.store, [one.id for one in questions(world)], "anna")
    for _ in range(2):
        world.run()
    assert rows(north, south) == [1, 1]
    assert questions(world) == []


def test_two_that_are_equally_alike_are_asked_about(world, north, south):
    pair(north, south, ("Contoso", "Kiel"), ("Contoso GmbH", "Kiel"))
    south.add("companies", {"Name": "CONTOSO", "City": "Kiel", "Remarks": "co2"})
    world.run()
    assert rows(north, south) == [1, 2]
    asked = next(one for one in questions(world) if one.system == "south")
    assert asked.why.count("alike") == 2
    approve(world.store, [asked.id], "anna", south.rows("companies")[1]["id"], flows)
    world.run()
    world.run()
    assert rows(north, south) == [2, 2]


def test_an_equal_number_is_never_created_twice(world, north, south):
    for title in ("Port", "Harbour"):
        north.add("companies", {"title": title, "nr": "C1", "notes": title})
    world.run()
    assert rows(north, south) == [2, 1]
    [asked] = questions(world)
    assert "equal number" in asked.why
    assert world.run().wrote == 0
    with pytest.raises(ConfigError, match="choose `new`"):
        approve(world.store, [asked.id], "anna", None, flows)
    approve(world.store, [asked.id], "anna", "new", flows)
    world.run()
    assert rows(north, south) == [2, 2]


def test_names_alike_with_other_numbers_are_asked_not_joined(world, north, south):
    north.add("companies", {"title": "Contoso", "nr": "1", "town": "Kiel", "notes": "a"})
    south.add("companies", {"Name": "Contoso", "CustNo": "2", "City": "Kiel", "Remarks": "b"})
    world.run()
    assert rows(north, south) == [1, 1]
    assert len(questions(world)) == 2


def test_a_better_spelling_settles_the_question(world, north, south):
    one, _ = pair(north, south, ("Contoso Trading", "Kiel"), ("Contoso Trade Ltd", "Kiel"))
    world.run()
    north.edit("companies", one, {"title": "Contoso Trade"})
    world.run()
    world.run()
    assert rows(north, south) == [1, 1]
    assert questions(world) == []


def test_match_shows_what_would_be_joined_and_changes_nothing(world, north, south):
    pair(north, south, ("Müller", "Köln"), ("Mueller GmbH", "Koeln"))
    pair(north, south, ("Contoso Trading", "Kiel"), ("Contoso Trade Ltd", "Kiel"))
    for _ in range(2):
        link, ask = seen(world)
        assert (link.verdict, link.why) == ("link", "1 alike: city 1, name 1")
        assert set(link.left.systems) | set(link.right.systems) == {"north", "south"}
        assert (ask.verdict, ask.writes) == ("ask", [])
    with world.store.read() as tx:
        assert not joins.any_joined(tx)
    world.run()
    [ask] = seen(world)
    assert len(ask.writes) == 2
    assert {ask.left.values["name"], ask.right.values["name"]} == {
        "Contoso Trading",
        "Contoso Trade Ltd",
    }


def test_who_points_at_a_joined_record_points_at_the_one_that_stayed(world, north, south):
    one, twin = pair(north, south, ("Contoso Trading", "Kiel"), ("Contoso Trade Ltd", "Kiel"))
    north.add("people", {"last": "Doe", "mail": "pe1", "company_id": one})
    south.add("people", {"FamilyName": "Roe", "Email": "pe2", "Company": twin})
    world.run()
    asked = next(one for one in questions(world) if one.system == "south")
    approve(world.store, [asked.id], "anna", twin, flows)
    for _ in range(3):
        world.run()
    assert differences(north, south) == []
    assert {row["company_id"] for row in north.rows("people")} == {one}
    assert world.run().wrote == 0


def test_a_lost_store_joins_again_by_key_and_likeness(world, north, south):
    pair(north, south, ("Müller", "Köln"), ("Mueller GmbH", "Koeln"))
    north.add("companies", {"title": "Port", "nr": "C1", "notes": "co"})
    world.run()
    world.store = world.fresh_store()
    world.run()
    world.run()
    assert rows(north, south) == [2, 2]


def test_rules_given_later_know_the_records_there_were_before(world, north, south):
    world.match = MatchRules()
    north.add("companies", {"title": "Port", "nr": "C1", "notes": "co"})
    world.run()
    world.match = ALIKE
    south.add("companies", {"Name": "Other", "CustNo": "C1", "Remarks": "co2"})
    world.run()
    assert rows(north, south) == [1, 2]
    assert len(questions(world)) == 1


def _line(collection, **row):
    return PartCall(
        collection, "create", None, row | {"PriceCurrency": "EUR"} if "Item" in row else row
    )


def offers(world, count=float):
    """The same offer in both systems, which never met; the south counts its lines otherwise."""
    north, south = world.crms["north"], world.crms["south"]
    item = north.add("items", {"title": "Saw", "nr": "I-1"})
    twin = south.add("items", {"Name": "Saw", "ItemNo": "I-1"})
    ours = [
        _line("lines", item_id=item, memo=f"l{n}", count=str(n), price=f"{n}.00", price_cur="EUR")
        for n in (1, 2)
    ]
    theirs = [
        _line("Rows", Item=twin, Text=f"l{n}", Quantity=count(n), UnitPrice=float(n))
        for n in (2, 1)
    ]
    north.add("offers", {"title": "Q", "nr": "Q-1"}, ours)
    south.add("offers", {"Name": "Q", "OfferNo": "Q-1"}, theirs)


def test_lines_that_both_had_before_they_met_stand_once():
    world = World(match=MatchRules(("number",)))
    offers(world)
    for _ in range(2):
        world.run()
        assert differences(world.crms["north"], world.crms["south"]) == []
        assert len(world.crms["north"].rows("offers")[0]["lines"]) == 2
        world.store = world.fresh_store()


def test_lines_that_only_one_had_are_known_again_after_a_lost_store():
    world = World(match=MatchRules(("number",)))
    offers(world, count=lambda number: number * 5.0)
    for _ in range(2):
        world.run()
        assert len(world.crms["north"].rows("offers")[0]["lines"]) == 4
        assert len(world.crms["south"].rows("offers")[0]["Rows"]) == 4
        world.store = world.fresh_store()
