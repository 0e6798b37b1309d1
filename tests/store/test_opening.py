"""Opening: fresh, again, from a newer version, by several at once, and what cannot be opened."""

import os
import sqlite3
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from oppbridge.config import load, store_url
from oppbridge.errors import ConfigError, Unavailable
from oppbridge.store import open_store, records
from oppbridge.store.migrate import FOLDER, HEAD
from oppbridge.store.schema import metadata


def put(store, rows):
    with store.write() as tx:
        records.insert(tx, rows)


def test_a_fresh_store_has_every_table_and_column(place):
    store = place.open()
    with store.engine.connect() as connection:
        look = sa.inspect(connection)
        for table in metadata.sorted_tables:
            there = {column["name"] for column in look.get_columns(table.name)}
            assert there == set(table.c.keys()), table.name
            names = {index["name"] for index in look.get_indexes(table.name)}
            assert {index.name for index in table.indexes} <= names
        version = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    store.close()
    assert version == HEAD


def test_the_head_is_the_last_migration_there_is():
    assert max(path.name for path in FOLDER.glob("versions/v*.py")).startswith(f"v{HEAD}_")


def test_a_store_opened_again_holds_what_it_held(place):
    store = place.open()
    put(store, [(1, "account", "u1")])
    store.close()
    again = place.open()
    with again.read() as tx:
        assert records.uids(tx, [1]) == {1: "u1"}
    again.close()


def test_a_store_of_a_newer_version_is_refused(place):
    store = place.open()
    with store.write() as tx:
        tx.run(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    store.close()
    with pytest.raises(ConfigError, match="version 9999, newer than this OppBridge"):
        place.open()


def test_several_may_open_a_new_store_at_the_same_moment(place):
    with ThreadPoolExecutor(4) as pool:
        stores = [one.result() for one in [pool.submit(place.open) for _ in range(4)]]
    for store in stores:
        store.close()
    assert len({id(store) for store in stores}) == 4


def test_several_processes_may_open_a_new_store_at_the_same_moment(place):
    code = f"from oppbridge.store import open_store\nopen_store({place.url!r}).close()"
    opening = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(3)]
    assert [one.wait() for one in opening] == [0, 0, 0]


def test_only_its_owner_may_read_the_file(tmp_path):
    open_store("sqlite:///made.db", tmp_path).close()
    assert stat.S_IMODE((tmp_path / "made.db").stat().st_mode) == 0o600


def test_what_sqlite_writes_beside_the_file_is_its_owners_too(tmp_path):
    store = open_store("sqlite:///made.db", tmp_path)
    put(store, [(1, "account", "u1")])
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    store.close()
    assert modes == {"made.db": 0o600, "made.db-wal": 0o600, "made.db-shm": 0o600}


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nonsense", "not a database URL"),
        ("mysql://host/db", "'mysql' is not supported; use sqlite or postgresql"),
        ("sqlite:///absent/store.db", "the folder .*absent does not exist"),
        ("sqlite:///.", "cannot be written: Is a directory"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused(tmp_path, url, words):
    with pytest.raises(ConfigError, match=words):
        open_store(url, tmp_path)


def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path):
    path = tmp_path / "store.db"
    path.write_text("name;city\n" * 1000)
    with pytest.raises(ConfigError, match="store.db: is not an OppBridge store; name another file"):
        open_store("sqlite:///store.db", tmp_path)
    assert path.read_text() == "name;city\n" * 1000


def read_all(folder):
    with closing(open_store("sqlite:///store.db", folder)) as store, store.read() as tx:
        records.by_uid(tx, "account", [f"u{id}" for id in range(5000)])


def test_a_torn_file_is_named_and_what_helps(tmp_path):
    store = open_store("sqlite:///store.db", tmp_path)
    put(store, [(id, "account", f"u{id}") for id in range(5000)])
    store.close()
    path = tmp_path / "store.db"
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 3])
    with pytest.raises(ConfigError, match="is damaged; put back a copy of it, or move it away"):
        read_all(tmp_path)


def test_a_locked_store_is_waited_for_and_then_said_to_be_busy(tmp_path, monkeypatch):
    monkeypatch.setattr("oppbridge.store.opening.PATIENCE", 0.1)
    store = open_store("sqlite:///store.db", tmp_path)
    other = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match="another process is writing to it; nothing .* is lost"):
        put(store, [(1, "account", "u1")])
    other.close()
    put(store, [(1, "account", "u1")])
    store.close()


def test_a_store_that_may_only_be_read_is_a_matter_of_configuration(tmp_path):
    store = open_store("sqlite:///store.db", tmp_path)
    sa.event.listen(store.engine, "connect", lambda c, _: c.execute("pragma query_only=on"))
    store.engine.dispose()
    with pytest.raises(ConfigError, match="may only be read; allow writing to the file"):
        put(store, [(1, "account", "u1")])
    with store.read() as tx:
        assert records.uids(tx, [1]) == {}
    store.close()


def test_a_full_disk_loses_nothing_that_was_stored(tmp_path):
    store = open_store("sqlite:///store.db", tmp_path)
    sa.event.listen(store.engine, "connect", lambda c, _: c.execute("pragma max_page_count=80"))
    store.engine.dispose()
    put(store, [(1, "account", "u1")])
    with pytest.raises(Unavailable, match="the disk is full; make room: nothing .* is lost"):
        put(store, [(id, "account", "x" * 36 + str(id)) for id in range(2, 9000)])
    with store.read() as tx:
        assert records.uids(tx, [1, 2]) == {1: "u1"}
    put(store, [(2, "account", "u2")])
    store.close()


@pytest.mark.postgres
def test_a_connection_lost_in_a_transaction_keeps_nothing_of_it(postgres):
    store = open_store(postgres.fresh())
    put(store, [(1, "account", "u1")])

    def lose():
        with store.write() as tx:
            records.insert(tx, [(2, "account", "u2")])
            [[pid]] = tx.rows(sa.text("SELECT pg_backend_pid()"))
            with psycopg.connect(postgres.url, autocommit=True) as other:
                other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
            records.insert(tx, [(3, "account", "u3")])

    with pytest.raises(Unavailable, match="nothing that was stored is lost; run again"):
        lose()
    with store.read() as tx:
        assert records.uids(tx, [1, 2, 3]) == {1: "u1"}
    put(store, [(2, "account", "u2")])
    store.close()


@pytest.mark.postgres
def test_a_database_that_is_not_there_is_a_matter_of_configuration(postgres):
    url = sa.make_url(postgres.url).set(database="absent", password="pssst")
    with pytest.raises(ConfigError, match="no such database; create it empty") as caught:
        open_store(url.render_as_string(hide_password=False))
    assert "pssst" not in str(caught.value)


def test_a_server_that_does_not_answer_is_tried_later():
    with pytest.raises(Unavailable, match="the server does not answer") as caught:
        open_store("postgresql://someone:pssst@127.0.0.1:1/store")
    assert "pssst" not in str(caught.value)


@pytest.mark.postgres
def test_a_password_given_by_reference_reaches_the_server(postgres, tmp_path, monkeypatch):
    password = os.environ.get("PGPASSWORD", "it's: a/secret@")
    monkeypatch.setenv("STORE_PASSWORD", password)
    path = tmp_path / "oppbridge.yaml"
    example = (Path(__file__).parents[2] / "config/oppbridge.yaml").read_text()
    filled = example.replace("url: sqlite:///oppbridge.db", f"url: '{postgres.fresh()}'")
    path.write_text(filled.replace("# password: {env: OPPBRIDGE_", "password: {env: "))
    url = store_url(load(path)).get_secret_value()
    assert sa.make_url(url).password == password
    store = open_store(url)
    put(store, [(1, "account", "u1")])
    assert password not in repr(store)
    store.close()
