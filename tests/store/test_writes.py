"""Writes: added, sent, held, decided by a person, counted, forgotten."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from oppbridge.store import Planned, sending, writes
from oppbridge.store.schema import write as table

FULL = Planned(
    0,
    "f",
    1,
    2,
    "sales",
    "account",
    "update",
    "k'",
    {"name": "Ä", "city": None},
    {"name": "A"},
    {"name": "newest"},
    "planned",
    "d" * 32,
    "why",
    ["parent"],
    3,
    12.5,
)


def plain(record_id=1, state="planned", **more):
    return replace(FULL, id=0, record_id=record_id, state=state, **more)


def add(store, *planned):
    with store.write() as tx:
        writes.insert(tx, planned, 9)
    return [one.id for one in planned]


@pytest.mark.parametrize("others", [0, 3000])
def test_a_write_comes_back_as_it_was(store, others):
    one = plain()
    [id, *_] = add(store, one, *(plain(n) for n in range(others)))
    with store.read() as tx:
        assert writes.by_id(tx, [id, 99_999]) == {id: replace(FULL, id=id)}
        [row] = tx.rows(sa.select(table).where(table.c.id == id))
        assert row.run_id == 9


def test_what_is_ready_comes_as_planned_and_only_to_be_sent(store):
    states = ["planned", "approved", "wait", "held", "dead", "refused", "sent", "done"]
    ids = add(store, *(plain(state=state) for state in states))
    add(store, plain(action="clash"), plain(flow="g"), plain(system="scm"), plain(entity="contact"))
    with store.read() as tx:
        ready = sending.ready(tx, "f", "sales", "account", 0, 10)
        assert [one.id for one in ready] == ids[:3]
        assert [one.id for one in sending.ready(tx, "f", "sales", "account", ids[0], 1)] == [ids[1]]
        assert sending.first_ready(tx, "sales", "account") == ids[0]
        assert sending.first_ready(tx, "sales", "order") == 0
        assert [one.id for one in sending.in_doubt(tx, "sales", "account", 0, 10)] == [ids[6]]
        assert sending.doubtful(tx) == {("sales", "account")}
        assert sending.sendable(tx, "g") == {("sales", "account")}
        assert [one.id for one in writes.open_of(tx, [1], "f")[1]][:7] == ids[:7]


@pytest.mark.parametrize("count", [3, 3000])
def test_a_settled_write_keeps_what_became_of_it(store, count):
    planned = [plain(n) for n in range(count)]
    add(store, *planned)
    for one in planned:
        one.state, one.why, one.cut, one.attempts, one.key = "dead", "no", [], 4, f"k{one.id}"
    with store.write() as tx:
        writes.move(tx, planned, 77.0)
    with store.read() as tx:
        assert writes.by_id(tx, [one.id for one in planned]) == {one.id: one for one in planned}
        assert set(tx.rows(sa.select(table.c.settled))) == {(77.0,)}


def test_a_person_decides_held_writes(store):
    ids = add(store, *(plain(state="held") for _ in range(3)))
    with store.write() as tx:
        writes.decided_by(tx, ids[:2], "approved", "Ann O'Neil")
        writes.decided_by(tx, [], "refused", "nobody")
    with store.read() as tx:
        assert [one.id for one in writes.in_state(tx, ["approved"])] == ids[:2]
        assert [one.id for one in writes.in_state(tx, ["held"], "f")] == ids[2:]
        assert writes.in_state(tx, ["held"], "g") == []
        assert {row["by"] for row in writes.of_record(tx, 1)} == {"Ann O'Neil", None}


def test_writes_about_a_record_come_newest_first(store):
    ids = add(store, *(plain() for _ in range(4)))
    with store.read() as tx:
        assert [row["id"] for row in writes.of_record(tx, 1, 3)] == ids[:0:-1]
        assert writes.of_record(tx, 2) == []


def test_what_is_not_done_is_counted(store):
    add(store, plain(), plain(), plain(state="done"), plain(state="held"), plain(flow="g"))
    with store.read() as tx:
        assert [tuple(row) for row in writes.tally(tx)] == [
            ("f", "sales", "account", "held", 1),
            ("f", "sales", "account", "planned", 2),
            ("g", "sales", "account", "planned", 1),
        ]


def test_writes_no_longer_wanted_are_forgotten(store):
    ids = add(store, *(plain() for _ in range(6001)))
    with store.write() as tx:
        writes.drop(tx, ids[1:])
        writes.drop(tx, [])
        assert [one.id for one in writes.in_state(tx, ["planned"])] == ids[:1]


def test_dead_letters_about_rows_are_found_by_key(store):
    [id, *_] = add(
        store,
        plain(action="read", state="dead", record_id=None),
        plain(action="read", state="planned", key="other"),
        plain(action="update", state="dead", key="third"),
    )
    with store.read() as tx:
        found = writes.unreadable(tx, "sales", "account", ["k'", "other", "third"])
    assert found == {"k'": (id, "why")}
