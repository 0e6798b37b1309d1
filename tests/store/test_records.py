"""Records, what is to be decided about them, natural keys, what scorers learned."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oppbridge.store import Link, Planned, Record, joins, links, records, writes
from oppbridge.store.schema import natural, record


def write(id, record_id, state="planned"):
    return Planned(
        id, "f", record_id, None, "s", "account", "update", "k", {}, {}, {}, state, "d", planned=1.0
    )


def test_a_record_is_found_by_uid_within_its_entity(store):
    with store.write() as tx:
        records.insert(tx, [(1, "account", "u"), (2, "contact", "u")])
    with store.read() as tx:
        assert records.by_uid(tx, "account", ["u"]) == {"u": 1}
        assert records.by_uid(tx, "contact", ["u", "v"]) == {"u": 2}
        assert records.uids(tx, [2, 1, 3]) == {1: "u", 2: "u"}


def test_nothing_is_agreed_about_a_new_record(store):
    with store.write() as tx:
        records.insert(tx, [(1, "account", "u")])
        assert records.by_id(tx, [1]) == {1: Record(1, "account", "u", {}, {})}


JSON = st.dictionaries(st.text(), st.none() | st.booleans() | st.text() | st.integers(-9, 9))


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(agreed=JSON, rulings=st.dictionaries(st.text(), st.text()))
def test_what_is_agreed_is_kept_whatever_it_says(store, agreed, rulings):
    with store.write() as tx:
        tx.run(record.delete())
        records.insert(tx, [(1, "account", "u")])
        records.update(tx, [Record(1, "account", "u", agreed, rulings)])
    with store.read() as tx:
        assert records.by_id(tx, [1])[1] == Record(1, "account", "u", agreed, rulings)


def test_every_flow_is_asked_once(store):
    with store.write() as tx:
        for _ in range(2):
            records.ask(tx, ["f", "g"], "account", [3, 1])
    with store.read() as tx:
        assert records.asked(tx, "f", "account", 0, 10) == [1, 3]
        assert records.asked(tx, "g", "account", 1, 10) == [3]
        assert records.asked(tx, "f", "account", 0, 1) == [1]
        assert records.restless(tx, "f", "account", [1, 2]) == {1}
        assert not records.any_asked(tx, "f", "contact")


def test_an_answer_is_of_one_flow(store):
    with store.write() as tx:
        records.ask(tx, ["f", "g"], "account", range(1, 6002))
        records.answered(tx, "f", "account", range(1, 6001))
        assert records.asked(tx, "f", "account", 0, 10) == [6001]
        assert len(records.asked(tx, "g", "account", 0, 9000)) == 6001


def test_a_record_whose_write_is_in_doubt_is_not_decided(store):
    with store.write() as tx:
        records.ask(tx, ["f"], "account", [1, 2])
        writes.insert(tx, [write(0, 1, "sent"), write(0, 2, "planned")], None)
        assert records.asked(tx, "f", "account", 0, 10) == [2]
        assert records.any_asked(tx, "f", "account")


def test_joining_takes_the_links_along_and_forgets_the_rest(store):
    with store.write() as tx:
        records.insert(tx, [(1, "account", "a"), (2, "account", "b")])
        links.insert(tx, [Link(1, 1, "s", "account", "x"), Link(2, 2, "t", "account", "y")])
        records.ask(tx, ["f"], "account", [2])
        records.set_natural(tx, "account", [(2, "email", "m")])
        writes.insert(tx, [write(0, 2)], None)
        joins.join(tx, [(1, 2, "equal email")])
        assert {one.key for one in links.of_records(tx, [1])[1]} == {"x", "y"}
        assert records.uids(tx, [1, 2]) == {1: "a"}
        assert not records.any_asked(tx, "f", "account")
        assert records.with_natural(tx, "account", "email", ["m"]) == []
        assert writes.by_id(tx, [1]) == {}
        assert records.by_uid(tx, "account", ["a", "b"]) == {"a": 1, "b": 1}
        assert joins.renamed(tx, "account", ["a", "b"]) == {"b": "a"}
        assert joins.joined_to(tx, 1) == [("b", "equal email")]


def test_natural_keys_are_replaced_as_a_whole(store):
    with store.write() as tx:
        records.set_natural(tx, "account", [(1, "email", "a@b"), (1, "vat", "1"), (2, "vat", "1")])
        records.set_natural(tx, "account", [(1, "email", "c@d")])
        assert records.with_natural(tx, "account", "vat", ["1"]) == [("1", 2)]
        assert records.with_natural(tx, "account", "email", ["a@b", "c@d"]) == [("c@d", 1)]
        assert records.with_natural(tx, "contact", "email", ["c@d"]) == []
        assert len(tx.rows(natural.select())) == 2


def test_natural_keys_may_be_long_and_many(store):
    with store.write() as tx:
        keys = [(id, "name", f"{id}-" + "x" * 1000) for id in range(1, 6002)]
        records.set_natural(tx, "account", keys)
        records.set_natural(tx, "account", keys)
        found = records.with_natural(tx, "account", "name", [keys[6000][2]])
        assert found == [(keys[6000][2], 6001)]


def test_what_was_learned_is_recalled(store):
    with store.write() as tx:
        assert records.recall(tx, "rates") is None
        records.remember(tx, "rates", "1")
        records.remember(tx, "rates", "2")
        records.remember(tx, "other", "3")
        assert records.recall(tx, "rates") == "2"
