"""The small CRM is honest: it keeps what it is told, refuses what it must, and misbehaves on demand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oppbridge.kit import NORTH, SOUTH, Desk, FakeCrm, Lost, Manners, PartCall, Refused
from oppbridge.kit.desk import Feed


@pytest.fixture
def crm() -> FakeCrm:
    return FakeCrm(NORTH)


@pytest.fixture
def desk(crm: FakeCrm) -> Desk:
    return Desk(crm)


def refused(call, *args, **kwargs) -> Refused:
    with pytest.raises(Refused) as caught:
        call(*args, **kwargs)
    return caught.value


def whole(desk: Desk, kind: str = "companies", limit: int = 100) -> Feed:
    return desk.feed(kind, None, limit)


def test_a_row_has_every_column_a_revision_and_a_stamp(desk: Desk) -> None:
    row, existed = desk.create("companies", {"title": "Acme"}, id="c1")
    assert not existed
    assert row["id"] == "c1"
    assert row["rev"] == 1
    assert row["title"] == "Acme"
    assert set(NORTH.kinds["companies"].columns) < set(row)


def test_an_answer_stays_what_it_was(crm: FakeCrm, desk: Desk) -> None:
    row, _ = desk.create("companies", {"title": "Acme"}, id="c1")
    crm.edit("companies", "c1", {"title": "Other"})
    assert row["title"] == "Acme"


def test_names_are_cut_without_a_word(desk: Desk) -> None:
    row, _ = desk.create("companies", {"title": "x" * 50}, id="c1")
    assert row["title"] == "x" * 40


def test_names_may_be_cut_shorter_than_the_schema_says() -> None:
    crm = FakeCrm(NORTH, manners=Manners(cut=5))
    row, _ = Desk(crm).create("companies", {"title": "Harbour", "town": "Hamburg"}, id="c1")
    assert (row["title"], row["town"]) == ("Harbo", "Hamburg")


@pytest.mark.parametrize(
    ("kind", "row", "code"),
    [
        ("companies", {}, "required"),
        ("companies", {"title": None}, "required"),
        ("companies", {"title": "a", "colour": "red"}, "unknown_column"),
        ("companies", {"title": "a", "state": "X"}, "invalid"),
        ("companies", {"title": "a", "turnover": "much"}, "invalid"),
        ("companies", {"title": "a", "staff": "7"}, "invalid"),
        ("companies", {"title": 7}, "invalid"),
        ("companies", {"title": "a", "parent_id": "nobody"}, "unlinked"),
        ("companies", {"title": "REFUSE ME"}, "refused"),
        ("deals", {"title": "a", "closes": "2026-02-30"}, "invalid"),
        ("deals", {"title": "a", "touched": "soon"}, "invalid"),
        ("items", {"title": "a", "stopped": "yes"}, "invalid"),
        ("offers", {"title": "a", "total": "1"}, "read_only"),
        ("ghosts", {"title": "a"}, "no_kind"),
    ],
)
def test_what_does_not_fit_is_refused_and_not_kept(
    crm: FakeCrm, kind: str, row: dict[str, object], code: str
) -> None:
    assert refused(Desk(crm).create, kind, row, id="x").code == code
    assert not any(crm.rows(known) for known in NORTH.kinds)


def test_a_document_is_changed_whole_or_not_at_all(crm: FakeCrm, desk: Desk) -> None:
    desk.create("offers", {"title": "Offer"}, id="o1")
    bad = PartCall("lines", "create", "l1", {"item_id": "nobody"})
    assert refused(desk.update, "offers", "o1", {"title": "New"}, [bad]).code == "unlinked"
    [row] = crm.rows("offers")
    assert (row["title"], row["lines"], row["rev"]) == ("Offer", [], 1)


def test_totals_are_computed_from_the_lines(desk: Desk) -> None:
    desk.create("items", {"title": "Crane"}, id="i1")
    line = {"item_id": "i1", "count": "3", "price": "1.005", "price_cur": "EUR"}
    row, _ = desk.create(
        "offers", {"title": "Offer"}, [PartCall("lines", "create", "l1", line)], "o1"
    )
    assert (row["total"], row["total_cur"]) == ("3.03", "EUR")
    row = desk.update("offers", "o1", {}, [PartCall("lines", "delete", "l1")])
    assert (row["total"], row["total_cur"]) == (None, None)


def test_a_create_under_the_same_id_is_done_once(crm: FakeCrm, desk: Desk) -> None:
    desk.create("companies", {"title": "Acme"}, id="c1")
    row, existed = desk.create("companies", {"title": "Other"}, id="c1")
    assert existed
    assert row["title"] == "Acme"
    assert crm.writes == 1


@pytest.mark.parametrize("unique", [True, False])
def test_a_reference_is_unique_only_where_it_is_said_to_be(*, unique: bool) -> None:
    crm = FakeCrm(SOUTH, manners=Manners(unique=unique))
    desk = Desk(crm)
    for _ in range(2):
        desk.create("companies", {"Name": "Acme", "ref": "r1"})
    assert len(crm.rows("companies")) == (1 if unique else 2)
    assert len(desk.find("companies", "ref", ["r1"])) == len(crm.rows("companies"))


def test_ids_are_not_chosen_where_the_crm_numbers_its_rows() -> None:
    desk = Desk(FakeCrm(SOUTH))
    assert refused(desk.create, "companies", {"Name": "Acme"}, id="mine").code == "read_only"
    assert desk.create("companies", {"Name": "Acme"})[0]["id"] == "CO-00001"


def test_two_crms_never_make_the_same_id() -> None:
    one, other = FakeCrm(NORTH, "one"), FakeCrm(NORTH, "other")
    assert one.add("companies", {"title": "a"}) != other.add("companies", {"title": "a"})


def test_a_write_with_an_old_revision_is_refused(crm: FakeCrm, desk: Desk) -> None:
    desk.create("companies", {"title": "Acme"}, id="c1")
    crm.edit("companies", "c1", {"title": "Person"})
    assert refused(desk.update, "companies", "c1", {"title": "Late"}, rev=1).status == 412
    assert refused(desk.delete, "companies", "c1", rev=1).status == 412
    assert desk.update("companies", "c1", {"title": "Now"}, rev=2)["rev"] == 3


def test_a_person_can_edit_at_the_moment_of_the_write(crm: FakeCrm, desk: Desk) -> None:
    desk.create("companies", {"title": "Acme"}, id="c1")
    crm.meddle = lambda kind, key: crm.edit(kind, key, {"town": "Kiel"})
    assert refused(desk.update, "companies", "c1", {"title": "Ours"}, rev=1).status == 412
    assert desk.update("companies", "c1", {"title": "Ours"})["town"] == "Kiel"


def test_what_others_point_at_is_not_deleted_unless_nobody_cares(crm: FakeCrm) -> None:
    for manners in (Manners(), Manners(in_use=False)):
        crm = FakeCrm(NORTH, manners=manners)
        item = crm.add("items", {"title": "Crane"})
        crm.add("offers", {"title": "o"}, [PartCall("lines", "create", None, {"item_id": item})])
        if manners.in_use:
            assert refused(Desk(crm).delete, "items", item).code == "in_use"
        else:
            Desk(crm).delete("items", item)


@pytest.mark.parametrize("tombstones", [True, False])
def test_deletions_show_in_the_feed_where_there_are_tombstones(*, tombstones: bool) -> None:
    crm = FakeCrm(NORTH, manners=Manners(tombstones=tombstones))
    id = crm.add("companies", {"title": "Acme"})
    crm.remove("companies", id)
    assert [(e.id, e.row) for e in whole(Desk(crm)).entries] == [(id, None)] * tombstones


def test_stamps_are_shared(crm: FakeCrm, desk: Desk) -> None:
    for n in range(9):
        crm.add("companies", {"title": str(n)})
    entries = whole(desk).entries
    assert len({entry.stamp for entry in entries}) == 4
    assert [(e.stamp, e.id) for e in entries] == sorted((e.stamp, e.id) for e in entries)


def test_a_late_commit_shows_later_under_its_older_stamp() -> None:
    crm = FakeCrm(NORTH, manners=Manners(late=5, per_second=1))
    desk, id = Desk(crm), crm.add("companies", {"title": "Acme"})
    crm.edit("companies", id, {"title": "Late"}, late=True)
    other = crm.add("companies", {"title": "Other"})
    feed = whole(desk)
    assert [e.row["title"] for e in feed.entries] == ["Acme", "Other"]
    crm.clock.advance(5)
    late, younger = whole(desk).entries
    assert (late.row["title"], younger.id) == ("Late", other)
    assert feed.settled <= late.stamp < younger.stamp


def test_a_program_writes_on_top_of_a_late_commit() -> None:
    crm = FakeCrm(NORTH, manners=Manners(late=5))
    id = crm.add("companies", {"title": "Acme"})
    crm.edit("companies", id, {"title": "Late"}, late=True)
    assert refused(Desk(crm).update, "companies", id, {"town": "Kiel"}, rev=1).status == 412
    row = Desk(crm).update("companies", id, {"town": "Kiel"})
    assert (row["title"], row["town"], row["rev"]) == ("Late", "Kiel", 3)


def test_a_forgotten_place_in_the_feed_is_refused(crm: FakeCrm, desk: Desk) -> None:
    crm.add("companies", {"title": "Acme"})
    crm.remove("companies", crm.add("companies", {"title": "Gone"}))
    place = [(e.stamp, e.id) for e in whole(desk).entries][-1]
    crm.forget()
    assert refused(desk.feed, "companies", place, 1).status == 410
    assert [e.row["title"] for e in whole(desk).entries if e.row] == ["Acme"]
    assert len(whole(desk).entries) == 1


def test_pages_are_no_larger_than_the_crm_likes() -> None:
    crm = FakeCrm(NORTH, manners=Manners(page=2))
    for n in range(3):
        crm.add("companies", {"title": str(n)})
    feed = whole(Desk(crm))
    assert (len(feed.entries), feed.more) == (2, True)


def test_faults_come_in_the_order_they_were_asked_for(crm: FakeCrm, desk: Desk) -> None:
    crm.faults.refuse(503)
    crm.faults.unreachable()
    assert refused(desk.get, "companies", []).status == 503
    with pytest.raises(Lost) as lost:
        desk.get("companies", [])
    assert not lost.value.sent
    assert desk.get("companies", []) == []


def test_a_lost_answer_waits_for_a_write_and_leaves_it_done(crm: FakeCrm, desk: Desk) -> None:
    crm.faults.lose_answer()
    assert desk.get("companies", []) == []
    with pytest.raises(Lost) as lost:
        desk.create("companies", {"title": "Acme"}, id="c1")
    assert lost.value.sent
    assert len(crm.rows("companies")) == 1


@pytest.mark.parametrize("served", [True, False])
def test_a_crash_comes_before_or_after_the_effect(
    crm: FakeCrm, desk: Desk, *, served: bool
) -> None:
    crm.faults.crash(KeyboardInterrupt(), calls=2, served=served)
    desk.create("companies", {"title": "First"}, id="c1")
    with pytest.raises(KeyboardInterrupt):
        desk.create("companies", {"title": "Second"}, id="c2")
    assert len(crm.rows("companies")) == 1 + served


def test_a_kind_or_column_that_is_not_there_is_refused(desk: Desk) -> None:
    assert refused(desk.describe, "ghosts").code == "no_kind"
    assert refused(desk.find, "ghosts", "title", []).code == "no_kind"
    assert refused(desk.find, "companies", "colour", ["red"]).code == "unknown_column"


def test_calls_and_writes_are_counted_and_people_are_not(crm: FakeCrm, desk: Desk) -> None:
    id = crm.add("companies", {"title": "Acme"})
    desk.get("companies", [id])
    desk.update("companies", id, {"town": "Kiel"})
    refused(desk.update, "companies", id, {"town": 7})
    assert (crm.calls, crm.writes) == (3, 1)


EDITS = st.lists(
    st.tuples(st.sampled_from(["add", "edit", "remove", "late", "tick"]), st.integers(0, 4)),
    max_size=40,
)


@given(EDITS)
def test_the_feed_shows_each_row_once_at_its_newest(edits: list[tuple[str, int]]) -> None:
    crm = FakeCrm(NORTH, manners=Manners(late=2, per_second=2))
    ids: list[str] = []
    for number, (what, which) in enumerate(edits):
        if what == "add":
            ids.append(crm.add("companies", {"title": str(number)}))
        elif what == "tick":
            crm.clock.advance(1)
        elif ids and what == "remove":
            crm.remove("companies", ids.pop(which % len(ids)))
        elif ids:
            crm.edit(
                "companies", ids[which % len(ids)], {"title": str(number)}, late=what == "late"
            )
    crm.settle()
    entries = whole(Desk(crm)).entries
    assert len({entry.id for entry in entries}) == len(entries)
    shown = sorted((entry.row for entry in entries if entry.row), key=lambda row: row["id"])
    assert shown == crm.rows("companies")
    assert {row["id"] for row in shown} == set(ids)
