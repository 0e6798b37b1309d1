"""Writing files: one step or nothing, what is not ours stays as it was."""

from __future__ import annotations

import tempfile
import uuid
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oppbridge.connectors.files import locking, stored
from oppbridge.contract import Action, Part, Write
from oppbridge.errors import AccessDenied, Gone, Invalid, Stale, Unavailable, Unsure
from tests.connectors.files.folders import changes, opened, put, rows

LINES = {"lines": {"file": "lines.csv", "parent": "deal", "key": "no"}}


def create(row: dict[str, Any], origin: str | None = None, **keys: Any) -> Write:
    return Write("c", Action.CREATE, origin or str(uuid.uuid4()), None, row, **keys)


def update(key: str, row: dict[str, Any], **keys: Any) -> Write:
    return Write("u", Action.UPDATE, "o", key, row, **keys)


def delete(key: str, **keys: Any) -> Write:
    return Write("d", Action.DELETE, "o", key, {}, **keys)


def errors(line: Any, *writes: Write) -> list[type | None]:
    return [type(r.error) if r.error else None for r in line.write("account", writes)]


def test_an_update_leaves_everything_else_as_it_was(tmp_path):
    path = put(tmp_path, 'id;name;theirs\r\n1;a;+49 30\r\n2;b;=x\r\n\r\n3;"c\r\nd";\'q\r\n')
    assert errors(opened(tmp_path), update("2", {"name": "new"})) == [None]
    assert path.read_bytes() == b"id;name;theirs\r\n1;a;+49 30\r\n2;new;'=x\r\n3;\"c\r\nd\";'q\r\n"


def test_lines_that_cannot_be_read_are_kept_to_the_byte(tmp_path):
    bad = b'2,"open\n3\n4,a"b,"c"d\n1,twice,x\n'
    path = put(
        tmp_path, b"id,name,memo\n1,M\xc3\xbcller \xc3\xbc,x\n" + bad + b"5,M\xfcnchen,x\n6,y,z\n"
    )
    assert errors(opened(tmp_path), update("6", {"name": "new"})) == [None]
    assert (
        path.read_bytes()
        == b"id,name,memo\n1,M\xc3\xbcller \xc3\xbc,x\n" + bad + b"5,M\xfcnchen,x\n6,new,z\n"
    )


def test_a_row_that_cannot_be_read_is_not_written(tmp_path):
    path = put(tmp_path, "id,name\n1,a\n2\n1,b\n")
    before = path.read_bytes()
    assert errors(opened(tmp_path), update("2", {"name": "x"}), update("1#4", {"name": "x"})) == [
        Invalid,
        Invalid,
    ]
    assert path.read_bytes() == before


@settings(deadline=None)
@given(
    st.text(max_size=8) | st.text("a\r\n\t='\"-5,+@ ", max_size=5),
    st.sampled_from(["utf-8", "utf-16"]),
)
def test_any_text_comes_back_as_it_was_and_no_formula_runs(text, encoding):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = put(folder, "id,name\n1,a\n".encode(encoding))
        line = opened(folder, encoding=encoding)
        [receipt] = line.write("account", [update("1", {"name": text})])
        try:
            text.encode(encoding)
        except UnicodeEncodeError:
            return
        assert receipt.error is None
        assert rows(line)["1"]["name"] == (text or None)
        assert receipt.row == rows(line)["1"]
        cell = path.read_text(encoding).split(",", 2)[2] if text else ""
        assert not cell.startswith(("=", "+", "@", '"=', '"+', '"@', '"\t', "\t"))


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (Decimal("-5.10"), "-5.10"),
        (Decimal("1E+3"), "1000"),
        (True, "true"),
        (7, "7"),
        (None, ""),
        ("-5", "-5"),
        ("-1,5", "-1,5"),
        ("-1+cmd", "'-1+cmd"),
        ("=1+1", "'=1+1"),
        ("+49 30", "'+49 30"),
        ("@x", "'@x"),
        ("'=x", "''=x"),
        ("it's", "it's"),
        ("'quoted'", "'quoted'"),
    ],
)
def test_values_as_cells(tmp_path, value, cell):
    path = put(tmp_path, "id|name\n1|a\n")
    opened(tmp_path).write("account", [update("1", {"name": value})])
    assert path.read_text() == f"id|name\n1|{cell}\n"


def test_a_create_keeps_its_origin_in_a_column_of_its_own(tmp_path):
    path = put(tmp_path, "id,name\n1,a\n")
    line = opened(tmp_path)
    write = create({"id": "7", "name": "b"}, origin="0d3c9c1e-0000-4000-8000-000000000000")
    [receipt] = line.write("account", [write])
    assert receipt.key == "7"
    assert path.read_text().splitlines() == [
        "id,name,oppbridge_id",
        "1,a,",
        "7,b,0d3c9c1e-0000-4000-8000-000000000000",
    ]
    [again] = line.write("account", [write])
    assert (again.existed, again.key) == (True, "7")


def test_a_create_under_a_taken_key_is_refused(tmp_path):
    put(tmp_path, "id,name\n1,a\n")
    assert errors(opened(tmp_path), create({"id": "1", "name": "b"})) == [Invalid]


def test_a_create_without_its_key_columns_is_refused(tmp_path):
    put(tmp_path, "area,no,name\nusmf,1,a\n")
    line = opened(tmp_path, key=["area", "no"])
    assert errors(line, create({"area": "usmf"}), create({"area": "usmf", "no": "2"})) == [
        Invalid,
        None,
    ]
    assert [c.key for c in changes(line)] == ["usmf|1", "usmf|2"]


def test_a_new_file_gets_its_columns_from_what_is_written(tmp_path):
    line = opened(tmp_path)
    line.write("account", [create({"name": "a"}, origin="11111111-0000-4000-8000-000000000000")])
    assert (
        tmp_path / "deals.csv"
    ).read_text() == "id,name\n11111111-0000-4000-8000-000000000000,a\n"


def test_a_stale_or_missing_row_is_not_touched(tmp_path):
    path = put(tmp_path, "id,name\n1,a\n2,b\n")
    before = path.read_bytes()
    line = opened(tmp_path)
    assert errors(
        line,
        update("1", {"name": "x"}, version="old"),
        delete("2", version="old"),
        update("9", {}),
        delete("9"),
    ) == [Stale, Stale, Gone, Gone]
    assert path.read_bytes() == before


def test_a_delete_that_was_never_answered_may_be_done(tmp_path):
    put(tmp_path, "id,name\n1,a\n")
    line = opened(tmp_path)
    assert errors(line, delete("1"), delete("1", again=True)) == [None, None]
    assert errors(line, delete("1", again=True)) == [None]
    assert rows(line) == {}


def test_a_version_read_before_a_column_was_added_still_holds(tmp_path):
    put(tmp_path, "id,name\n1,a\n")
    line = opened(tmp_path)
    [change] = changes(line)
    assert errors(
        line, create({"name": "n"}), update("1", {"name": "x"}, version=change.version)
    ) == [None, None]


def test_a_key_cannot_be_changed(tmp_path):
    put(tmp_path, "id,name\n1,a\n")
    assert errors(
        opened(tmp_path), update("1", {"id": "2"}), update("1", {"id": "1", "name": "b"})
    ) == [Invalid, None]


def test_text_that_the_encoding_cannot_hold_is_refused(tmp_path):
    path = put(tmp_path, "id,name\n1,Größe\n".encode("cp1252"))
    [receipt] = opened(tmp_path, encoding="cp1252").write(
        "account", [update("1", {"name": "東京"})]
    )
    assert "'東京' has no place in encoding cp1252" in str(receipt.error)
    assert path.read_bytes() == "id,name\n1,Größe\n".encode("cp1252")


def test_a_nested_value_does_not_fit_into_a_cell(tmp_path):
    put(tmp_path, "id,name\n1,a\n")
    assert errors(opened(tmp_path), update("1", {"name": {"a": 1}})) == [Invalid]


def test_read_only_means_read_only(tmp_path):
    put(tmp_path, "id,name\n1,a\n")
    with pytest.raises(AccessDenied, match="read_only"):
        opened(tmp_path, read_only=True).write("account", [delete("1")])


def test_several_files_are_only_read(tmp_path):
    put(tmp_path, "id,name\n1,a\n", "deals-1.csv")
    assert errors(opened(tmp_path, file="deals-*.csv"), delete("1")) == [Invalid]


def part(action: Action, key: str | None, row: dict[str, Any], id: str = "p") -> Part:
    return Part("lines", action, id, key, row)


def document(folder: Path) -> Any:
    put(folder, "id,name\n1,a\n2,b\n")
    put(folder, "deal,no,qty\n1,x,5\n2,x,6\n1,y,7\n", "lines.csv")
    return opened(folder, collections=LINES)


def test_lines_are_created_changed_and_deleted_in_place(tmp_path):
    line = document(tmp_path)
    parts = [
        part(Action.CREATE, None, {"qty": Decimal("1.5")}),
        part(Action.UPDATE, "y", {"qty": 8}),
        part(Action.DELETE, "x", {}),
    ]
    [receipt] = line.write("account", [update("1", {}, parts=parts)])
    assert receipt.parts == {"p": "p"}
    assert receipt.row == rows(line)["1"]
    assert (tmp_path / "lines.csv").read_text() == "deal,no,qty\n2,x,6\n1,y,8\n1,p,1.5\n"


def test_the_lines_of_a_deleted_document_go_too(tmp_path):
    line = document(tmp_path)
    assert errors(line, delete("1")) == [None]
    assert (tmp_path / "lines.csv").read_text() == "deal,no,qty\n2,x,6\n"


def test_a_bad_line_sinks_its_write_and_no_other(tmp_path):
    line = document(tmp_path)
    bad = [part(Action.UPDATE, "x", {"qty": 9}), part(Action.UPDATE, "none", {"qty": 9})]
    assert errors(line, update("1", {"name": "x"}, parts=bad), update("2", {"name": "y"})) == [
        Gone,
        None,
    ]
    assert rows(line)["1"]["name"] == "a"
    assert rows(line)["1"]["lines"][0]["qty"] == "5"
    assert rows(line)["2"]["name"] == "y"


def test_an_unknown_collection_is_refused(tmp_path):
    wrong = [Part("liens", Action.CREATE, "p", None, {})]
    [receipt] = document(tmp_path).write("account", [update("1", {}, parts=wrong)])
    assert "did you mean 'lines'?" in str(receipt.error)


class Full:
    """A disk that is full from the n-th file on."""

    def __init__(self, real: Any, room: int) -> None:
        self.real, self.room = real, room

    def __call__(self, path: Path) -> Any:
        self.room -= 1
        if self.room < 0:
            raise OSError(28, "No space left on device")
        return self.real(path)


def test_a_full_disk_changes_nothing(tmp_path, monkeypatch):
    line = document(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.glob("*.csv")}
    monkeypatch.setattr(stored, "replacing", Full(stored.replacing, 0))
    with pytest.raises(Unavailable, match="No space left"):
        line.write("account", [update("1", {"name": "x"})])
    assert {path.name: path.read_bytes() for path in tmp_path.glob("*.csv")} == before


def test_a_document_cut_short_never_shows_half_and_can_be_sent_again(tmp_path, monkeypatch):
    line = document(tmp_path)
    write = create({"name": "new"}, parts=[part(Action.CREATE, None, {"qty": 1})])
    with monkeypatch.context() as broken:
        broken.setattr(stored, "replacing", Full(stored.replacing, 1))
        [receipt] = line.write("account", [write])
    assert isinstance(receipt.error, Unsure)
    assert write.origin not in rows(line)
    [again] = line.write("account", [write])
    assert again.error is None
    assert rows(line)[write.origin]["lines"] == again.row["lines"]
    assert len(again.row["lines"]) == 1


def test_nothing_is_left_behind(tmp_path):
    line = document(tmp_path)
    errors(line, update("1", {"name": "x"}))
    assert {path.name for path in tmp_path.iterdir()} == {
        "deals.csv",
        "lines.csv",
        ".oppbridge.lock",
    }


def test_a_folder_that_another_process_writes_to_is_not_available(tmp_path, monkeypatch):
    line = document(tmp_path)
    monkeypatch.setattr(locking, "PATIENCE", 0.1)
    with locking.locked(tmp_path), pytest.raises(Unavailable, match="another process is writing"):
        line.write("account", [delete("1")])


class Meddler(list[Write]):
    """Writes that a person is quicker than: the file changes once they are looked at."""

    def __init__(self, writes: list[Write], path: Path) -> None:
        super().__init__(writes)
        self.path = path

    def __iter__(self) -> Any:
        self.path.write_text("id,name\n1,a person was here\n2,b\n")
        return super().__iter__()


def test_a_person_who_is_quicker_is_not_overwritten(tmp_path):
    line = document(tmp_path)
    path = tmp_path / "deals.csv"
    with pytest.raises(Unavailable, match="changed meanwhile; nothing was written"):
        line.write("account", Meddler([update("1", {"name": "x"})], path))
    assert path.read_text() == "id,name\n1,a person was here\n2,b\n"


def test_a_document_with_an_unreadable_line_is_not_written(tmp_path):
    put(tmp_path, "id,name\n1,a\n2,b\n")
    path = put(tmp_path, "deal,no,qty\n1,x,5\n1,y\n2,x,6\n", "lines.csv")
    line = opened(tmp_path, collections=LINES)
    [receipt, other] = line.write("account", [update("1", {"name": "x"}), delete("2")])
    assert "lines.csv line 3: 2 cells" in str(receipt.error)
    assert other.error is None
    assert path.read_text() == "deal,no,qty\n1,x,5\n1,y\n"


def test_the_key_of_a_line_cannot_be_changed(tmp_path):
    line = document(tmp_path)
    parts = [part(Action.UPDATE, "x", {"no": "z"})]
    assert errors(line, update("1", {}, parts=parts)) == [Invalid]


def test_a_line_created_again_is_the_same_line(tmp_path):
    line = document(tmp_path)
    for qty in (1, 2):
        parts = [part(Action.CREATE, None, {"qty": qty})]
        assert errors(line, update("1", {}, parts=parts)) == [None]
    assert [one["qty"] for one in rows(line)["1"]["lines"]] == ["5", "7", "2"]


def test_lines_known_by_two_columns_need_what_nobody_can_make_up(tmp_path):
    put(tmp_path, "id,name\n1,a\n")
    put(tmp_path, "deal,item,site,qty\n", "lines.csv")
    keyed = {"lines": {"file": "lines.csv", "parent": "deal", "key": ["item", "site"]}}
    line = opened(tmp_path, collections=keyed)
    good = [part(Action.CREATE, None, {"item": "P1", "site": "S|1"})]
    assert errors(
        line,
        update("1", {}, parts=[part(Action.CREATE, None, {"qty": 1})]),
        update("1", {}, parts=good),
    ) == [Invalid, None]
    assert rows(line)["1"]["lines"] == [{"deal": "1", "item": "P1", "site": "S|1", "qty": None}]


def test_a_document_deleted_and_made_again_in_one_call_stands(tmp_path):
    line = document(tmp_path)
    assert errors(line, delete("2"), create({"id": "2", "name": "again"})) == [None, None]
    assert rows(line)["2"]["name"] == "again"
