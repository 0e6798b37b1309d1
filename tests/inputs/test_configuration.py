"""Configurations and maps as people get them wrong: 24 mistakes, each named before anything moves."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass, field

import pytest

from oppbridge.cli import run

from .place import LISTED, STOPPED

CONFIG = """
systems:
  left:
    connector: files
    settings: {folder: left, entities: {account: {file: accounts.csv, key: id}, contact: {file: contacts.csv, key: id}}}
    maps: {account: left.yaml, contact: people.yaml}
  right:
    connector: files
    settings:
      folder: right
      entities: {account: {file: accounts.csv, key: id, origin: id}, contact: {file: contacts.csv, key: id, origin: id}}
    maps: {account: right.yaml, contact: right-people.yaml}
flows:
  move:
    entities:
      account: {systems: {left: {}, right: {}}, policy: owner, owner: left}
      contact: {systems: {left: {}, right: {}}, policy: owner, owner: left}
"""
ACCOUNT = """
entity: account
native: accounts
fields:
  name: {at: name, lens: text, required: true}
  status: {at: state, lens: choice, words: {active: A, inactive: I}}
"""
CONTACT = """
entity: contact
native: contacts
fields:
  last_name: {at: name, lens: text, required: true}
  account: {at: company, lens: reference, entity: account}
"""
SALES = """  sales:
    connector: dataverse
    settings:
      url: https://sales.example
      tenant: 00000000-0000-0000-0000-000000000001
      client_id: 00000000-0000-0000-0000-000000000002
      secret: SECRET
flows:"""
BOMB = "bomb: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"


@dataclass(frozen=True)
class Mistake:
    """What is replaced in which file, and what must be said of it."""

    id: str
    file: str
    was: str
    now: str
    told: tuple[str, ...]
    also: tuple[tuple[str, str, str], ...] = field(default=())


def config(id, was, now, *told, also=()):
    return Mistake(id, "oppbridge.yaml", was, now, told, also)


def left(id, was, now, *told, also=()):
    return Mistake(id, "left.yaml", was, now, told, also)


FILTER = "left: {}, right: {filter: EXPRESSION}}, policy: owner, owner: left}\n      contact"
BEFORE = "left: {}, right: {}}, policy: owner, owner: left}\n      contact"


def filtered(id, expression, *told):
    return config(id, BEFORE, FILTER.replace("EXPRESSION", expression), "filter", *told)


MISTAKES = (
    left("unknown field", "name: {at", "nmae: {at", "fields.nmae", "did you mean 'name'"),
    left(
        "records that need each other", "  status", "  primary_contact: {at: boss, lens: reference,"
        " entity: contact, required: true}\n  status", "account", "contact", "need each other",
        also=(("people.yaml", "entity: account}", "entity: account, required: true}"),),
    ),
    left("two fields to one column", "at: state", "at: name", "status", "name"),
    config("nobody writes", "left: {}, right: {}}, policy: owner, owner: left}\n      contact",
           "left: {writes: false}, right: {writes: false}}, policy: owner, owner: left}\n      contact",
           "flows.move.entities.account", "writes"),
    left("lossy type", "lens: text", "lens: integer", "name", "integer"),
    filtered("catastrophic regex", '"matches(name, \'(a+)+$\')"', "matches"),
    left("python tag", "native: accounts", "native: !!python/name:os.system", "line", "tags"),
    config("alias bomb", "systems:\n", BOMB + "systems:\n", "line 2", "anchors and aliases"),
    config("duplicate key", "flows:\n", "flows: {}\nflows:\n", "line", "flows"),
    config("tab", "  move:\n", "\tmove:\n", "line"),
    config("missing variable", "flows:\n", SALES.replace("SECRET", "{env: NOT_SET_ANYWHERE}") + "\n",
           "systems.sales.settings.secret", "NOT_SET_ANYWHERE is not set",
           also=(("oppbridge.yaml", "account: {systems: {left", "account: {systems: {sales: {}, left"),)),
    left("template that reaches inside", "  status", "  parent: {at: up, lens: reference, entity: account,"
         ' format: "{key.__class__.__mro__}"}\n  status', "format", "{key}"),
    filtered("expression that reaches inside", '"name.__class__ == 1"', "EXPRESSION"[:0] or "name"),
    filtered("endless expression", '"' + "(" * 450 + "name" + ")" * 450 + '"'),
    filtered("expression of a megabyte", '"name == \'' + "x" * 900_000 + "'\"", "1000"),
    config("path outside", "{file: accounts.csv, key: id}, contact: {file: contacts.csv, key: id}}}",
           "{file: ../../secret.csv, key: id}, contact: {file: contacts.csv, key: id}}}",
           "systems.left.settings", "secret.csv"),
    config("secret in plain text", "flows:\n", SALES.replace("SECRET", "hunter2-hunter2") + "\n",
           "systems.sales.settings.secret", "must not stand here",
           also=(("oppbridge.yaml", "account: {systems: {left", "account: {systems: {sales: {}, left"),)),
    config("unknown policy", "policy: owner", "policy: ownr", "policy", "did you mean 'owner'"),
    config("unknown system", "systems: {left: {}, right", "systems: {lfet: {}, right", "lfet",
           "did you mean 'left'"),
    config("word for a number", "policy: owner", "policy: owner", "limits.dead",
           also=(("oppbridge.yaml", "  move:\n", "  move:\n    limits: {dead: many}\n"),)),
    config("negative limit", "  move:\n", "  move:\n    limits: {creates: -1}\n", "limits.creates", "0"),
    config("plugin that is not installed", "systems:\n", "plugins: [acmee]\nsystems:\n", "acmee",
           "did you mean 'acme'"),
)  # fmt: skip


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Two folders of files, a good configuration, and no way out of this machine."""
    (tmp_path / "oppbridge.yaml").write_text(CONFIG)
    for name, text in (("left.yaml", ACCOUNT), ("people.yaml", CONTACT)):
        (tmp_path / name).write_text(text)
    (tmp_path / "right.yaml").write_text("origin: id\n" + ACCOUNT)
    (tmp_path / "right-people.yaml").write_text("origin: id\n" + CONTACT)
    for side in ("left", "right"):
        (tmp_path / side).mkdir()
        (tmp_path / side / "contacts.csv").write_text("id,name,company,boss\n")
        (tmp_path / side / "accounts.csv").write_text("id,name,state,up,boss\n")
    (tmp_path / "left/accounts.csv").write_text(
        "id,name,state,up,boss\n1,Contoso,A,,\n2,Fabrikam,I,,\n"
    )

    def nowhere(*_):
        raise AssertionError("a configuration that is wrong reached for the network")

    monkeypatch.setattr(socket.socket, "connect", nowhere)
    return tmp_path


def moved(folder):
    return (folder / "right/accounts.csv").read_text()


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.id)
def test_configuration(folder, expected, mistake, capsys):
    expected(STOPPED)
    for name, was, now in ((mistake.file, mistake.was, mistake.now), *mistake.also):
        path = folder / name
        assert was in path.read_text()
        path.write_text(path.read_text().replace(was, now, 1))
    began = time.monotonic()
    code = run(["run", "move", "--config", str(folder / "oppbridge.yaml")])
    said = capsys.readouterr()
    told = said.out + said.err
    assert code == 2, told
    assert time.monotonic() - began < 5
    assert [word for word in mistake.told if word not in told] == [], told
    assert ".yaml" in told
    assert "Traceback" not in told
    assert "hunter2" not in told
    assert len(told) < 2000
    assert moved(folder) == "id,name,state,up,boss\n"


def test_a_hole_in_a_value_map(folder, expected, capsys):
    expected(LISTED)
    path = folder / "right.yaml"
    path.write_text(path.read_text().replace(", inactive: I", ""))
    assert run(["run", "move", "--config", str(folder / "oppbridge.yaml")]) == 1
    assert run(["dead", "--json", "--config", str(folder / "oppbridge.yaml")]) == 0
    assert "no native code for 'inactive'" in capsys.readouterr().out
    assert "Contoso" in moved(folder)
    assert "Fabrikam" not in moved(folder)


def test_a_system_that_is_only_read(folder, expected, capsys):
    expected(STOPPED)
    path = folder / "oppbridge.yaml"
    path.write_text(
        path.read_text().replace("folder: right", "folder: right\n      read_only: true")
    )
    assert run(["run", "move", "--config", str(path)]) == 3
    assert (
        "right/account: accounts.csv: this system is set `read_only: true`"
        in capsys.readouterr().out
    )
    assert moved(folder) == "id,name,state,up,boss\n"


def test_the_good_configuration_moves_everything(folder):
    assert run(["run", "move", "--config", str(folder / "oppbridge.yaml")]) == 0
    assert "Contoso" in moved(folder)
    assert "Fabrikam" in moved(folder)
