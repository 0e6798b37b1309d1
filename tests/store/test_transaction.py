"""One transaction: all or nothing, in turn, odd keys, blocks of ids, bulk as one by one."""

import threading
import time

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oppbridge.errors import ConfigError, Unavailable
from oppbridge.store import open_store, records, transaction
from oppbridge.store.schema import learned, record, sequence, todo

ODD = [
    "",
    " ",
    "'",
    '"',
    "a'b\"c",
    "\\",
    "%",
    "_",
    ";--",
    "ä",
    "日本",
    "🙂",
    "a\nb",
    "[1]",
    "null",
    "{}",
]


def test_what_fails_leaves_nothing_behind(store):
    def fail():
        with store.write() as tx:
            records.insert(tx, [(1, "account", "u1")])
            raise ArithmeticError

    with pytest.raises(ArithmeticError):
        fail()
    with store.read() as tx:
        assert records.uids(tx, [1]) == {}
    assert store.commits == 0


def test_what_is_stored_while_looking_is_gone_afterwards(store):
    if store.engine.dialect.name == "postgresql":
        with pytest.raises(ConfigError, match="the server only reads"), store.read() as tx:
            records.insert(tx, [(1, "account", "u1")])
    else:
        with store.read() as tx:
            records.insert(tx, [(1, "account", "u1")])
    with store.read() as tx:
        assert records.uids(tx, [1]) == {}


def test_a_look_sees_one_moment(place):
    here, there = place.open(), place.open()
    with here.read() as tx:
        assert records.uids(tx, [1]) == {}
        with there.write() as other:
            records.insert(other, [(1, "account", "u1")])
        assert records.uids(tx, [1]) == {}
    with here.read() as tx:
        assert records.uids(tx, [1]) == {1: "u1"}
    here.close()
    there.close()


def test_writers_take_turns(place):
    here, there = place.open(), place.open()
    order = []

    def second():
        with there.write() as tx:
            order.append("second")
            assert records.uids(tx, [1]) == {1: "u1"}

    thread = threading.Thread(target=second)
    with here.write() as tx:
        thread.start()
        time.sleep(0.2)
        records.insert(tx, [(1, "account", "u1")])
        order.append("first")
    thread.join()
    here.close()
    there.close()
    assert order == ["first", "second"]


def test_what_is_asked_while_another_answers_stays_asked(place):
    here, there = place.open(), place.open()
    with here.write() as tx:
        records.ask(tx, ["f"], "account", [1])

    def ask():
        with there.write() as tx:
            records.ask(tx, ["f"], "account", [1])

    thread = threading.Thread(target=ask)
    with here.write() as tx:
        records.answered(tx, "f", "account", [1])
        thread.start()
        time.sleep(0.2)
    thread.join()
    with here.read() as tx:
        assert records.asked(tx, "f", "account", 0, 10) == [1]
    here.close()
    there.close()


def test_ids_come_in_blocks_that_never_meet(place):
    stores = [place.open() for _ in range(3)]
    taken = []

    def take(one):
        for count in (1, 5, 2, 40):
            with one.write() as tx:
                taken.extend(tx.allocate("link", count))

    threads = [threading.Thread(target=take, args=(one,)) for one in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in stores:
        one.close()
    assert sorted(taken) == list(range(1, 3 * 48 + 1))


def test_blocks_of_different_tables_are_counted_apart(store):
    with store.write() as tx:
        assert tx.allocate("link", 2) == range(1, 3)
        assert tx.allocate("record", 3) == range(1, 4)
        assert tx.allocate("link", 1) == range(3, 4)
        assert list(tx.allocate("link", 0)) == []


def test_odd_keys_are_found_and_no_others(store):
    with store.write() as tx:
        records.insert(tx, [(n, "account", key) for n, key in enumerate(ODD)])
    with store.read() as tx:
        assert records.by_uid(tx, "account", ODD) == {key: n for n, key in enumerate(ODD)}
        assert records.by_uid(tx, "account", ["%"]) == {"%": ODD.index("%")}
        assert records.by_uid(tx, "account", []) == {}
        assert records.by_uid(tx, "account", ["ä'"]) == {}


def test_twenty_thousand_keys_are_found(store):
    keys = [f"k{n}" for n in range(20_000)]
    with store.write() as tx:
        records.insert(tx, [(n, "account", key) for n, key in enumerate(keys)])
    with store.read() as tx:
        assert records.by_uid(tx, "account", [*keys, "absent"]) == dict(
            zip(keys, range(20_000), strict=True)
        )


def test_rows_touched_are_counted(store):
    with store.write() as tx:
        records.insert(tx, [(1, "account", "a"), (2, "account", "b")])
        by = sa.update(record).where(record.c.id == sa.bindparam("b")).values(agreed="{}")
        assert tx.run(by, [{"b": 1}, {"b": 2}, {"b": 3}]) == 2
        assert tx.run(by, []) == 0
        assert tx.run(sa.delete(record)) == 2


def test_an_upsert_inserts_or_replaces(store):
    with store.write() as tx:
        for text in ("one", "two"):
            row = tx.upsert(learned).values(name="n", text=text)
            tx.run(row.on_conflict_do_update(index_elements=["name"], set_={"text": text}))
        assert records.recall(tx, "n") == "two"


@pytest.mark.parametrize("count", [1, transaction.BULK - 1, transaction.BULK, 3000])
def test_what_exists_is_passed_over_however_many_come(store, count):
    rows = [("f", "account", id) for id in range(count)]
    with store.write() as tx:
        tx.insert(todo, ("flow", "entity", "record_id"), rows[::2], ignore=True)
        tx.insert(todo, ("flow", "entity", "record_id"), rows + rows[:3], ignore=True)
        assert len(tx.rows(sa.select(todo))) == count


@pytest.mark.parametrize("count", [3, 3000])
def test_what_exists_is_refused_where_nothing_was_said(store, count):
    rows = [("f", "account", id) for id in range(count)]
    with store.write() as tx:
        tx.insert(todo, ("flow", "entity", "record_id"), rows)
    driver = store.engine.dialect.loaded_dbapi
    with pytest.raises((sa.exc.IntegrityError, driver.IntegrityError)), store.write() as tx:
        tx.insert(todo, ("flow", "entity", "record_id"), rows)


VALUES = st.none() | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    before=st.dictionaries(st.integers(1, 30), VALUES, min_size=1),
    changes=st.lists(st.tuples(st.integers(1, 30), VALUES)),
    bulk=st.sampled_from([1, 400]),
)
def test_bulk_says_the_same_as_one_by_one(store, before, changes, bulk):
    with pytest.MonkeyPatch.context() as patch, store.write() as tx:
        patch.setattr(transaction, "BULK", bulk)
        tx.run(sa.delete(record))
        rows = [(id, "account", str(id), agreed) for id, agreed in before.items()]
        tx.insert(record, ("id", "entity", "uid", "agreed"), rows)
        tx.update(record, ("id", "agreed"), changes)
        found = {row.id: row.agreed for row in tx.rows(sa.select(record))}
    after = before | {id: value for id, value in changes if id in before}
    assert found == after


@pytest.mark.postgres
def test_a_turn_that_does_not_come_is_said_to_be_busy(postgres, monkeypatch):
    monkeypatch.setattr("oppbridge.store.opening.PATIENCE", 1)
    url = postgres.fresh()
    here, there = open_store(url), open_store(url)
    with here.write(), pytest.raises(Unavailable, match="another process is writing to it"):
        there.write().__enter__()
    with there.write() as tx:
        assert tx.rows(sa.select(sequence)) == []
    here.close()
    there.close()
