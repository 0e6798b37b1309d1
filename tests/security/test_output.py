"""Rows 14 to 17: what is written to others is escaped, and is what the maps name."""

from __future__ import annotations

import csv
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oppbridge.cli import run
from oppbridge.http.odata import eq, literal
from tests.cli.conftest import shell, world

__all__ = ["shell", "world"]

FORMULAS = [
    "=1+2",
    "+1",
    "-1+2",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://x")',
]
MARKUP = [
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</td></tr></table><h1>", "javascript:alert(1)",
    "{{ 7*7 }}", "{% for x in () %}", "&lt;b&gt;", "<style>*{display:none}</style>", "<!--", "]]>",
]  # fmt: skip
STEERING = [
    "\x1b[2J",
    "\x1b]0;owned\x07",
    "a\r\nERROR forged",
    "\x9b31m",
    "\u202etxt.exe",
    "\x00",
    "\x08\x08",
    "\u2028",
]
FILES = """
systems:
  left:
    connector: files
    settings: {folder: left, entities: {account: {file: accounts.csv, key: id}}}
    maps: {account: left.yaml}
  right:
    connector: files
    settings: {folder: right, entities: {account: {file: accounts.csv, key: id, origin: id}}}
    maps: {account: right.yaml}
flows:
  move:
    entities:
      account: {systems: {left: {}, right: {}}, policy: owner, owner: left}
"""
MAP = """
entity: account
native: accounts
fields:
  name: {at: name, lens: text, required: true}
  city: {at: town, lens: text}
"""


@given(st.text(max_size=60))
def test_row_14_a_quoted_value_is_one_literal_and_reads_back(text):
    said = literal(text)
    assert said[0] == said[-1] == "'"
    assert said[1:-1].replace("''", "").count("'") == 0
    assert said[1:-1].replace("''", "'") == text
    assert eq("name", text).text == f"name eq {said}"


def test_row_14_an_injected_condition_stays_a_value():
    assert eq("name", "' or 1 eq 1 or name eq '").text == "name eq ''' or 1 eq 1 or name eq '''"


def folder(tmp_path, rows, header=("id", "name", "town")):
    (tmp_path / "oppbridge.yaml").write_text(FILES)
    (tmp_path / "left.yaml").write_text(MAP)
    (tmp_path / "right.yaml").write_text("origin: id\n" + MAP)
    for side in ("left", "right"):
        (tmp_path / side).mkdir()
        with (tmp_path / side / "accounts.csv").open("w", newline="") as file:
            csv.writer(file).writerow(
                header if side == "left" else ("id", "name", "town", "owner", "state")
            )
            csv.writer(file).writerows(rows if side == "left" else [])
    return str(tmp_path / "oppbridge.yaml")


def test_row_15_no_cell_of_a_written_file_is_run_by_a_spreadsheet(tmp_path):
    rows = [(n, text, text) for n, text in enumerate(FORMULAS)]
    config = folder(tmp_path, rows)
    assert run(["run", "move", "--config", config]) == 0
    with (tmp_path / "right/accounts.csv").open(newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert len([cell for cell in cells if any(text.strip() in cell for text in FORMULAS)]) >= len(
        FORMULAS
    )
    assert [cell for cell in cells if cell[:1] in set("=+-@\t\r")] == []


def test_row_15_a_page_is_text_without_scripts_or_outside_assets(world):
    for text in MARKUP:
        world.crms["north"].add("companies", {"title": text, "phone": text, "state": "A"})
    page = world.folder / "plan.html"
    world("plan", "both", "--html", str(page))
    html = page.read_text()
    assert "default-src 'none'" in html
    assert (
        "49"
        not in re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL).split("{{ 7*7 }}")[0][-3:]
    )
    assert "{{ 7*7 }}" in html
    assert not re.search(r"<(script|img|iframe|link|object|embed|form|base)\b", html, re.IGNORECASE)
    assert not re.search(r"\b(src|href|action)\s*=\s*[\"']?(https?:)?//", html, re.IGNORECASE)
    assert not re.search(r"<[^>]*\bon\w+\s*=", html)
    assert html.count("<style") == 1
    for text in MARKUP:
        assert text not in html or "<" not in text


def test_row_16_nothing_a_system_says_steers_a_terminal_or_forges_a_line(world, monkeypatch):
    for text in STEERING:
        world.crms["north"].add("companies", {"title": f"X{text}Y", "state": "A"})
    monkeypatch.setattr(world.crms["south"], "refuse", lambda _kind, row: f"no: {row['Name']}")
    said = world("plan", "both").out + world("run", "both").out + world("dead").out
    assert "X" in said
    for text in STEERING:
        assert text not in said
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2028]", said)
    assert not any(line.startswith("ERROR forged") for line in said.splitlines())


def test_row_17_columns_no_map_names_never_arrive(tmp_path):
    header = ("id", "name", "town", "owner", "state", "__proto__", "createdon")
    config = folder(tmp_path, [(1, "Contoso", "Bern", "mallory", "won", "x", "1999-01-01")], header)
    assert run(["run", "move", "--config", config]) == 0
    written = (tmp_path / "right/accounts.csv").read_text()
    assert "Contoso" in written
    assert not {"mallory", "won", "__proto__", "1999"} & set(re.split(r"[,\r\n]", written))


@pytest.mark.parametrize(
    "name", ["statecode", "ownerid", "createdon", "modifiedon", "versionnumber"]
)
def test_row_17_what_a_service_owns_is_in_no_map_as_a_plain_column(name):
    from oppbridge.connectors.dataverse import SPEC
    from oppbridge.mapping import compile_map, load_map

    for path in SPEC.maps.values():
        found = compile_map(load_map(path))
        row, _ = found.header.spell({"name": "x"}) if "name" in found.writable else ({}, {})
        assert name not in row
