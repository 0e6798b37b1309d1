"""Cursors move by compare-and-set; observed changes come back in order."""

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oppbridge.decision import Observed
from oppbridge.errors import Unavailable
from oppbridge.store import cursors
from oppbridge.store.cursors import Place
from oppbridge.store.schema import cursor

HERE = ("sales", "account")


def test_a_reading_begins_nowhere_and_is_kept_where_it_came_to(store):
    with store.write() as tx:
        at = cursors.place(tx, *HERE)
        assert at == Place(None, None, 0)
        at.text, at.sweep = "here's", b"\x00\xff"
        cursors.move(tx, *HERE, at, 5.0)
    with store.read() as tx:
        assert cursors.place(tx, *HERE) == Place("here's", b"\x00\xff", 1) == at
        assert [tuple(row) for row in cursors.places(tx)] == [(*HERE, 5.0)]


@pytest.mark.parametrize("before", [0, 1])
def test_a_cursor_that_another_moved_stays_where_it_is(store, before):
    with store.write() as tx:
        for _ in range(before):
            cursors.move(tx, *HERE, Place("old", revision=0), 1.0)
    with store.read() as tx:
        ours, theirs = cursors.place(tx, *HERE), cursors.place(tx, *HERE)
    theirs.text, ours.text = "theirs", "ours"
    with store.write() as tx:
        cursors.move(tx, *HERE, theirs, 2.0)
    with pytest.raises(Unavailable, match="another run is reading it"), store.write() as tx:
        cursors.move(tx, *HERE, ours, 3.0)
    with store.read() as tx:
        assert cursors.place(tx, *HERE) == theirs


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(st.tuples(st.integers(0, 2), st.booleans()), max_size=12))
def test_of_several_readers_only_one_that_saw_the_last_move_moves_on(store, moves):
    with store.write() as tx:
        tx.run(cursor.delete())
        seen = [cursors.place(tx, *HERE) for _ in range(3)]
    revision = 0
    for who, looks in moves:
        with store.write() as tx:
            if looks:
                seen[who] = cursors.place(tx, *HERE)
            may = seen[who].revision == revision
            try:
                cursors.move(tx, *HERE, seen[who], 1.0)
                revision += 1
                assert may
            except Unavailable:
                assert not may
    with store.read() as tx:
        assert cursors.place(tx, *HERE).revision == revision


def test_a_forgotten_cursor_begins_anew_and_refuses_nobody_who_looks(store):
    with store.write() as tx:
        cursors.move(tx, *HERE, Place("far", b"1"), 1.0)
        cursors.move(tx, "scm", "account", Place("there"), 1.0)
        cursors.forget(tx, *HERE)
        at = cursors.place(tx, *HERE)
        assert (at.text, at.sweep) == (None, None)
        cursors.move(tx, *HERE, at, 2.0)
        assert cursors.place(tx, "scm", "account").text == "there"


def test_observed_changes_come_back_in_the_order_they_were_seen(store):
    early, late = "2026-01-01T00:00:00Z", "2026-01-02T00:00:00.5Z"
    with store.write() as tx:
        cursors.note_changes(tx, [])
        cursors.note_changes(
            tx,
            [
                (1, "sales", late, late, {"amount": "5"}),
                (2, "sales", early, early, {"amount": None}),
                (1, "scm", early, late, {"amount": "6"}),
            ],
        )
        found = cursors.observed(tx, [1, 2, 3])
    first, second = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, 0, 0, 0, 500000, UTC)
    assert found == {
        1: [
            Observed("sales", second, second, {"amount": "5"}),
            Observed("scm", first, second, {"amount": "6"}),
        ],
        2: [Observed("sales", first, first, {"amount": None})],
    }


def test_a_thousand_changes_at_once_keep_their_order(store):
    when = "2026-01-01T00:00:00Z"
    with store.write() as tx:
        cursors.note_changes(tx, [(1, "s", when, when, {"n": n}) for n in range(1000)])
        assert [one.values["n"] for one in cursors.observed(tx, [1])[1]] == list(range(1000))
