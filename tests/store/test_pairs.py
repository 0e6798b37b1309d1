"""Pairs of records that may be one: what is stored of them, and what becomes of it."""

from oppbridge.store import Link, joins, links, pairs, records
from oppbridge.store.pairs import Doubt


def doubt(left, right, verdict=pairs.OPEN):
    return Doubt(left, right, "account", 0.9, {"name": 0.9}, None, verdict)


def people(tx, *ids):
    records.insert(tx, [(id, "account", str(id)) for id in ids])
    links.insert(tx, [Link(id, id, f"s{id}", "account", "x") for id in ids])


def test_pairs_are_found_from_either_side_the_likest_first(store):
    likest = Doubt(2, 9, "account", 1.0, equal="number")
    with store.write() as tx:
        pairs.replace(tx, [1, 2], [doubt(1, 9), likest, doubt(3, 4)])
        assert pairs.of_records(tx, [9]) == [doubt(1, 9), likest]
        assert pairs.of_records(tx, [1, 9]) == [doubt(1, 9), likest]
        assert pairs.still_open(tx, "account") == [likest, doubt(1, 9), doubt(3, 4)]
        assert pairs.still_open(tx, "contact") == []
        assert likest.other(9) == 2


def test_open_pairs_are_replaced_and_what_people_said_stays(store):
    with store.write() as tx:
        pairs.replace(tx, [1], [doubt(1, 2), doubt(1, 3)])
        pairs.judge(tx, doubt(1, 2), pairs.APART)
        pairs.replace(tx, [1], [doubt(1, 2), doubt(1, 4)])
        assert pairs.of_records(tx, [1]) == [doubt(1, 2, pairs.APART), doubt(1, 4)]


def test_a_joined_record_stays_apart_from_whom_it_was_told_apart(store):
    with store.write() as tx:
        people(tx, 1, 2, 3, 4, 5)
        told = [doubt(1, 2), doubt(2, 3, pairs.APART), doubt(2, 4), doubt(1, 5)]
        pairs.replace(tx, [], told)
        assert joins.join(tx, [(1, 2, "alike")]) == [3, 4, 5]
        assert pairs.of_records(tx, [1, 2, 3, 4, 5]) == [doubt(1, 3, pairs.APART)]


def test_a_joined_uid_goes_on_to_mean_the_record_that_stayed(store):
    with store.write() as tx:
        people(tx, 1, 2, 3)
        assert not joins.any_joined(tx)
        joins.join(tx, [(2, 3, "equal number")])
        joins.join(tx, [(1, 2, "alike")])
        assert records.by_uid(tx, "account", ["1", "2", "3", "4"]) == {"1": 1, "2": 1, "3": 1}
        assert joins.renamed(tx, "account", ["2", "3"]) == {"2": "1", "3": "1"}
        assert joins.joined_to(tx, 1) == [("2", "alike"), ("3", "equal number")]
        assert set(links.systems_of(tx, [1, 2, 3])[1]) == {"s1", "s2", "s3"}
