"""What a map file may say, and how it is told what is wrong with it."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from oppbridge.errors import ConfigError
from oppbridge.mapping import compile_map, load_map, load_yaml, parse_map, parse_yaml
from tests.mapping.maps import DEAL

QUOTE = """\
entity: quote
native: quotes
origin: quoteid
fields:
  name:    {at: name, lens: text, length: 300, required: true}
  account: {at: _customerid_value, lens: reference, entity: account, write: "customerid_account@odata.bind", format: "/accounts({key})"}
collections:
  lines:
    at: quote_details
    key: quotedetailid
    origin: part_id
    fields:
      quantity: {at: quantity, lens: decimal, precision: 5}
"""


def file(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def wrong(**changes: Any) -> str:
    """What is said of the deal map with one field replaced or one key changed."""
    data = deepcopy(DEAL)
    for key, value in changes.items():
        if key in data:
            data[key] = value
        else:
            data["fields"][key] = value
    with pytest.raises(ConfigError) as told:
        parse_map(data, "deal.yaml")
    return str(told.value)


def test_a_map_file_loads(tmp_path):
    map = compile_map(load_map(file(tmp_path, "quote.yaml", QUOTE)))
    assert map.entity == "quote"
    assert map.references == {"account": "account"}


def test_an_overlay_adds_and_replaces_by_name(tmp_path):
    overlay = """\
fields:
  custom.region: {at: new_region, lens: text}
  name: {at: title, lens: text}
collections:
  lines: {fields: {unit: {at: uom, lens: unit}}}
constants: {source: 5}
"""
    map = load_map(file(tmp_path, "quote.yaml", QUOTE), file(tmp_path, "extra.yaml", overlay))
    assert map.fields["name"].at == ("title",)
    assert map.fields["custom.region"].at == ("new_region",)
    assert set(map.collections["lines"].fields) == {"quantity", "unit"}
    assert map.collections["lines"].at == "quote_details"
    assert map.collections["lines"].origin == "part_id"
    assert map.constants == {"source": 5}


def test_an_overlay_for_another_entity_is_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"extra\.yaml: entity: is 'order'"):
        load_map(file(tmp_path, "q.yaml", QUOTE), file(tmp_path, "extra.yaml", "entity: order\n"))


def test_a_new_collection_in_an_overlay_needs_its_list_and_key(tmp_path):
    short = QUOTE.partition("collections:")[0]
    overlay = "collections: {lines: {at: rows, fields: {}}}\n"
    with pytest.raises(ConfigError, match=r"collections\.lines: a new collection needs"):
        load_map(file(tmp_path, "q.yaml", short), file(tmp_path, "extra.yaml", overlay))


def test_an_unknown_field_is_named_with_the_nearest_one():
    said = wrong(amonut={"at": "x", "lens": "text"})
    assert said == "deal.yaml: fields.amonut: no such canonical field; did you mean 'amount'?"


def test_an_unknown_lens_is_named_with_the_nearest_one():
    said = wrong(name={"at": "x", "lens": "txet"})
    assert "fields.name.lens: no lens called 'txet'; did you mean 'text'?" in said


def test_an_unknown_key_is_named_with_the_nearest_one():
    said = wrong(name={"at": "x", "lens": "text", "lenght": 5})
    assert "fields.name.lenght: unknown key; did you mean 'length'?" in said


def test_an_unknown_key_at_the_top_is_named_with_the_nearest_one():
    data = {**DEAL, "feilds": {}}
    with pytest.raises(ConfigError, match=r"feilds: unknown key; did you mean 'fields'\?"):
        parse_map(data, "deal.yaml")


def test_an_unknown_entity_is_told():
    assert "entity: no entity called 'deal'" in wrong(entity="deal")


def test_an_unknown_collection_is_told():
    said = wrong(collections={"line": {"at": "x", "key": "k", "fields": {}}})
    assert "collections.line: opportunity has no such collection; did you mean 'lines'?" in said


def test_an_unknown_field_of_a_part_is_told():
    parts = {"lines": {"at": "x", "key": "k", "fields": {"qty": {"at": "q", "lens": "decimal"}}}}
    assert "collections.lines.fields.qty: no such canonical field" in wrong(collections=parts)


def test_two_fields_written_to_one_column_are_refused():
    said = wrong(number={"at": "title", "lens": "text"})
    assert "fields.number: writes column 'title', and so does fields.name" in said


def test_a_constant_for_a_column_that_a_field_writes_is_refused():
    assert "writes column 'title', and so does `constants`" in wrong(constants={"title": "x"})


def test_two_fields_may_read_one_column():
    data = deepcopy(DEAL)
    data["fields"]["number"] = {"at": "title", "lens": "text", "direction": "read"}
    assert parse_map(data, "deal.yaml").fields["number"].reads


def test_a_lens_must_make_what_the_record_holds():
    assert "lens: is 'text'; this field takes money" in wrong(budget={"at": "b", "lens": "text"})
    assert "this field takes reference" in wrong(contact={"at": "b", "lens": "text"})
    assert "this field takes choice or state" in wrong(status={"at": "b", "lens": "text"})


def test_a_word_the_record_does_not_know_is_told():
    said = wrong(status={"at": "s", "lens": "choice", "words": {"wonn": 1}})
    assert "fields.status.words.wonn: no such word; did you mean 'won'?" in said


def test_a_reference_must_point_where_the_record_points():
    said = wrong(contact={"at": "p", "lens": "reference", "entity": "account"})
    assert "the record points at 'contact' here" in said


def test_keys_of_another_lens_are_refused():
    assert "fields.name.precision: lens 'text' takes no such key" in wrong(
        name={"at": "x", "lens": "text", "precision": 2}
    )


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ({"at": ["a", "b"], "lens": "text"}, "lens 'text' reads one column"),
        ({"at": "a", "lens": "choice"}, "lens 'choice' needs its words"),
        ({"at": "a", "lens": "reference", "format": "/x()"}, "must hold {key}"),
        ({"at": ["a", "b"], "lens": "state", "words": {"hot": [1]}}, "a list of 2 codes"),
        ({"at": "a", "lens": "money"}, "needs `currency`"),
        ({"at": "a", "lens": "boolean", "words": {"true": 1}}, "for true and for false"),
        ({"at": "a", "lens": "instant", "zone": "Mars/Base"}, "no time zone called 'Mars/Base'"),
        ({"at": "a", "lens": "reference"}, "needs the entity it points at"),
        ({"lens": "text"}, "at: Field required"),
        ({"at": "a", "lens": "text", "length": 0}, "greater than 0"),
        ({"at": "a", "lens": "text", "direction": "up"}, "direction: Input should be"),
    ],
)
def test_what_a_lens_needs_is_checked(field, said):
    assert said in wrong(**{"custom.x": field})


def test_every_problem_is_told_at_once():
    said = wrong(name={"at": "x", "lens": "txet"}, need={"at": "y", "lens": "words"})
    assert len(said.splitlines()) == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\na: 2\n", "line 2.*duplicate key"),
        ("a: &x 1\nb: *x\n", "line 1: anchors and aliases"),
        ("a: !!python/object:os.system x\n", "line 1: tags"),
        ("a: !x 1\n", "line 1: tags"),
        ("a: [1\n", "line 2: "),
        ("a: \x07\n", "is not YAML|special characters"),
    ],
)
def test_yaml_is_plain_data_only(text, said):
    with pytest.raises(ConfigError, match=said):
        parse_yaml(text, "map.yaml")


def test_a_file_that_is_too_large_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="may have 1000000"):
        load_yaml(file(tmp_path, "big.yaml", "a: " + "x" * 1_000_001))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"none\.yaml: cannot be read: No such file"):
        load_map(tmp_path / "none.yaml")


def test_text_that_is_not_utf8_is_refused(tmp_path):
    path = tmp_path / "latin.yaml"
    path.write_bytes("a: \xe4".encode("latin-1"))
    with pytest.raises(ConfigError, match="is not UTF-8"):
        load_yaml(path)


def test_a_list_is_no_map():
    with pytest.raises(ConfigError, match="must be a mapping"):
        parse_map(["entity"], "deal.yaml")
