"""Forgetting a person, keeping for a time, and a store under a key: on the command line."""

import sqlite3
from contextlib import closing

import pytest

from tests.cli.test_plans import companies

MAIL = "ada@lovelace.example"


@pytest.fixture
def gone(world):
    """A company with a personal address, deleted in one system; the other follows. Its key."""
    key = world.add("Contoso")
    world.crms["north"].edit("companies", key, {"mail": MAIL})
    world("run", "both")
    world.crms["north"].edit("companies", key, {"phone": "+1 555 0100"})
    world("run", "both")
    assert companies(world, "south")[0]["Email"] == MAIL
    world.crms["north"].remove("companies", key)
    world("run", "both")
    world("approve", *[str(one["id"]) for one in world.json("held")])
    return key


def files(world):
    return b"".join(file.read_bytes() for file in world.folder.glob("oppbridge.db*"))


def test_nothing_of_a_person_is_left_and_the_trail_says_so(world, gone):
    world("run", "both")
    assert companies(world, "south") == []
    assert MAIL.encode() in files(world)
    told = world.json("forget", "north", gone, "--yes", "--by", "dpo")
    assert world.code == 0
    assert told["left"] == {}
    assert told["searched"] >= 2
    assert told["erased"].keys() >= {"record", "link", "write"}
    assert MAIL.encode() not in files(world)
    assert b"555 0100" not in files(world)
    world("audit", "verify")
    assert world.code == 0
    with closing(sqlite3.connect(world.folder / "oppbridge.db")) as db:
        trail = db.execute("SELECT who, told FROM audit WHERE what = 'forgot'").fetchall()
    assert trail[0][0] == "dpo"
    assert told["uid"] in trail[0][1]
    world("why", "north", gone)
    assert world.code == 2
    assert world.json("run", "both")["outcome"] == "done"
    assert companies(world, "north") == companies(world, "south") == []


def test_who_still_stands_somewhere_is_not_forgotten(world, gone):
    world("forget", "north", gone, "--yes")
    assert world.code == 2
    assert "it still stands in south" in world.err
    assert world.json("why", "north", gone)["writes"]


def test_it_must_be_said_that_one_is_sure(world, gone):
    world("run", "both")
    world("forget", "north", gone)
    assert world.code == 2
    assert "--yes" in world.err
    assert MAIL.encode() in files(world)


def test_a_namesake_keeps_what_is_theirs_and_it_is_told(world, gone):
    world("run", "both")
    other = world.add("Fabrikam")
    world.crms["north"].edit("companies", other, {"mail": MAIL})
    world("run", "both")
    told = world.json("forget", "north", gone, "--yes")
    assert world.code == 1
    assert {"record.agreed", "link.shown"} <= told["left"].keys()
    [row] = companies(world, "south")
    assert row["Email"] == MAIL


def test_what_is_older_than_its_days_goes_after_a_run(world):
    world.add("Contoso")
    world("run", "both")
    with closing(sqlite3.connect(world.folder / "oppbridge.db")) as db:
        db.execute("UPDATE write SET settled = settled - 31 * 86400")
        db.execute("UPDATE run SET finished = finished - 31 * 86400")
        db.commit()
    assert world.json("purge") == {}
    path = world.folder / "oppbridge.yaml"
    path.write_text("retention: {writes: 32}\n" + path.read_text())
    assert world.json("purge") == {}
    path.write_text(path.read_text().replace("32", "30"))
    world("run", "both")
    with closing(sqlite3.connect(world.folder / "oppbridge.db")) as db:
        assert db.execute("SELECT count(*) FROM write").fetchall() == [(0,)]
        assert db.execute("SELECT id FROM run").fetchall() == [(2,)]
    world("undo", "1")
    assert world.code == 2
    assert "run 1" in world.err
    world("audit", "verify")
    assert world.code == 0


def test_the_store_is_under_a_key_that_is_kept_elsewhere(world, monkeypatch):
    key = world.add("Contoso")
    world.crms["north"].edit("companies", key, {"mail": MAIL})
    world("run", "both")
    assert MAIL.encode() in files(world)
    path = world.folder / "oppbridge.yaml"
    path.write_text("store: {key: {env: STORE_KEY}}\n" + path.read_text())
    world("status")
    assert world.code == 2
    assert "STORE_KEY is not set" in world.err
    monkeypatch.setenv("STORE_KEY", "too short")
    world("status")
    assert "32 characters" in world.err
    monkeypatch.setenv("STORE_KEY", "0123456789abcdef0123456789abcdef")
    assert world.json("why", "north", key)["agreed"]["email"] == MAIL
    assert MAIL.encode() not in files(world)
    world.crms["north"].edit("companies", key, {"phone": "1"})
    digest = world.json("plan", "both")["digest"]
    assert world.json("apply", digest)["outcome"] == "done"
    undo = world.json("undo", str(world.json("status")["flows"]["both"]["last"]["id"]))
    assert world.json("apply", undo["digest"])["outcome"] == "done"
    assert companies(world, "south")[0]["Telephone"] == ""
    monkeypatch.setenv("STORE_KEY", "another key of more than 32 characters")
    world("run", "both")
    assert world.code == 2
    assert "not sealed under the key" in world.err
    assert "another key" not in world.err
