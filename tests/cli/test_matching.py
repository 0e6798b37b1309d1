"""`oppbridge match`, and the questions it leads to, on the command line."""

import pytest

MATCH = """
        match:
          exact: [number]
          fuzzy: {fields: {name: 0.7, city: 0.3}}
"""


@pytest.fixture
def world(world, tmp_path):
    config = tmp_path / "oppbridge.yaml"
    config.write_text(config.read_text().rstrip() + MATCH)
    return world


def companies(world, *rows):
    for crm, name, city in rows:
        columns = ("title", "town") if crm == "north" else ("Name", "City")
        world.crms[crm].add("companies", dict(zip(columns, (name, city), strict=True)))


def test_what_will_be_joined_and_what_is_asked_is_shown(world):
    companies(world, ("north", "Müller", "Köln"), ("south", "Mueller GmbH", "Koeln"))
    companies(world, ("north", "Contoso Trading", "Kiel"), ("south", "Contoso Trade", "Kiel"))
    told = world("match", "both")
    assert told.code == 5
    assert "1 to join with the next plan or run, 1 to ask about" in told.out
    assert "*name: Contoso Trading" in told.out
    assert " city: Kiel" in told.out
    listed = world.json("match", "both")
    assert [one["verdict"] for one in listed] == ["link", "ask"]
    assert set(listed[1]) == {"entity", "verdict", "score", "why", "left", "right", "writes"}


def test_a_question_is_held_shown_and_settled_by_key(world):
    companies(world, ("north", "Contoso Trading", "Kiel"), ("south", "Contoso Trade", "Kiel"))
    assert "may be" in world("plan", "both").out
    held = world.json("held")
    assert {one["action"] for one in held} == {"match"}
    asked = next(one for one in held if one["system"] == "south")
    assert "oppbridge approve HELD --choose KEY" in world("match", "both").out
    wrong = world("approve", str(asked["id"]))
    assert (wrong.code, "choose `new`, or the row it is" in wrong.err) == (2, True)
    [row] = world.crms["south"].rows("companies")
    assert world("approve", str(asked["id"]), "--choose", row["id"]).code == 0
    assert world("run", "both").code == 0
    assert len(world.crms["north"].rows("companies")) == 1
    assert "no records to match" in world("match", "both").out
    story = world("why", "south", row["id"]).out
    assert "a person said so" in story
    assert " match " in story
    assert "ada" in str(world.json("why", "south", row["id"]))


def test_nothing_to_match_is_said(world):
    told = world("match", "both")
    assert (told.code, told.out) == (0, "no records to match\n")
