"""Reading CSV: every row once, from any cursor, and no bad line stops the rest."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oppbridge.connectors.files import SPEC, Settings, folder
from oppbridge.connectors.files.cells import neutral
from oppbridge.contract import Selection
from oppbridge.errors import ConfigError, SchemaDrift, Unavailable
from tests.connectors.files.folders import changes, opened, pages, put, rows

cells = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
tables = st.lists(st.tuples(cells, cells), max_size=8)


def table(given: list[tuple[str, str]], delimiter: str, newline: str, encoding: str) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator=newline, quoting=csv.QUOTE_ALL)
    writer.writerow(["id", "name", "memo"])
    for number, (name, memo) in enumerate(given):
        writer.writerow([number, neutral(name), neutral(memo)])
    return text.getvalue().encode(encoding)


@settings(deadline=None)
@given(
    tables,
    st.sampled_from(",;\t|"),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]),
    st.integers(1, 4),
)
def test_any_table_is_read_whole_from_every_cursor(given, delimiter, newline, encoding, size):
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        put(home, table(given, delimiter, newline, encoding))
        line = opened(home)
        expected = [(str(n), a or None, b or None) for n, (a, b) in enumerate(given)]
        walked = pages(line, size)
        shown = [(c.key, c.row["name"], c.row["memo"]) for page in walked for c in page.changes]
        assert shown == expected
        for number, page in enumerate(walked):
            again = pages(opened(home), size, page.cursor)
            rest = [c.key for later in again for c in later.changes]
            assert rest == [c.key for later in walked[number + 1 :] for c in later.changes]


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "1,a,b",
                '2,"x\ny",z',
                "short",
                '3,"open,z',
                '4,a"b,c',
                '5,"a"b,c',
                ",no,key",
                "",
                "6,a,b,c",
                "7,\x00,b",
            ]
        ),
        max_size=8,
    )
)
def test_bad_lines_never_hide_good_ones(lines):
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        put(home, "id,name,memo\n" + "".join(f"{one}\n" for one in lines) + "last,a,b\n")
        found = changes(opened(home), 2)
        good = {c.key for c in found if "__error__" not in c.row}
        assert {"1", "2"} & {one[0] for one in lines if one} <= good
        assert "last" in good
        assert len({c.key for c in found}) == len(found)


def test_a_bad_line_is_named_with_file_and_line(tmp_path):
    put(tmp_path, 'id,name\n1,"two\nlines"\n2\n3,"open\n4,fine\n,blank\n')
    assert rows(opened(tmp_path)) == {
        "1": {"id": "1", "name": "two\nlines"},
        "2": "deals.csv line 4: 1 cells, but the header has 2",
        "3": "deals.csv line 5: is not CSV: unexpected end of data",
        "4": {"id": "4", "name": "fine"},
        "deals.csv line 7": "deals.csv line 7: has no id",
    }


def test_the_second_row_with_a_key_is_refused_under_its_line(tmp_path):
    put(tmp_path, "id,name\n1,first\n2,x\n1,second\n1,third\n")
    found = rows(opened(tmp_path))
    assert found["1"] == {"id": "1", "name": "first"}
    assert found["1#4"] == "deals.csv line 4: has the key '1', as line 2 has"
    assert found["1#5"].startswith("deals.csv line 5")


def test_spoilt_bytes_spoil_only_their_line(tmp_path):
    put(tmp_path, "id,name\n1,Zürich\n2,Köln\n".encode() + b"3,M\xfcnchen\n4,ok\n")
    found = rows(opened(tmp_path))
    assert found["1"]["name"] == "Zürich"
    assert found["3"] == "deals.csv line 4: is not utf-8 text"
    assert found["4"]["name"] == "ok"


def test_old_encodings_are_detected(tmp_path):
    text = "id;name\n" + "".join(f"{n};Müller & Söhne, Straße {n}\n" for n in range(30))
    put(tmp_path, text.encode("cp1252"))
    assert rows(opened(tmp_path))["7"]["name"] == "Müller & Söhne, Straße 7"


WORDS = {
    "cp1252": ["Müller", "Café déjà vu François", "5 € “x”", "¿Qué? £100"],
    "cp1250": ["Łódź Kraków, spółka święto"],
    "cp1251": ["Привет мир как дела"],
    "cp1253": ["Ελληνικά εταιρεία"],
    "shift_jis": ["東京株式会社 大阪"],
    "gb18030": ["北京公司 上海有限"],
}


@pytest.mark.parametrize(("encoding", "text"), [(e, t) for e, ts in WORDS.items() for t in ts])
def test_what_is_not_unicode_is_guessed_and_told(tmp_path, caplog, encoding, text):
    put(tmp_path, f"id;name\n1;{text}\n".encode(encoding))
    assert rows(opened(tmp_path))["1"]["name"] == text
    assert "deals.csv: is not Unicode; taken for" in caplog.text


def test_what_the_settings_give_is_not_guessed(tmp_path):
    put(tmp_path, "id~name\n1~Größe\n".encode("cp850"))
    assert rows(opened(tmp_path, encoding="cp850", delimiter="~"))["1"]["name"] == "Größe"
    with pytest.raises(ConfigError, match="no encoding called 'klingon'"):
        changes(opened(tmp_path, encoding="klingon"))


def test_the_delimiter_is_the_one_that_shows_the_key(tmp_path):
    put(tmp_path, "id;a,b,c;name\n1;x,y;z\n")
    assert rows(opened(tmp_path))["1"] == {"id": "1", "a,b,c": "x,y", "name": "z"}


def test_a_changed_file_is_read_from_its_beginning(tmp_path):
    put(tmp_path, "id,name\n1,a\n2,b\n3,c\n")
    line = opened(tmp_path)
    first = line.changes("account", None, 2)
    assert (first.first, first.sweep, first.more) == (True, True, True)
    put(tmp_path, "id,name\n1,a\n2,b\n3,changed\n")
    again = line.changes("account", first.cursor, 2)
    assert again.first
    assert [change.key for change in again.changes] == ["1", "2"]


def test_an_unchanged_file_has_nothing_new(tmp_path):
    put(tmp_path, "id,name\n1,a\n")
    line = opened(tmp_path)
    cursor = pages(line)[-1].cursor
    page = line.changes("account", cursor, 10)
    assert (list(page.changes), page.more, page.sweep, page.cursor) == ([], False, False, cursor)


@pytest.mark.parametrize("cursor", ["", "gibberish", "[1]", '{"a": 1}', '["x", 0, 0, 0, false]'])
def test_a_cursor_nobody_knows_starts_a_full_reading(tmp_path, cursor):
    put(tmp_path, "id,name\n1,a\n")
    page = opened(tmp_path).changes("account", cursor, 10)
    assert page.first
    assert [change.key for change in page.changes] == ["1"]


def test_a_file_that_vanished_is_not_an_empty_one(tmp_path):
    path = put(tmp_path, "id,name\n1,a\n")
    line = opened(tmp_path)
    cursor = pages(line)[-1].cursor
    path.unlink()
    with pytest.raises(Unavailable, match=r"deals\.csv: missing"):
        line.changes("account", cursor, 10)


def test_a_missing_file_is_empty_only_where_we_may_write_it(tmp_path):
    assert changes(opened(tmp_path)) == []
    with pytest.raises(Unavailable, match="missing in folder"):
        changes(opened(tmp_path, read_only=True))


def test_lines_files_that_vanish_are_missed_too(tmp_path):
    put(tmp_path, "id,name\n1,a\n")
    path = put(tmp_path, "deal,no,qty\n1,1,5\n", "lines.csv")
    parts = {"lines": {"file": "lines.csv", "parent": "deal", "key": "no"}}
    line = opened(tmp_path, collections=parts)
    cursor = pages(line)[-1].cursor
    path.unlink()
    with pytest.raises(Unavailable, match=r"lines\.csv"):
        line.changes("account", cursor, 10)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "has no header"),
        ("name,memo\n1,2\n", r"deals\.csv line 1: has no column 'id'; there are name, memo"),
        ("id,name,name\n", "two columns are called 'name'"),
        ("id,,name\n", "column 2 has no name"),
        ('id,"name\n', "the header is not CSV"),
    ],
)
def test_a_header_that_cannot_be_used_stops(tmp_path, text, said):
    put(tmp_path, text)
    with pytest.raises(SchemaDrift, match=said):
        changes(opened(tmp_path))


def test_keys_of_several_columns_are_joined(tmp_path):
    put(tmp_path, "area,no,name\nusmf,1|2,a\nusmf,,b\n")
    found = rows(opened(tmp_path, key=["area", "no"]))
    assert list(found) == ["usmf|1%7C2", "deals.csv line 3"]


def test_several_files_of_a_pattern_are_read_in_order_of_their_names(tmp_path):
    put(tmp_path, "id,name\n3,c\n1,twice\n", "deals-2.csv")
    put(tmp_path, "id,name\n1,a\n2,b\n", "deals-1.csv")
    line = opened(tmp_path, file="deals-*.csv")
    assert [c.key for c in changes(line, 1)] == ["1", "2", "3", "1#3"]


def test_lines_are_joined_to_their_documents(tmp_path):
    put(tmp_path, "id,name\n1,a\n2,b\n3,c\n4,d\n")
    put(tmp_path, "deal,no,qty\n2,1,5\n1,1,6\n2,2,7\n3,,1\n9,1,1\n,1,1\n3,1,1\n", "lines.csv")
    parts = {"lines": {"file": "lines.csv", "parent": "deal", "key": ["deal", "no"]}}
    line = opened(tmp_path, collections=parts)
    found = rows(line)
    assert [one["qty"] for one in found["2"]["lines"]] == ["5", "7"]
    assert found["4"]["lines"] == []
    assert found["3"] == "lines.csv line 5: has no no"
    assert found["lines.csv#6"] == "lines.csv line 6: its document '9' is in no file"
    assert found["lines.csv#7"] == "lines.csv line 7: has no deal"
    assert [c.key for c in changes(line, 1)] == list(found)


def test_a_version_follows_the_row_and_its_lines(tmp_path):
    put(tmp_path, "id,name\n1,a\n2,b\n")
    put(tmp_path, "deal,no,qty\n1,1,5\n2,1,5\n", "lines.csv")
    parts = {"lines": {"file": "lines.csv", "parent": "deal", "key": "no"}}
    before = {c.key: c.version for c in changes(opened(tmp_path, collections=parts))}
    put(tmp_path, "deal,no,qty\n1,1,5\n2,1,6\n", "lines.csv")
    after = {c.key: c.version for c in changes(opened(tmp_path, collections=parts))}
    assert before["1"] == after["1"]
    assert before["2"] != after["2"]


def test_find_looks_by_any_column(tmp_path):
    put(tmp_path, "id,name\n1,a\n2,b\n3,a\n")
    line = opened(tmp_path)
    assert [change.key for change in line.find("account", "name", ["a"])] == ["1", "3"]
    assert line.find("account", "nowhere", ["a"]) == []


@pytest.mark.parametrize(
    "name", ["../x.csv", "/etc/passwd", "a/../../x.csv", "C:\\x.csv", "\\\\host\\x", "..\\x", " "]
)
def test_no_file_outside_the_folder_can_be_named(tmp_path, name):
    with pytest.raises(ValueError, match="leaves the folder|must name a file"):
        opened(tmp_path, file=name)


def test_no_link_leads_out_of_the_folder(tmp_path):
    outside = put(tmp_path, "id,name\n1,secret\n", "outside.csv")
    home = tmp_path / "folder"
    home.mkdir()
    (home / "deals.csv").symlink_to(outside)
    with pytest.raises(ConfigError, match="leads out of the folder"):
        opened(home)
    (home / "deals-1.csv").symlink_to(outside)
    with pytest.raises(ConfigError, match="leads out of the folder"):
        changes(opened(home, file="deals-*.csv"))


def test_a_missing_folder_is_a_configuration_error(tmp_path):
    with pytest.raises(ConfigError, match="there is no such folder"):
        opened(tmp_path / "nowhere")


def test_an_entity_without_a_file_is_a_configuration_error(tmp_path):
    with pytest.raises(ConfigError, match="none for 'acount'; did you mean 'account'"):
        opened(tmp_path).changes("acount", None, 1)


def test_a_file_that_never_rests_is_not_available(tmp_path, monkeypatch):
    path = put(tmp_path, "id,name\n1,a\n")
    line = opened(tmp_path)
    real = folder.read_page

    def meddled(*args):
        with path.open("a") as file:
            file.write("2,b\n")
        return real(*args)

    monkeypatch.setattr(folder, "read_page", meddled)
    with pytest.raises(Unavailable, match="keeps changing while it is read"):
        line.changes("account", None, 10)


def test_a_mapped_column_that_is_missing_stops_before_anything_is_misread(tmp_path):
    put(tmp_path, "id,naem\n1,a\n")
    put(tmp_path, "deal,no,qty\n", "lines.csv")
    parts = {"lines": {"file": "lines.csv", "parent": "deal", "key": "no"}}
    entity = {"file": "deals.csv", "key": "id", "collections": parts}
    settings = Settings.model_validate({"folder": tmp_path, "entities": {"account": entity}})
    wanted = Selection("account", "accounts", ("id", "name"), {"lines": ("no",)})
    with pytest.raises(SchemaDrift, match="has no column 'name'; did you mean 'naem'"):
        SPEC.open(settings, {"account": wanted}).changes("account", None, 10)
    wanted = Selection("account", "accounts", ("id",), {"lines": ("no", "price")})
    with pytest.raises(SchemaDrift, match=r"lines\.csv line 1: has no column 'price'"):
        SPEC.open(settings, {"account": wanted}).changes("account", None, 10)
