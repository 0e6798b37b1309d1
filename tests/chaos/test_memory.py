"""D: the store itself fails, is old, is new, is damaged, or is gone."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from oppbridge.store import opening
from tests.chaos import oracles
from tests.chaos.case import ABSORBED, STOPPED, settled, told_of, troubled
from tests.chaos.dying import Where, killed
from tests.chaos.place import quiet

pytestmark = pytest.mark.integration


def stopped(place, words):
    """The run ends with an error that says what to do, and goes on where it was afterwards."""
    told = told_of(place.run)
    assert told.outcome in ("stopped", "retry"), told.text
    assert words in told.text
    assert told.wrote == 0


@pytest.fixture
def pragma(monkeypatch):
    """Adds a pragma to every connection a run makes."""
    plain = opening._pragmas

    def add(text):
        def pragmas(connection, record):
            plain(connection, record)
            connection.execute(f"pragma {text}")

        monkeypatch.setattr(opening, "_pragmas", pragmas)

    yield add
    monkeypatch.setattr(opening, "_pragmas", plain)


def test_the_disk_is_full(place, family, pragma, monkeypatch):
    family("D", STOPPED)
    with closing(sqlite3.connect(place.store)) as store:
        store.execute("vacuum")  # else the gaps in it are filled first
        [pages] = store.execute("pragma page_count").fetchone()
    pragma(f"max_page_count={pages}")
    stopped(place, "the disk is full; make room: nothing that was stored is lost")
    monkeypatch.undo()
    settled(place)


def test_somebody_else_holds_it(place, family, monkeypatch):
    family("D", STOPPED)
    with monkeypatch.context() as now:
        now.setattr(opening, "PATIENCE", 0.2)
        with closing(sqlite3.connect(place.store, isolation_level=None)) as other:
            other.execute("begin immediate")
            stopped(place, "another process is writing to it; nothing that was stored is lost")
    settled(place)


def test_its_log_is_torn(place, family):
    """A power cut may take the last transactions along: what they noted is found out again."""
    family("D", ABSORBED)
    assert killed(place.config, "confirmed", Where("quote", "sales", "scm"))
    log = place.store.with_name(place.store.name + "-wal")
    whole = log.read_bytes()
    assert len(whole) > 4096
    log.write_bytes(whole[: len(whole) // 2])
    place.sandbox.counters.reset()
    troubled(place, ABSORBED)


def test_a_page_of_it_is_damaged(place, family):
    family("D", STOPPED)
    kept = place.store.read_bytes()
    with closing(sqlite3.connect(place.store)) as store:
        [size] = store.execute("pragma page_size").fetchone()
        query = "select rootpage from sqlite_master where name = 'link'"
        [page] = store.execute(query).fetchone()
    torn = bytearray(kept)
    torn[(page - 1) * size] ^= 0x07  # what kind of page it is: one byte of it
    place.store.write_bytes(torn)
    stopped(place, "is damaged; put back a copy of it, or move it away")
    place.store.write_bytes(kept)
    settled(place)


def test_it_may_only_be_read(place, family, pragma, monkeypatch):
    family("D", STOPPED)
    pragma("query_only=on")
    stopped(place, "may only be read; allow writing to the file and its folder")
    monkeypatch.undo()
    settled(place)


def test_a_newer_oppbridge_wrote_it(place, family):
    family("D", STOPPED)
    with sqlite3.connect(place.store) as store:
        [was] = store.execute("select version_num from alembic_version").fetchone()
        store.execute("update alembic_version set version_num = '9999'")
    stopped(place, "newer than this OppBridge")
    with sqlite3.connect(place.store) as store:
        store.execute("update alembic_version set version_num = ?", (was,))
    settled(place)


def test_it_was_begun_and_has_no_version_yet(place, family):
    """There is one version so far: older than it is only a store without its tables."""
    family("D", ABSORBED)
    _lost(place)
    sqlite3.connect(place.store).close()
    _adopts(place)


def test_it_is_lost(place, family):
    """The twins are found again by the ids they carry: nothing is created anew."""
    family("D", ABSORBED)
    _lost(place)
    _adopts(place)


def _lost(place):
    for left in place.folder.glob("oppbridge.db*"):
        left.unlink()


def _adopts(place):
    """Nothing stands twice, nothing is missing, and all comes to rest.

    What Supply Chain filled in by itself cannot be told from an edit any more: Sales hears of it.
    """
    before = {table: len(place.sandbox.dataverse.rows(table)) for table in oracles.TABLES}
    quiet(place)
    assert oracles.differences(place.sandbox) == []
    assert oracles.unbound(place.sandbox) == []
    day = {"quote": 0, "quotedetail": 0, "salesorder": 1, "salesorderdetail": 2, "product": 2}
    after = {table: len(place.sandbox.dataverse.rows(table)) for table in oracles.TABLES}
    assert after == {table: count + day.get(table, 0) for table, count in before.items()}
    assert place.run().wrote == 0
