"""Rows 21 and 22: personal data is known by field, erased with proof, and sealed at rest."""

from __future__ import annotations

from oppbridge.records.values import personal
from tests.cli.conftest import shell, world
from tests.cli.test_forgetting import MAIL, files, gone

__all__ = ["gone", "shell", "world"]

KEY = "0123456789abcdef0123456789abcdef"


def test_row_21_every_entity_says_which_fields_are_personal():
    assert {"first_name", "last_name", "email", "phone", "mobile", "street"} <= personal("contact")
    assert {"email", "phone"} <= personal("account")
    assert personal("product") == frozenset()


def test_row_21_a_person_who_is_erased_is_found_in_no_file_of_the_store(world, gone):
    world("run", "both")
    assert MAIL.encode() in files(world)
    told = world.json("forget", "north", gone, "--yes")
    assert (world.code, told["left"]) == (0, {})
    for word in (MAIL, "+1 555 0100", "Contoso"):
        assert word.encode() not in files(world), word


def test_row_22_at_rest_nothing_can_be_read_and_nothing_bent(world, monkeypatch):
    path = world.folder / "oppbridge.yaml"
    path.write_text("store: {key: {env: STORE_KEY}}\n" + path.read_text())
    monkeypatch.setenv("STORE_KEY", KEY)
    key = world.crms["north"].add("companies", {"title": "Contoso", "mail": MAIL, "state": "A"})
    assert world.json("run", "both")["outcome"] == "done"
    whole = files(world)
    for word in (MAIL, "Contoso", KEY):
        assert word.encode() not in whole, word
    assert world.json("why", "north", key)["agreed"]["email"] == MAIL
    world.crms["north"].edit("companies", key, {"mail": "other@lovelace.example"})
    world("run", "both")
    assert b"other@lovelace.example" not in files(world)
