"""Links: found by key and by record, changed, swept, pointed at, waited for."""

from dataclasses import replace

import pytest

from oppbridge.store import Link, links

FULL = Link(
    1,
    7,
    "sales",
    "account",
    "k'1",
    version='W/"1"',
    digest=bytes(range(16)),
    shown={"name": "Ä", "n": None},
    lag={"city": None},
    parts={"lines/1": "p"},
    news={},
    at="2026-01-01T00:00:00Z",
    seen="2026-01-02T00:00:00Z",
)


def plain(id, record_id=None, system="sales", key=None, **more):
    return Link(id, record_id or id, system, "account", key or f"k{id}", **more)


@pytest.mark.parametrize("others", [0, 3000])
def test_a_link_comes_back_as_it_was(store, others):
    crowd = [plain(id) for id in range(2, 2 + others)]
    with store.write() as tx:
        links.insert(tx, [FULL, *crowd])
        assert links.by_key(tx, "sales", "account", ["k'1"]) == {"k'1": FULL}
        moved = [replace(one, gone=True, shown=None, digest=None) for one in (FULL, *crowd)]
        links.update(tx, moved)
        found = links.by_key(tx, "sales", "account", [one.key for one in moved])
        assert found == {one.key: one for one in moved}


def test_what_was_never_shown_is_told_from_what_showed_nothing(store):
    with store.write() as tx:
        links.insert(tx, [plain(1, shown=None, news=None), plain(2, shown={}, news={})])
        found = links.by_key(tx, "sales", "account", ["k1", "k2"])
    assert (found["k1"].shown, found["k1"].news) == (None, None)
    assert (found["k2"].shown, found["k2"].news) == ({}, {})


def test_a_mark_tells_an_unchanged_row(store):
    with store.write() as tx:
        links.insert(tx, [FULL])
        links.touch(tx, [(1, "v2")])
        marks = links.marks(tx, "sales", "account", ["k'1", "k2"])
    assert {key: tuple(row) for key, row in marks.items()} == {
        "k'1": ("k'1", 1, bytes(range(16)), "v2", 0)
    }


def test_links_of_a_record_come_in_order_of_id(store):
    with store.write() as tx:
        links.insert(tx, [plain(2, 7, "scm"), plain(1, 7), plain(3, 8)])
        found = links.of_records(tx, [7])
        assert [one.id for one in found[7]] == [1, 2]
        assert [one.id for one in links.of_records(tx, [7, 8], "scm")[7]] == [2]


def test_a_row_that_has_gone_is_known_and_has_no_record_and_no_key(store):
    with store.write() as tx:
        links.insert(tx, [plain(1, gone=True), plain(2)])
        assert links.records_of(tx, "sales", "account", ["k1", "k2", "k3"]) == {"k1": None, "k2": 2}
        assert links.keys_of(tx, "sales", [1, 2]) == {2: "k2"}


def test_a_sweep_is_checked_against_links_in_blocks_of_keys(store):
    keys = ["k2", "K1", "ä", "k10", "_", "k'"]
    with store.write() as tx:
        links.insert(tx, [plain(id, key=key, gone=id == 2) for id, key in enumerate(keys, 1)])
        links.insert(tx, [plain(9, system="scm")])
        found, after = [], ""
        while block := links.all_after(tx, "sales", "account", after, 2):
            assert len(block) <= 2
            found += block
            after = block[-1][0]
        assert sorted(found) == sorted((key, id) for id, key in enumerate(keys, 1))
        assert sorted(links.live(tx, [1, 2, 3, 77])) == ["k2", "ä"]


@pytest.mark.parametrize("key", ["a", "a%", "a_", 'a"b', "a\\b", "a/b", "ä", "'"])
def test_who_mentions_a_key_is_found_and_nobody_else(store, key):
    with store.write() as tx:
        links.insert(
            tx,
            [
                plain(1, shown={"company": key}),
                plain(2, shown={"company": "axb"}),
                plain(3, shown={"company": key}, gone=True),
                plain(4, system="scm", shown={"company": key}),
            ],
        )
        assert [one.id for one in links.mentioning(tx, "sales", key)] == [1]


def test_a_key_stands_once_in_a_system(store):
    from sqlalchemy.exc import IntegrityError

    with pytest.raises(IntegrityError), store.write() as tx:
        links.insert(tx, [plain(1, key="k"), plain(2, key="k")])
    with store.write() as tx:
        links.insert(tx, [plain(1, key="k"), plain(2, key="k", system="scm")])


def test_a_deleted_link_makes_room_for_another(store):
    with store.write() as tx:
        links.insert(tx, [plain(1, key="k")])
        links.delete(tx, [1])
        links.insert(tx, [plain(2, key="k")])
        assert links.by_key(tx, "sales", "account", ["k"])["k"].id == 2


def test_who_waits_for_a_key_is_woken_once(store):
    with store.write() as tx:
        assert links.take_awaiting(tx, "sales", "account", ["k"]) == []
        links.note_awaited(tx, [("sales", "account", "k", 2), ("sales", "account", "k", 1)])
        links.note_awaited(tx, [("sales", "account", "k", 2), ("sales", "account", "other", 3)])
        assert links.take_awaiting(tx, "sales", "account", ["x", "k"]) == [1, 2]
        assert links.take_awaiting(tx, "sales", "account", ["k"]) == []
        many = [f"k{n}" for n in range(6000)] + ["other"]
        assert links.take_awaiting(tx, "sales", "account", many) == [3]
        assert links.take_awaiting(tx, "sales", "account", many) == []
