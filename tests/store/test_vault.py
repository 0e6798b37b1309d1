"""A store under a key: nothing can be read without it, and nothing altered goes unnoticed."""

from __future__ import annotations

import sqlite3
from contextlib import ExitStack, closing

import pytest
import sqlalchemy as sa

from oppbridge.errors import ConfigError, Unavailable
from oppbridge.store import (
    Link,
    Planned,
    cursors,
    links,
    open_store,
    records,
    runs,
    schema,
    trail,
    undone,
    writes,
)

KEY, NEWER = "0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"
SECRET = "ada@lovelace.example"


def fill(store):
    """One contact with everything the store keeps of one."""
    with store.write() as tx:
        [id] = tx.allocate("record", 1)
        records.insert(tx, [(id, "contact", "7f3a0f0e-5a0f-4c55-9d5c-6a2f4b8e1d11")])
        [record] = records.by_id(tx, [id]).values()
        record.agreed = {"@": True, "email": SECRET}
        records.update(tx, [record])
        [link_id] = tx.allocate("link", 1)
        link = Link(link_id, id, "sales", "contact", "k1", shown={"email": SECRET}, version="1")
        link.news, link.lag = {"email": "x" + SECRET}, {"email": "y" + SECRET}
        links.insert(tx, [link])
        planned = Planned(
            0, "f", id, link_id, "sales", "contact", "update", "k1", {"email": SECRET},
            {"email": "old" + SECRET}, {"email": f"was {SECRET}"}, "dead", "d1", why=f"no {SECRET}",
        )  # fmt: skip
        writes.insert(tx, [planned], None)
        planned.besides = {"email": SECRET}
        writes.move(tx, [planned], 1.0)
        records.set_natural(tx, "contact", [(id, "email", SECRET)], [id])
        cursors.note_changes(tx, [(id, "sales", *["2026-01-01T00:00:00Z"] * 2, {"email": SECRET})])
        undone.mark(tx, [(link_id, "email", SECRET)])
        tx.insert(
            schema.alias, ("entity", "uid", "record_id", "why"), [("contact", "u", id, SECRET)]
        )
        runs.finish(tx, runs.begin(tx, "f", 1.0), "done", {"problems": [SECRET]}, 2.0)
    return id


def read(store, id):
    """Everything, as a reader gets it."""
    with store.read() as tx:
        [link] = links.of_records(tx, [id])[id]
        [planned] = writes.in_state(tx, ["dead"])
        return {
            "agreed": records.by_id(tx, [id])[id].agreed,
            "link": (link.shown, link.news, link.lag),
            "write": (planned.fields, planned.before, planned.reasons, planned.why),
            "rows": writes.of_record(tx, id)[0]["fields"],
            "values": writes.values_of(tx, id),
            "history": dict(cursors.observed(tx, [id])[id][0].values),
            "report": runs.last_of(tx, "f")["report"],
            "standing": records.standing(tx, [id]),
            "pointing": [one.key for one in links.mentioning(tx, "sales", SECRET)],
        }


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'store.db'}"


@pytest.fixture
def opened(url):
    """Opens the store under keys; closes all that were opened."""
    with ExitStack() as stack:

        def open_one(*keys):
            store = open_store(url, keys=keys)
            stack.callback(store.close)
            return store

        yield open_one


@pytest.fixture
def raw(tmp_path):
    """The file's SQL, past the store."""

    def ask(text, values=()):
        with closing(sqlite3.connect(tmp_path / "store.db")) as connection:
            found = connection.execute(text, values).fetchall()
            connection.commit()
            return found

    return ask


def everything(tmp_path):
    return b"".join(file.read_bytes() for file in tmp_path.glob("store.db*"))


def test_reads_the_same_with_a_key_and_nothing_without(tmp_path, opened):
    plain = open_store("sqlite://")
    expected = read(plain, fill(plain))
    plain.close()
    assert SECRET in str(expected)
    assert all(expected.values()), expected
    store = opened(KEY)
    assert read(store, fill(store)) == expected
    store.close()
    assert SECRET.encode() not in everything(tmp_path)
    with pytest.raises(ConfigError, match="store is encrypted"):
        opened()
    with pytest.raises(ConfigError, match="not sealed under the key"):
        opened(NEWER)
    with pytest.raises(ConfigError, match="32 characters"):
        opened("short")
    assert read(opened(KEY), 1) == expected


def test_a_store_is_sealed_when_it_gets_a_key_and_again_when_it_gets_a_newer(tmp_path, opened):
    store = opened()
    expected = read(store, fill(store))
    store.close()
    assert SECRET.encode() in everything(tmp_path)
    store = opened(KEY)
    assert read(store, 1) == expected
    store.close()
    assert SECRET.encode() not in everything(tmp_path)
    assert read(opened(NEWER, KEY), 1) == expected
    assert read(opened(NEWER), 1) == expected
    with pytest.raises(ConfigError, match="not sealed under the key"):
        opened(KEY)


def test_is_not_sealed_under_the_feet_of_a_run(opened):
    store = opened()
    fill(store)
    with store.write() as tx:
        runs.acquire(tx, ["system:sales"], store.clock())
    with pytest.raises(Unavailable, match="a run is using it"):
        opened(KEY)
    assert read(store, 1)["agreed"]["email"] == SECRET


SEALED = [
    column
    for table in schema.metadata.sorted_tables
    for column in table.c
    if column.info.get("kept") == schema.SEALED
]


@pytest.mark.parametrize("column", SEALED, ids=schema.place)
def test_a_flipped_bit_and_a_value_from_elsewhere_are_found_out(opened, raw, column):
    store, place = opened(KEY), schema.place(column)
    fill(store)
    name, table = column.name, column.table.name
    [[text], *_] = raw(f"SELECT {name} FROM {table} WHERE {name} IS NOT NULL")
    [[elsewhere]] = raw("SELECT text FROM setting")
    where = int(len(text) * 0.6)
    bent = text[:where] + ("A" if text[where] != "A" else "B") + text[where + 1 :]
    for other in (bent, elsewhere, text[:-4], "plain"):
        raw(f"UPDATE {table} SET {name} = ?", (other,))
        with pytest.raises(ConfigError, match=place), store.read() as tx:
            tx.plain(sa.select(column).where(column.is_not(None)))


def test_equal_values_are_sealed_unalike(opened, raw):
    store = opened(KEY)
    fill(store)
    before = raw("SELECT agreed FROM record")
    with store.write() as tx:
        records.update(tx, list(records.by_id(tx, [1]).values()))
    assert raw("SELECT agreed FROM record") != before


def test_natural_keys_are_found_and_not_shown(opened):
    store = opened(KEY)
    fill(store)
    with store.read() as tx:
        [(_, field, blind)] = records.natural_of(tx, [1])
        assert records.with_natural(tx, "contact", field, [blind]) == [(blind, 1)]
    assert blind != SECRET


@pytest.mark.postgres
def test_on_postgresql_in_bulk(postgres):
    url = postgres.fresh()
    store = open_store(url, keys=[KEY])
    id = fill(store)
    expected = read(store, id)
    with store.write() as tx:
        ids = tx.allocate("record", 1000)
        records.insert(tx, [(one, "contact", f"uid-{one}") for one in ids])
        known = list(records.by_id(tx, list(ids)).values())
        for one in known:
            one.agreed = {"email": f"{one.id}{SECRET}"}
        records.update(tx, known)
    store.close()
    plain = sa.create_engine(url)
    with plain.connect() as raw:
        texts = [row[0] for row in raw.execute(sa.text("SELECT agreed FROM record"))]
    plain.dispose()
    assert len(texts) == 1001
    assert not any(SECRET in text for text in texts)
    store = open_store(url, keys=[NEWER, KEY])
    assert read(store, id) == expected
    with store.read() as tx:
        assert records.by_id(tx, [ids[-1]])[ids[-1]].agreed == {"email": f"{ids[-1]}{SECRET}"}
        assert trail.done(tx, [id]) == {}
    store.close()
