"""Documents against the twin: lines, states, locks, prices, competitors, stakeholders, scores."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from oppbridge.contract import Action, Receipt
from oppbridge.errors import Gone, Invalid, Stale, Unlinked
from tests.connectors.dataverse.conftest import MAPS, World, lines_of


@pytest.fixture
def account(world: World) -> str:
    return str(world.create("account", {"name": "Acme"}).key)


@pytest.fixture
def product(world: World) -> str:
    values = {"name": "Widget", "number": "P1", "unit": "ea", "list_price": "10 EUR"}
    receipt = world.create("product", values)
    assert receipt.error is None
    return str(receipt.key)


def quote(world: World, account: str, product: str, **values: Any) -> Receipt:
    line = {"product": product, "quantity": "2", "price": "7.35 EUR", "unit": "ea"}
    given = {"name": "Q", "account": account, "currency": "EUR", **values}
    receipt = world.create("quote", given, world.part("quote", "lines", line))
    assert receipt.error is None
    return receipt


def test_prices_of_the_erp_stick_and_totals_are_the_service_own(world, account, product):
    line = {
        "product": product,
        "quantity": "3",
        "price": "7.35 EUR",
        "discount": "2.05 EUR",
        "tax": "3.8 EUR",
    }
    given = {"name": "Q", "account": account, "currency": "EUR", "discount_percent": "10"}
    receipt = world.create("quote", given, world.part("quote", "lines", line))
    values = MAPS["quote"].read(receipt.row)
    [shown] = lines_of(values).values()
    assert shown["price"] == "7.35 EUR"
    assert shown["amount"] == "20 EUR"
    assert shown["unit"] == "ea"
    assert values["total"] == "21.8 EUR"  # 20 less 10 %, and the tax


def test_a_line_edit_leaves_the_price_of_the_erp_alone(world, account, product):
    made = quote(world, account, product)
    [key] = lines_of(MAPS["quote"].read(made.row))
    changed = world.update("quote", made, {}, world.part("quote", "lines", {"quantity": "4"}, key))
    [shown] = lines_of(MAPS["quote"].read(changed.row)).values()
    assert (shown["quantity"], shown["price"]) == ("4", "7.35 EUR")


def test_a_written_in_line_has_a_text_and_no_product(world, account, product):
    line = {"text": "Installation", "quantity": "1", "price": "100 EUR"}
    made = quote(world, account, product)
    changed = world.update("quote", made, {}, world.part("quote", "lines", line))
    texts = {line["text"] for line in lines_of(MAPS["quote"].read(changed.row)).values()}
    assert texts == {None, "Installation"}


@pytest.mark.parametrize(
    ("status", "natively"),
    [
        ("draft", (0, 1)),
        ("active", (1, 2)),
        ("won", (2, 4)),
        ("lost", (3, 5)),
        ("canceled", (3, 6)),
        ("revised", (3, 7)),
    ],
)
def test_a_quote_is_created_in_any_status(world, account, product, status, natively):
    row = quote(world, account, product, status=status).row
    assert (row["statecode"], row["statuscode"]) == natively


@pytest.mark.parametrize(
    ("status", "natively"),
    [
        ("new", (0, 1)),
        ("confirmed", (0, 2)),
        ("in_progress", (1, 3)),
        ("shipped", (3, 100001)),
        ("invoiced", (4, 100003)),
        ("canceled", (2, 4)),
    ],
)
def test_an_order_goes_to_any_status_and_is_told_in_one_write(world, account, status, natively):
    made = world.create("order", {"name": "O", "account": account, "currency": "EUR"})
    changed = world.update("order", made, {"status": status, "description": "moved"})
    assert changed.error is None
    row = changed.row
    assert (row["statecode"], row["statuscode"]) == natively
    assert row["description"] == "moved"


def test_a_won_opportunity_keeps_what_it_was_won_with(world, account):
    made = world.create("opportunity", {"name": "D", "account": account, "amount": "10 EUR"})
    told = {"status": "won", "actual_amount": "9.99 EUR", "closed": "2026-03-29"}
    values = MAPS["opportunity"].read(world.update("opportunity", made, told).row)
    assert {name: values[name] for name in told} == told
    assert world.twin.count("opportunityclose") == 1


def test_a_lost_opportunity_is_reopened(world, account):
    made = world.create("opportunity", {"name": "D", "account": account, "status": "lost"})
    assert made.row["statuscode"] == 5
    again = world.update("opportunity", made, {"status": "on_hold"})
    assert (again.row["statecode"], again.row["statuscode"]) == (0, 2)


def test_an_edit_of_an_active_quote_is_refused_in_words(world, account, product):
    made = quote(world, account, product, status="active")
    [key] = lines_of(MAPS["quote"].read(made.row))
    line = world.part("quote", "lines", {"quantity": "4"}, key)
    for refused in (
        world.update("quote", made, {}, line),
        world.update("quote", made, {"name": "X"}),
    ):
        assert isinstance(refused.error, Invalid)
        assert "active, and locked for edits" in str(refused.error)


def test_a_locked_quote_is_reopened_and_closed_again_where_that_is_allowed(
    world, account, product, opened, sandbox
):
    made = quote(world, account, product, status="won")
    [key] = lines_of(MAPS["quote"].read(made.row))
    bold = World(sandbox, opened(reopen_locked=True))
    changed = bold.update("quote", made, {}, world.part("quote", "lines", {"quantity": "4"}, key))
    assert changed.error is None
    values = MAPS["quote"].read(changed.row)
    assert values["status"] == "won"
    assert lines_of(values)[key]["quantity"] == "4"


def test_a_lock_nobody_knew_of_is_told_in_words(world, account, product):
    made = quote(world, account, product)
    world.twin.edit("quotes", made.key, {"statecode": 1})
    refused = world.update("quote", made, {"name": "X"}, version=None)
    assert isinstance(refused.error, Invalid)
    assert "read-only" in str(refused.error)


def test_a_document_is_written_whole_or_not_at_all(world, account, product):
    good = world.part("quote", "lines", {"product": product, "quantity": "1", "price": "1 EUR"})
    bad = world.part("quote", "lines", {"product": "0" * 8 + "-0000-4000-8000-" + "0" * 12})
    given = {"name": "Half", "account": account, "currency": "EUR"}
    refused = world.create("quote", given, good, bad)
    assert isinstance(refused.error, Unlinked)
    assert world.twin.rows("quotes", "name = 'Half'") == []


def test_a_bad_part_is_named(world, account, product):
    bad = world.part("quote", "lines", {"text": "No price", "quantity": "1"})
    refused = world.create("quote", {"name": "B", "account": account, "currency": "EUR"}, bad)
    assert isinstance(refused.error, Invalid)
    assert str(refused.error).startswith(f"part {bad.id}: ")


def test_parts_and_states_are_guarded_like_columns(world, account, product):
    made = quote(world, account, product)
    world.twin.edit("quotes", made.key, {"description": "a person was here"})
    line = world.part("quote", "lines", {"text": "x", "quantity": "1", "price": "1 EUR"})
    assert isinstance(world.update("quote", made, {}, line).error, Stale)
    assert isinstance(world.update("quote", made, {"status": "won"}).error, Stale)
    assert world.twin.row("quotes", made.key)["statecode"] == 0


def test_a_reference_to_a_row_that_is_not_there_is_unlinked_not_gone(world, account):
    nobody = "00000000-0000-4000-8000-000000000009"
    made = world.create("contact", {"last_name": "S", "account": nobody})
    assert isinstance(made.error, Unlinked)
    there = world.create("contact", {"last_name": "S"})
    assert isinstance(world.update("contact", there, {"account": nobody}).error, Unlinked)
    world.twin.delete("contacts", there.key)
    gone = world.update("contact", there, {"last_name": "T"})
    assert isinstance(gone.error, Gone)


def test_a_customer_that_is_a_contact_is_no_account(world):
    person = str(world.create("contact", {"last_name": "S"}).key)
    key = world.twin.put(
        "quotes", {"name": "Q", "customerid_contact@odata.bind": f"/contacts({person})"}
    )
    values = world.shown("quote", key)
    assert (values["account"], values["contact"]) == (None, person)


def test_competitors_are_found_by_name_or_made(world, account):
    known = world.twin.put("competitors", {"name": "Known Rival"})
    parts = [world.part("opportunity", "competitors", {"name": n}) for n in ("known rival", "New")]
    made = world.create("opportunity", {"name": "D", "account": account}, *parts)
    assert made.parts[parts[0].id] == known
    shown = lines_of(MAPS["opportunity"].read(made.row), "competitors")
    assert {one["name"] for one in shown.values()} == {"Known Rival", "New"}
    gone = world.part("opportunity", "competitors", {}, known, Action.DELETE)
    again = world.update(
        "opportunity", made, {}, gone, world.part("opportunity", "competitors", {"name": "NEW"})
    )
    assert again.error is None
    assert [
        one["name"] for one in lines_of(MAPS["opportunity"].read(again.row), "competitors").values()
    ] == ["New"]
    assert world.twin.count("competitors") == 2


def test_stakeholders_keep_their_role_and_reciprocal_rows_do_not_show(world, account):
    person = str(world.create("contact", {"last_name": "S"}).key)
    part = world.part("opportunity", "stakeholders", {"contact": person, "role": "Economic Buyer"})
    made = world.create("opportunity", {"name": "D", "account": account}, part)
    shown = lines_of(MAPS["opportunity"].read(made.row), "stakeholders")
    assert {key: (one["contact"], one["role"]) for key, one in shown.items()} == {
        part.id: (person, "Economic Buyer")
    }
    assert world.twin.count("connection") == 2
    unknown = world.part("opportunity", "stakeholders", {"contact": person, "role": "Champoin"})
    refused = world.update("opportunity", made, {}, unknown)
    assert isinstance(refused.error, Invalid)
    assert "Champion" in str(refused.error)


def test_a_stakeholder_entered_from_the_contact_shows_too(world, account):
    person = str(world.create("contact", {"last_name": "S"}).key)
    made = world.create("opportunity", {"name": "D", "account": account})
    [role] = world.twin.rows("connectionroles", "name = 'Champion'")
    world.twin.put(
        "connections",
        {
            "record1id_contact@odata.bind": f"/contacts({person})",
            "record2id_opportunity@odata.bind": f"/opportunities({made.key})",
            "record1roleid@odata.bind": f"/connectionroles({role['connectionroleid']})",
        },
    )
    [shown] = lines_of(world.shown("opportunity", made.key), "stakeholders").values()
    assert (shown["contact"], shown["role"]) == (person, "Champion")


def test_scores_go_to_their_own_table_and_leave_the_opportunity_alone(world, account):
    made = world.create("opportunity", {"name": "D", "account": account})
    scored = {
        "score": 71,
        "grade": "B",
        "trend": "steady",
        "reasons": "[]",
        "scored_at": "2026-01-02T03:04:05Z",
    }
    for score in (71, 72):
        receipt = world.update("opportunity", made, {**scored, "score": score}, version=None)
        assert receipt.error is None
        assert receipt.version == made.version
    [row] = world.twin.rows("msdyn_predictivescores")
    assert (row["msdyn_score"], row["msdyn_grade"], row["msdyn_scoretrend"]) == (72, 1, 1)
    assert row["msdyn_scoredon"] == "2026-01-02T03:04:05Z"
    assert (row["msdyn_entityid"], row["msdyn_entitytype"]) == (made.key, "opportunity")


def test_scores_go_to_the_older_columns_where_the_table_is_missing(world, account, opened, sandbox):
    old = World(sandbox, opened(scores="columns"))
    made = old.create("opportunity", {"name": "D", "account": account, "score": 12, "grade": "D"})
    row = world.twin.row("opportunities", made.key)
    assert (row["msdyn_opportunityscore"], row["msdyn_opportunitygrade"]) == (12, 3)


@pytest.mark.parametrize("status", ["active", "draft", "retired"])
@pytest.mark.parametrize("price", ["12.5 EUR", "1250 JPY"])
def test_a_product_has_its_unit_state_and_list_price(world, status, price):
    values = {"name": "W", "number": "W1", "unit": "box", "status": status, "list_price": price}
    made = world.create("product", values)
    assert made.error is None
    shown = MAPS["product"].read(made.row)
    assert {name: shown[name] for name in values} == values
    again = world.update("product", made, {"list_price": None}, version=None)
    assert MAPS["product"].read(again.row)["list_price"] is None


def test_a_list_price_edit_is_news_of_the_product(world, product):
    _, cursor = world.walk("product")
    [item] = world.twin.rows("productpricelevels")
    world.twin.edit("productpricelevels", item["productpricelevelid"], {"amount": 11})
    [change], cursor = world.walk("product", cursor)
    assert MAPS["product"].read(change.row)["list_price"] == "11 EUR"
    assert world.walk("product", cursor)[0] == []


def test_a_unit_nobody_knows_is_named_with_the_nearest(world):
    refused = world.create("product", {"name": "W", "number": "W1", "unit": "palet"})
    assert isinstance(refused.error, Invalid)
    assert "did you mean 'pallet'" in str(refused.error)


@pytest.fixture
def converting(sandbox: Any, opened: Callable[..., Any]) -> World:
    return World(sandbox, opened(orders_by_conversion=True, quotes_by_revision=True))


def test_an_order_is_made_from_its_quote_once(converting, account, product):
    made = quote(converting, account, product, status="active")
    same = converting.part(
        "order", "lines", {"product": product, "quantity": "2", "price": "7 EUR"}
    )
    more = converting.part("order", "lines", {"text": "Freight", "quantity": "1", "price": "5 EUR"})
    values = {"name": "O", "account": account, "quote": made.key, "currency": "EUR"}
    order = converting.create(
        "order", values, same, more, origin="0" * 8 + "-1111-4111-8111-" + "1" * 12
    )
    assert order.error is None
    assert not order.existed
    shown = MAPS["order"].read(order.row)
    assert shown["quote"] == made.key
    assert {line["price"] for line in lines_of(shown).values()} == {"7 EUR", "5 EUR"}
    assert set(order.parts.values()) == set(lines_of(shown))
    assert converting.shown("quote", made.key)["status"] == "won"
    again = converting.create("order", values, same, more, again=True)
    assert (again.key, again.existed, again.error) == (order.key, True, None)
    assert again.parts[more.id] == order.parts[more.id]
    assert converting.twin.count("salesorders") == 1


def test_a_quote_is_made_from_its_closed_revision(converting, account, product):
    first = quote(converting, account, product, number="Q-7", status="revised")
    line = {"product": product, "quantity": "9", "price": "7 EUR"}
    values = {"name": "Q again", "account": account, "currency": "EUR", "number": "Q-7"}
    second = converting.create("quote", values, converting.part("quote", "lines", line))
    assert second.error is None
    shown = MAPS["quote"].read(second.row)
    assert (shown["number"], shown["revision"], shown["name"]) == ("Q-7", 1, "Q again")
    [line_shown] = lines_of(shown).values()
    assert line_shown["quantity"] == "9"
    assert converting.shown("quote", first.key)["status"] == "revised"
    refused = converting.create("quote", values, origin="0" * 8 + "-1111-4111-8111-" + "2" * 12)
    assert isinstance(refused.error, Invalid)
    assert "not closed" in str(refused.error)
    again = converting.create("quote", values, again=True)
    assert (again.key, again.existed) == (second.key, True)


def test_an_edit_right_after_a_document_was_written_is_not_taken_for_the_echo(
    world, account, product
):
    made = quote(world, account, product)
    [key] = lines_of(MAPS["quote"].read(made.row))
    session = world.line._desk.session
    send = session.send

    def meanwhile(call):
        answer = send(call)
        if call.path.endswith("$batch"):
            session.send = send
            world.twin.edit("quotedetails", key, {"quantity": 77})
        return answer

    session.send = meanwhile
    line = world.part("quote", "lines", {"quantity": "4"}, key)
    told = world.update("quote", made, {"description": "ours"}, line)
    assert (told.error, told.row) == (None, None)
    again = world.update("quote", made, {"description": "ours"}, version=told.version)
    assert isinstance(again.error, Stale)


@pytest.mark.parametrize(
    ("entity", "field"),
    [
        ("account", "parent"),
        ("contact", "account"),
        ("opportunity", "account"),
        ("opportunity", "contact"),
    ],
)
def test_a_reference_is_cleared(world, account, entity, field):
    person = world.create("contact", {"last_name": "S"}).key
    target = person if field == "contact" else account
    name = {"contact": {"last_name": "T"}}.get(entity, {"name": "T"})
    made = world.create(entity, {**name, field: target})
    assert MAPS[entity].read(made.row)[field] == target
    cleared = world.update(entity, made, {field: None})
    assert cleared.error is None
    assert MAPS[entity].read(cleared.row)[field] is None


def test_a_document_moves_with_its_lines(world, account, product):
    made = quote(world, account, product)
    [key] = lines_of(MAPS["quote"].read(made.row))
    [before] = world.line.fetch("quote", [made.key])
    world.sandbox.clock.move(60)
    world.twin.edit("quotedetails", key, {"quantity": 9})
    [after] = world.line.fetch("quote", [made.key])
    assert (after.at - before.at).total_seconds() >= 59


def test_a_document_too_large_for_one_change_set_is_refused_whole(world, account, product):
    line = {"text": "x", "quantity": "1", "price": "1 EUR"}
    parts = [world.part("quote", "lines", line) for _ in range(1000)]
    made = world.create("quote", {"name": "Q", "account": account, "currency": "EUR"}, *parts)
    assert isinstance(made.error, Invalid)
    assert "change set" in str(made.error)
