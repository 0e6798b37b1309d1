"""Feeds against the twin: tracked or not, forgotten, with parts that come and go."""

from __future__ import annotations

import json
import time

import pytest

from oppbridge.connectors.dataverse import SPEC
from oppbridge.contract import Action
from oppbridge.sandbox import Sandbox
from oppbridge.sandbox.dataverse.settings import Settings
from tests.connectors.dataverse.conftest import MAPS, SELECTIONS, World, lines_of, settings_of

TABLES = frozenset(
    {
        "account",
        "opportunity",
        "opportunityproduct",
        "opportunitycompetitors",
        "connection",
        "quote",
        "quotedetail",
    }
)


def keys(changes):
    return {change.key for change in changes}


def deal(world, *collections):
    account = str(world.create("account", {"name": "Acme"}).key)
    person = str(world.create("contact", {"last_name": "S"}).key)
    values = {
        "lines": {"text": "x", "quantity": "1", "price": "5 USD"},
        "competitors": {"name": "Rival"},
        "stakeholders": {"contact": person, "role": "Champion"},
    }
    parts = [world.part("opportunity", name, values[name]) for name in collections]
    made = world.create("opportunity", {"name": "D", "account": account}, *parts)
    assert made.error is None
    return made


def test_an_unchanged_environment_costs_one_request_for_each_table(world):
    deal(world, "lines")
    _, cursor = world.walk("opportunity")
    world.sandbox.counters.reset()
    page = world.line.changes("opportunity", cursor, 100)
    assert (page.changes, page.more) == ([], False)
    assert world.sandbox.counters.requests("dataverse") == 4


def test_a_deleted_row_shows_as_deleted(world):
    key = str(world.create("account", {"name": "Acme"}).key)
    _, cursor = world.walk("account")
    world.twin.delete("accounts", key)
    [change], _ = world.walk("account", cursor)
    assert (change.key, change.row) == (key, None)


def test_a_row_deleted_and_made_again_with_its_id_is_there(world):
    key = str(world.create("account", {"name": "Acme"}).key)
    _, cursor = world.walk("account")
    world.twin.delete("accounts", key)
    world.twin.put("accounts", {"accountid": key, "name": "Acme again"})
    changes, _ = world.walk("account", cursor, size=1)
    assert {change.row["name"] for change in changes if change.key == key} == {"Acme again"}


def test_an_old_cursor_starts_a_full_reading(world):
    key = str(world.create("account", {"name": "Acme"}).key)
    _, cursor = world.walk("account")
    world.sandbox.clock.move(8 * 86400)
    page = world.line.changes("account", cursor, 10)
    assert (page.sweep, page.first, page.more) == (True, True, False)
    assert key in keys(page.changes)


@pytest.mark.parametrize("status", [400, 410, 500])
def test_a_forgotten_token_is_known_by_its_code_whatever_the_status(world, status):
    key = str(world.create("account", {"name": "Acme"}).key)
    _, cursor = world.walk("account")
    fault = {"status": status, "code": "0x80044352", "path": "accounts", "service": "dataverse"}
    world.sandbox.faults.add("status", **fault)
    page = world.line.changes("account", cursor, 10)
    assert page.first
    assert key in keys(page.changes)


@pytest.mark.parametrize("cursor", ["", "nonsense", "[]", "{}", '{"feeds":3}'])
def test_a_cursor_that_means_nothing_starts_a_full_reading(world, cursor):
    assert world.line.changes("account", cursor, 10).first


def test_a_cursor_of_another_environment_is_not_followed(world):
    _, cursor = world.walk("account")
    moved = cursor.replace(world.sandbox.url("dataverse"), "https://evil.example")
    world.sandbox.counters.reset()
    assert world.line.changes("account", moved, 10).first


def test_other_columns_start_a_full_reading(world, sandbox):
    _, cursor = world.walk("account")
    place = json.loads(cursor)
    assert "emailaddress1" in place["feeds"][0][1]
    page = world.line.changes("account", json.dumps({**place, "shape": "other"}), 10)
    assert page.first


@pytest.mark.parametrize("collection", ["lines", "competitors", "stakeholders"])
def test_a_part_that_changes_shows_its_document_whole(world, collection):
    made = deal(world, "lines", "competitors", "stakeholders")
    _, cursor = world.walk("opportunity")
    values = {
        "lines": {"text": "y", "quantity": "1", "price": "6 USD"},
        "competitors": {"name": "Two"},
    }
    if collection == "stakeholders":
        [row] = world.twin.rows("connections", "_record2id_type = 'contact'")
        world.twin.edit("connections", row["connectionid"], {"description": "moved"})
    else:
        part = world.part("opportunity", collection, values[collection])
        assert world.update("opportunity", made, {}, part).error is None
    changes, _ = world.walk("opportunity", cursor)
    assert keys(changes) == {made.key}
    shown = MAPS["opportunity"].read(changes[-1].row)
    assert shown == world.shown("opportunity", made.key)


@pytest.mark.parametrize("collection", ["lines", "competitors", "stakeholders"])
def test_a_part_that_vanishes_shows_its_document_without_it(world, collection):
    made = deal(world, "lines", "competitors", "stakeholders")
    other = deal(world)
    _, cursor = world.walk("opportunity")
    [key] = lines_of(MAPS["opportunity"].read(made.row), collection)
    part = world.part("opportunity", collection, {}, key, Action.DELETE)
    assert world.update("opportunity", made, {}, part).error is None
    changes, cursor = world.walk("opportunity", cursor, size=1)
    assert made.key in keys(changes)
    last = {change.key: change for change in changes}[made.key]
    assert lines_of(MAPS["opportunity"].read(last.row), collection) == {}
    assert world.walk("opportunity", cursor)[0] == []
    assert other.key


def test_a_vanished_line_is_noticed_where_documents_do_not_move_with_it(sandbox, opened):
    world = World(sandbox, opened(lines_touch_document=False))
    made = deal(world, "lines")
    _, cursor = world.walk("opportunity")
    [line] = world.twin.rows("opportunityproducts")
    before = world.twin.row("opportunities", made.key)["_version"]
    world.twin.delete("opportunityproducts", line["opportunityproductid"])
    assert world.twin.row("opportunities", made.key)["_version"] >= before
    changes, _ = world.walk("opportunity", cursor)
    assert made.key in keys(changes)


@pytest.fixture
def untracked():
    settings = Settings(untracked=TABLES)
    with Sandbox.start(dataverse=settings) as running:
        line = SPEC.open(settings_of(running, full_every=1, overlap=0), SELECTIONS)
        yield World(running, line)
        line.close()


def test_a_table_without_tracking_is_walked_by_its_stamps(untracked):
    made = [str(untracked.create("account", {"name": f"A{n}"}).key) for n in range(7)]
    for size in (1, 2, 50):
        changes, cursor = untracked.walk("account", size=size)
        assert keys(changes) >= set(made)
    time.sleep(1.1)  # stamps are whole seconds
    untracked.twin.edit("accounts", made[3], {"name": "edited"})
    changes, cursor = untracked.walk("account", cursor, size=2)
    assert made[3] in keys(changes)
    late = str(untracked.create("account", {"name": "late"}).key)
    changes, cursor = untracked.walk("account", cursor, size=2)
    assert late in keys(changes)
    assert made[0] not in keys(changes)


def test_documents_without_tracking_are_shown_when_a_line_moves(untracked):
    made = deal(untracked, "lines")
    _, cursor = untracked.walk("opportunity")
    [line] = untracked.twin.rows("opportunityproducts")
    untracked.twin.edit("opportunityproducts", line["opportunityproductid"], {"quantity": 9})
    changes, _ = untracked.walk("opportunity", cursor, size=1)
    [shown] = lines_of(MAPS["opportunity"].read(changes[-1].row)).values()
    assert changes[-1].key == made.key
    assert shown["quantity"] == "9"


def test_without_tracking_a_full_reading_comes_again_after_a_while(untracked, monkeypatch):
    untracked.create("account", {"name": "A"})
    _, cursor = untracked.walk("account")
    assert not untracked.line.changes("account", cursor, 10).sweep
    place = json.loads(cursor)
    old = json.dumps({**place, "swept": place["swept"] - 3601})
    page = untracked.line.changes("account", old, 10)
    assert (page.sweep, page.first) == (True, True)


def test_rows_are_found_by_a_column(world):
    for name in ("O'Brien & Söhne", "Other"):
        world.create("account", {"name": name})
    found = world.line.find("account", "name", ["O'Brien & Söhne", "nobody"])
    assert [change.row["name"] for change in found] == ["O'Brien & Söhne"]


def test_many_keys_are_fetched_in_few_requests(sandbox, opened):
    world = World(sandbox, opened(keys=10))
    made = [str(world.create("account", {"name": f"A{n}"}).key) for n in range(60)]
    sandbox.counters.reset()
    assert keys(world.line.fetch("account", made)) == set(made)
    assert sandbox.counters.requests("dataverse") == 1
    assert sandbox.counters.writes("dataverse") == 0
