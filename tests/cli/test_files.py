"""Rows that cannot be read are dead letters: tried again once mended, or dropped for good."""

import pytest

CONFIG = """
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
  employees: {at: staff, lens: integer}
"""


@pytest.fixture
def files(shell):
    (shell.folder / "oppbridge.yaml").write_text(CONFIG)
    (shell.folder / "left.yaml").write_text(MAP)
    (shell.folder / "right.yaml").write_text("origin: id\n" + MAP)
    for side in ("left", "right"):
        (shell.folder / side).mkdir()
    write(shell, "1,Contoso,many\n2,Fabrikam,7\n")
    (shell.folder / "right/accounts.csv").write_text("id,name,staff\n")
    return shell


def write(shell, rows):
    (shell.folder / "left/accounts.csv").write_text("id,name,staff\n" + rows)


def letter(shell):
    [found] = shell.json("dead")
    return found


def test_an_unreadable_row_is_a_dead_letter_and_the_others_pass(files):
    files("run", "move")
    assert files.code == 1
    found = letter(files)
    assert (found["system"], found["key"], found["action"]) == ("left", "1", "read")
    assert "many" in found["why"]
    assert "Fabrikam" in (files.folder / "right/accounts.csv").read_text()


def test_it_is_one_letter_however_often_it_is_seen(files):
    for _ in range(3):
        files("run", "move")
        assert files.code == 1
    letter(files)


def test_retrying_reads_the_row_again(files):
    files("run", "move")
    found = letter(files)
    files("retry", str(found["id"]))
    assert letter(files)["id"] == found["id"]
    write(files, "1,Contoso,12\n2,Fabrikam,7\n")
    files("retry", str(found["id"]))
    assert files.json("dead") == []
    files("run", "move")
    assert files.code == 0
    assert "Contoso,12" in (files.folder / "right/accounts.csv").read_text()


def test_a_dropped_letter_stays_away_until_the_row_changes(files):
    files("run", "move")
    files("drop", str(letter(files)["id"]))
    write(files, "1,Contoso,many\n2,Fabrikam,8\n")
    files("run", "move")
    assert files.code == 0
    assert files.json("dead") == []
    write(files, "1,Contoso,some\n2,Fabrikam,8\n")
    files("run", "move")
    assert files.code == 1
    assert "some" in letter(files)["why"]
