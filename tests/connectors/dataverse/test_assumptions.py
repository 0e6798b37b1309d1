"""What no public source settles about the service: the connector works whichever way it is."""

from __future__ import annotations

from typing import Any

import pytest

from oppbridge.connectors.dataverse import SPEC
from oppbridge.errors import Invalid, Unlinked
from oppbridge.sandbox import Sandbox
from oppbridge.sandbox.dataverse.settings import Assumptions, Settings
from tests.connectors.dataverse.conftest import MAPS, SELECTIONS, World, lines_of, settings_of

NOBODY = "00000000-0000-4000-8000-000000000009"
USUAL: dict[str, Any] = {}
UNUSUAL: dict[str, Any] = {
    "expired_delta_status": 410,
    "duplicate_key_status": 400,
    "failed_change_set_nested": False,
    "recalculation_sets_modifiedon": False,
    "active_quote_to_draft": False,
    "opportunity_lines_locked_when_closed": False,
    "reopening_clears_actuals": False,
    "active_products_editable": False,
    "missing_bind_target_status": 400,
    "bulk_error_names_item": True,
}


@pytest.fixture(params=["usual", "unusual"])
def world(request):
    assumed = Assumptions(**(USUAL if request.param == "usual" else UNUSUAL))
    with Sandbox.start(dataverse=Settings(assumptions=assumed)) as running:
        line = SPEC.open(settings_of(running, reopen_locked=True), SELECTIONS)
        yield World(running, line)
        line.close()


@pytest.fixture
def quote(world):
    account = world.create("account", {"name": "Acme"}).key
    line = {"text": "x", "quantity": "1", "price": "5 EUR"}
    given = {"name": "Q", "account": account, "currency": "EUR", "status": "active"}
    made = world.create("quote", given, world.part("quote", "lines", line))
    assert made.error is None
    return made


@pytest.mark.parametrize("status", ["active", "won", "lost"])
def test_a_locked_quote_is_edited_and_ends_as_it_was(world, quote, status):
    there = world.update("quote", quote, {"status": status})
    [key] = lines_of(MAPS["quote"].read(there.row))
    edit = world.part("quote", "lines", {"quantity": "4"}, key)
    changed = world.update("quote", there, {"description": "edited"}, edit)
    assert changed.error is None
    values = MAPS["quote"].read(changed.row)
    assert (values["status"], values["description"]) == (status, "edited")
    assert lines_of(values)[key]["quantity"] == "4"


def test_an_active_product_is_edited_and_stays_active(world):
    made = world.create("product", {"name": "W", "number": "W1", "status": "active"})
    for version in (made.version, None):
        changed = world.update("product", made, {"name": f"W {version}"}, version=version)
        assert changed.error is None
        values = MAPS["product"].read(changed.row)
        assert (values["name"], values["status"]) == (f"W {version}", "active")


def test_an_expired_token_starts_a_full_reading(world, quote):
    _, cursor = world.walk("quote")
    world.sandbox.clock.move(8 * 86400)
    assert world.line.changes("quote", cursor, 10).first


def test_a_create_sent_again_is_found(world, quote):
    given = {"name": "A", "number": "N1"}
    first = world.create("account", given)
    again = world.create("account", given, origin=first.key)
    assert (again.existed, again.error) == (True, None)


def test_a_bad_part_refuses_its_document_and_no_other(world, quote):
    bad = world.part("quote", "lines", {"text": "no price", "quantity": "1"})
    refused = world.update("quote", quote, {}, bad)
    assert isinstance(refused.error, Invalid)
    lost = world.part("quote", "lines", {"product": NOBODY, "quantity": "1", "price": "1 EUR"})
    draft = world.update("quote", quote, {"status": "draft"}, lost)
    assert isinstance(draft.error, Unlinked)
    assert world.shown("quote", quote.key)["status"] == "active"


def test_a_reference_to_nobody_is_unlinked(world):
    assert isinstance(
        world.create("contact", {"last_name": "S", "account": NOBODY}).error, Unlinked
    )
    many = [{"last_name": f"S{n}", "account": NOBODY} for n in range(3)]
    assert all(isinstance(world.create("contact", one).error, Unlinked) for one in many)


def test_a_deal_is_won_and_reopened(world, quote):
    deal = world.create("opportunity", {"name": "D", "amount": "5 EUR"})
    won = world.update("opportunity", deal, {"status": "won", "actual_amount": "4 EUR"})
    assert MAPS["opportunity"].read(won.row)["actual_amount"] == "4 EUR"
    again = world.update("opportunity", won, {"status": "open"})
    assert MAPS["opportunity"].read(again.row)["status"] == "open"


def test_a_line_edit_shows_its_document(world, quote):
    _, cursor = world.walk("quote")
    draft = world.update("quote", quote, {"status": "draft"})
    [key] = lines_of(MAPS["quote"].read(draft.row))
    _, cursor = world.walk("quote", cursor)
    world.twin.edit("quotedetails", key, {"quantity": 7})
    changes, _ = world.walk("quote", cursor)
    assert {change.key for change in changes} == {quote.key}
