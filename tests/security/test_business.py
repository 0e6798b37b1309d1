"""Rows 18 to 20 and 23: steps in their order, one writer at a time, budgets, a sealed trail."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing

import pytest

from oppbridge.contract import Page
from oppbridge.engine.line import Line
from oppbridge.errors import ContractBroken, Throttled, Unavailable
from oppbridge.http.answer import get
from oppbridge.kit.direct import Direct
from oppbridge.store import open_store, runs
from tests.cli.conftest import shell, world
from tests.cli.test_plans import companies
from tests.http.conftest import Reply, authority, server

__all__ = ["authority", "server", "shell", "world"]


def strict(world):
    path = world.folder / "oppbridge.yaml"
    path.write_text(path.read_text() + "    approval: {by_another: true}\n")


def test_row_18_nobody_approves_what_they_planned_and_no_step_is_left_out(world):
    strict(world)
    world.add("Contoso")
    digest = world.json("plan", "both", "--by", "ada")["digest"]
    world("apply", digest, "--by", "ada")
    assert companies(world, "south") == []  # not before it was approved
    world("approve", "--plan", digest, "--by", "ada")
    assert world.code == 2
    assert "ada" in world.err
    assert companies(world, "south") == []
    world("approve", "--plan", digest, "--by", "grace")
    assert world.code == 0
    assert world.json("apply", digest, "--by", "ada")["outcome"] == "done"
    assert len(companies(world, "south")) == 1
    world("apply", digest, "--by", "ada")  # once more: nothing is doubled
    assert len(companies(world, "south")) == 1


def test_row_19_one_holder_and_a_former_one_is_refused_by_the_store():
    store = open_store("sqlite://")
    with store.write() as tx:
        first = runs.acquire(tx, ["system:sales"], 0.0)
    with pytest.raises(Unavailable, match="in use by another run"), store.write() as tx:
        runs.acquire(tx, ["system:sales"], 1.0)
    with store.write() as tx:  # its time is up, and somebody else takes over
        runs.acquire(tx, ["system:sales"], runs.TERM + 1)
    with pytest.raises(Unavailable, match="another run has taken over"), store.write(first):
        pass
    store.close()


def test_row_20_a_system_that_always_says_later_is_not_asked_for_ever(server):
    server.reply(Reply(429, b"", {"Retry-After": "0.1"}))
    began = time.monotonic()
    with pytest.raises(Throttled):
        server.session(patience=0.6).json(get("x"))
    assert time.monotonic() - began < 3
    assert len(server.asked) < 20


def test_row_20_pages_that_lead_nowhere_end_the_reading(world, monkeypatch):
    world.add("Contoso")

    def endless(self, entity, cursor, limit):
        return Page([], cursor or "here", more=True)

    monkeypatch.setattr(Direct, "changes", endless)
    report = world.json("run", "both")
    assert report["outcome"] == "stopped"
    assert "did not move" in report["stopped"][0]


def test_row_20_a_page_larger_than_asked_for_is_refused(world, monkeypatch):
    for n in range(3):
        world.add(f"Company {n}")
    shown = Direct.changes
    monkeypatch.setattr(
        Direct, "changes", lambda self, e, c, limit: _many(shown(self, e, c, limit))
    )
    report = world.json("run", "both")
    assert report["outcome"] == "stopped"
    assert "where" in report["stopped"][0]
    assert issubclass(ContractBroken, Exception)
    assert Line


def _many(page):
    return Page(list(page.changes) * 5000, page.cursor, more=page.more)


@pytest.mark.parametrize(
    "harm",
    [
        "DELETE FROM audit WHERE id = 2",
        "UPDATE audit SET who = 'nobody' WHERE id = 2",
        "UPDATE audit SET at = '1999-01-01T00:00:00Z' WHERE id = 1",
        "UPDATE audit SET told = '{}' WHERE id = 2",
        "UPDATE audit SET id = 100 - id",
        "DELETE FROM audit WHERE id = (SELECT max(id) FROM audit)",
    ],
)
def test_row_23_a_line_of_the_trail_that_was_touched_is_found(world, harm):
    world.add("Contoso")
    digest = world.json("plan", "both", "--by", "ada")["digest"]
    world("apply", digest, "--by", "grace")
    world("audit", "verify")
    assert world.code == 0
    with closing(sqlite3.connect(world.folder / "oppbridge.db")) as db:
        lines = db.execute("SELECT at, who, what, told FROM audit").fetchall()
        assert len(lines) >= 3
        assert all(at.endswith("Z") for at, *_ in lines)
        assert {"ada", "grace"} <= {who for _, who, *_ in lines}
        assert digest in str(lines)
        db.execute(harm)
        db.commit()
    world("audit", "verify")
    assert world.code == 1
