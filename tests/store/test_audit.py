"""The audit trail: whatever is done to its lines is found out."""

import pytest
import sqlalchemy as sa

from oppbridge.store import audit
from oppbridge.store.schema import audit as table


@pytest.fixture
def trail(store):
    for n in range(6):
        with store.write() as tx:
            audit.note(tx, 1_800_000_000.0 + n, "ada", "approved", {"writes": [[n, "create"]]})
    return store


def check(store, head=None):
    with store.read() as tx:
        return audit.check(tx, head)


def change(store, *statements):
    with store.write() as tx:
        for statement in statements:
            tx.run(statement)


def test_an_untouched_trail_is_whole(trail):
    found = check(trail)
    assert (found.lines, found.problems) == (6, [])
    assert check(trail, found.head) == found
    with trail.write() as tx:
        audit.note(tx, 1_800_000_100.0, "grace", "refused", {})
    assert check(trail, found.head).problems == []
    assert check(trail).head != found.head


def test_a_trail_of_nothing_is_whole(store):
    assert (check(store).lines, check(store).problems) == (0, [])


@pytest.mark.parametrize("column", ["at", "who", "what", "told", "chain"])
def test_an_edited_line_is_found(trail, column):
    change(trail, sa.update(table).where(table.c.id == 3).values({column: "2026-01-01T00:00:00Z"}))
    [told] = check(trail).problems
    assert "line 3" in told


@pytest.mark.parametrize("id", [1, 4, 6])
def test_a_dropped_line_is_found(trail, id):
    change(trail, sa.delete(table).where(table.c.id == id))
    assert check(trail).problems


def test_two_lines_that_changed_places_are_found(trail):
    moves = [(2, 99), (5, 2), (99, 5)]
    change(trail, *(sa.update(table).where(table.c.id == a).values(id=b) for a, b in moves))
    assert "line 2" in check(trail).problems[0]


def test_an_added_line_is_found(trail):
    row = {"id": 7, "at": "x", "who": "eve", "what": "approved", "told": "{}", "chain": "0" * 64}
    change(trail, sa.insert(table).values(row))
    assert "line 7" in check(trail).problems[0]


def test_a_trail_written_anew_is_found_by_a_chain_kept_elsewhere(trail):
    kept = check(trail).head
    change(trail, sa.delete(table), sa.text("update sequence set value = 0 where name = 'audit'"))
    for n in range(6):
        with trail.write() as tx:
            audit.note(tx, 1_800_000_000.0 + n, "eve", "approved", {"writes": [[n, "create"]]})
    assert check(trail).problems == []
    assert kept in check(trail, kept).problems[0]
