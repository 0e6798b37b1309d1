"""Verification finds what people did behind the engine's back, names what is known, invents nothing."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import pytest

from oppbridge.engine import Line, Report, judge, watch
from oppbridge.engine.verification import Kind, verify
from oppbridge.kit.crm import Manners
from oppbridge.kit.documents import PartCall
from tests.walk.world import World


class Checked(World):
    """A world that can be verified. `south` says what part the south takes."""

    south: Mapping[str, object] = MappingProxyType({})

    def flow(self):
        flow = super().flow()
        for one in flow.entities:
            one.members["south"] = replace(one.members["south"], **self.south)
        return flow

    def line(self):
        flow = self.flow()
        others = {one.entity: [flow.name] for one in flow.entities}
        return Line(self.store, flow, others, Report(flow.name, self.store.clock()))

    def verify(self, *, repair=False):
        line = self.line()
        found = verify(line, repair=repair)
        if repair:
            line.finish()
        return found

    def plan(self):
        line = self.line()
        watch(line, line.flow.entities)
        judge(line, line.flow.entities)
        line.finish()


@pytest.fixture
def world():
    world = Checked(winner="north")
    north = world.crms["north"]
    for number in range(20):
        north.add("companies", {"title": f"Company {number}", "state": "A"})
    item = north.add("items", {"title": "Saw", "nr": "I-1"})
    line = {"item_id": item, "count": "2", "price": "5.00", "price_cur": "EUR"}
    parts = [PartCall("lines", "create", None, line)]
    north.add("offers", {"title": "Q", "nr": "Q-1", "until": "2027-01-31"}, parts)
    world.run()
    return world


def told(found):
    return sorted((d.kind.value, d.entity, d.system) for d in found.differences)


def south_rows(world, kind="accounts"):
    return world.crms["south"].rows(kind)


def kind_of(world, entity, system="south"):
    return world.flow().entity(entity).members[system].map(entity).native


def column(world, entity, field, system="south"):
    compiled = world.flow().entity(entity).members[system].map(entity)
    at = compiled.source.fields[field].at
    return at if isinstance(at, str) else at[0]


def test_systems_that_agree_are_equal_and_nothing_is_written(world):
    writes = {name: crm.writes for name, crm in world.crms.items()}
    found = world.verify()
    assert found.equal, found.differences
    assert {(c.entity, c.system): c.rows for c in found.counts}["account", "south"] == 20
    assert {name: crm.writes for name, crm in world.crms.items()} == writes


def test_an_edit_behind_the_back_is_told_by_field_with_both_values(world):
    south, kind = world.crms["south"], kind_of(world, "account")
    row = south.rows(kind)[3]
    south.edit(kind, row["id"], {column(world, "account", "phone"): "0999"})
    [one] = world.verify().differences
    assert (one.kind, one.system, one.key) == (Kind.DIFFERENT, "south", row["id"])
    assert one.fields["phone"] == {"north": None, "south": "0999"}


def test_an_edited_line_is_told_by_its_own_path(world):
    north = world.crms["north"]
    [offer] = north.rows("offers")
    call = PartCall("lines", "update", offer["lines"][0]["id"], {"count": "7"})
    north.edit("offers", offer["id"], {}, [call])
    [one] = world.verify().differences
    [(path, values)] = [(p, v) for p, v in one.fields.items() if p.endswith("/quantity")]
    assert path.startswith("lines/")
    assert values == {"north": "7", "south": "2"}


def test_a_deleted_row_is_missing_and_a_new_one_is_unlinked(world):
    south, kind = world.crms["south"], kind_of(world, "account")
    south.remove(kind, south.rows(kind)[0]["id"])
    world.crms["north"].add("companies", {"title": "Late", "state": "A"})
    assert told(world.verify()) == [
        ("missing", "account", "south"),
        ("unlinked", "account", "north"),
    ]


def test_the_same_edit_on_both_sides_is_no_difference(world):
    south, kind = world.crms["south"], kind_of(world, "account")
    row = south.rows(kind)[3]
    south.edit(kind, row["id"], {column(world, "account", "phone"): "0999"})
    twin = next(
        r for r in world.crms["north"].rows("companies")
        if r["title"] == row[column(world, "account", "name")]
    )  # fmt: skip
    world.crms["north"].edit("companies", twin["id"], {"phone": "0999"})
    assert world.verify().equal


def test_a_repair_is_an_ordinary_plan_and_then_all_is_equal(world):
    south, kind = world.crms["south"], kind_of(world, "account")
    rows = south.rows(kind)
    south.edit(kind, rows[3]["id"], {column(world, "account", "phone"): "0999"})
    south.remove(kind, rows[0]["id"])
    world.crms["north"].add("companies", {"title": "Late", "state": "A"})
    assert len(world.verify(repair=True).differences) == 3
    writes = sum(crm.writes for crm in world.crms.values())
    world.plan()
    assert sum(crm.writes for crm in world.crms.values()) == writes
    assert {d.state for d in world.verify().differences} == {"planned"}
    world.run()
    assert world.verify().equal


def test_what_is_held_or_dead_is_named_as_such(world):
    world.crms["south"].refuse = lambda kind, row: "not today"
    world.crms["north"].add("companies", {"title": "Late", "state": "A"})
    world.run()
    [one] = world.verify().differences
    assert (one.kind, one.system, one.state) == (Kind.MISSING, "south", "dead")
    assert "not today" in one.why


def test_a_held_deletion_waits_for_a_person(world):
    world.deletions = "hold"
    north = world.crms["north"]
    north.remove("companies", north.rows("companies")[0]["id"])
    world.run()
    found = world.verify()
    [one] = found.differences
    assert (one.kind, one.system, one.state) == (Kind.EXTRA, "south", "held")
    assert found.waits


def test_an_unknown_edit_that_the_feed_never_told_is_found_and_mended(world):
    """A row changed as the store has it, while the feed is past it: only a full reading sees it."""
    north = world.crms["north"]
    table = north.table("companies")
    key = north.rows("companies")[5]["id"]
    entry = table.entries[key]
    entry.row["phone"] = "0777"  # no new stamp, no new revision
    assert world.run().wrote == 0
    [one] = world.verify(repair=True).differences
    assert one.fields["phone"] == {"north": "0777", "south": None}
    assert world.run().wrote == 1
    assert world.verify().equal


def test_a_record_that_a_filter_keeps_out_is_not_missing(world):
    world.south = {"admits": lambda values: values.get("name") != "Late"}
    world.crms["north"].add("companies", {"title": "Late", "state": "A"})
    world.run()
    assert world.verify().equal


def test_rows_of_others_in_a_system_only_written_to_are_counted_and_not_told(world):
    world.south = {"reads": False}
    south, kind = world.crms["south"], kind_of(world, "account")
    name = column(world, "account", "name")
    south.add(kind, {name: "Somebody else's"})
    found = world.verify()
    assert found.equal
    counted = {(c.entity, c.system): c for c in found.counts}["account", "south"]
    assert (counted.rows, counted.links, counted.foreign) == (21, 20, 1)


def test_an_edit_in_a_system_only_written_to_is_told_and_put_back(world):
    world.south = {"reads": False}
    south, kind = world.crms["south"], kind_of(world, "account")
    row = south.rows(kind)[3]
    south.edit(kind, row["id"], {column(world, "account", "phone"): "0999"})
    [one] = world.verify(repair=True).differences
    assert one.fields["phone"] == {"north": None, "south": "0999"}
    world.run()
    assert world.verify().equal
    assert south.rows(kind)[3][column(world, "account", "phone")] == ""


def test_a_second_row_of_one_record_is_extra():
    world = Checked(winner="north", manners={"south": Manners(unique=False)})
    world.crms["north"].add("companies", {"title": "Twin", "state": "A"})
    world.run()
    south, kind = world.crms["south"], kind_of(world, "account")
    [row] = south.rows(kind)
    copy = {name: row[name] for name in (column(world, "account", "name"), "ref")}
    key = south.add(kind, copy)
    [one] = world.verify().differences
    assert (one.kind, one.system, one.key) == (Kind.EXTRA, "south", key)
    assert one.uid == row["ref"]


def test_a_row_that_cannot_be_read_is_told_with_the_reason(world):
    south, kind = world.crms["south"], kind_of(world, "account")
    row = south.rows(kind)[3]
    table = south.table(kind)
    table.entries[row["id"]].row[column(world, "account", "status")] = 99
    [one] = world.verify().differences
    assert (one.kind, one.key) == (Kind.UNREADABLE, row["id"])
    assert "99" in one.why


def test_what_a_system_cuts_short_silently_is_no_difference():
    world = Checked(winner="north", manners={"south": Manners(cut=10)})
    world.crms["north"].add("companies", {"title": "A name of many letters", "state": "A"})
    world.run()
    assert world.crms["south"].rows(kind_of(world, "account"))[0]["Name"] == "A name of "
    assert world.verify().equal


def test_an_update_that_was_refused_explains_the_difference(world):
    north, south = world.crms["north"], world.crms["south"]
    north.edit("companies", north.rows("companies")[0]["id"], {"staff": 5})
    south.refuse = lambda kind, row: "not today"
    world.run()
    [one] = world.verify().differences
    assert (one.kind, one.system, one.state) == (Kind.DIFFERENT, "south", "dead")
    assert one.fields["employees"] == {"north": 5, "south": None}


@pytest.mark.postgres
def test_on_postgresql_differences_are_found_and_mended_too(postgres):
    world = Checked(winner="north", fresh=postgres.fresh)
    north = world.crms["north"]
    keys = [north.add("companies", {"title": f"Company {n}", "state": "A"}) for n in range(3)]
    world.run()
    assert world.verify().equal
    north.edit("companies", keys[0], {"phone": "0999"})
    north.remove("companies", keys[1])
    assert told(world.verify(repair=True)) == [
        ("different", "account", "north"),
        ("missing", "account", "north"),
    ]
    world.run()
    assert world.verify().equal
    world.store.close()
