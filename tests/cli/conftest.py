"""A world for the command line: two small CRMs brought by an installed plugin, one flow."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from oppbridge.cli import run

PLUGIN = '''
"""Two small CRMs that live as long as the process."""
from pathlib import Path
from pydantic import BaseModel
from oppbridge import hookimpl
from oppbridge.contract import ConnectorSpec
from oppbridge.errors import AccessDenied, Unavailable
from oppbridge.hookspecs import Command
from oppbridge.kit.crm import FakeCrm
from oppbridge.kit.direct import Direct, DirectSettings, direct_spec
from oppbridge.kit.north import NORTH
from oppbridge.kit.south import SOUTH

CRMS = {"north": FakeCrm(NORTH, "north"), "south": FakeCrm(SOUTH, "south")}
TROUBLE = {}
SAID = []


class Settings(BaseModel):
    crm: str


def _spec(name, dialect):
    base = direct_spec(dialect)

    def open(settings, selections):
        if settings.crm in TROUBLE:
            raise TROUBLE[settings.crm]
        return Direct(DirectSettings(crm=CRMS[settings.crm]), selections)

    return ConnectorSpec(
        name, Settings, open, base.maps, base.traits, base.narrowed, base.limits
    )


@hookimpl
def oppbridge_connectors():
    return [_spec("northern", NORTH), _spec("southern", SOUTH)]


def _hello(words):
    SAID.append(words)
    print("hello", *words)
    return 0


@hookimpl
def oppbridge_commands():
    return [Command("hello", "Say hello.", _hello)]


@hookimpl
def oppbridge_run_started(event):
    SAID.append(event)


@hookimpl
def oppbridge_delivered(event):
    SAID.append(event)


@hookimpl
def oppbridge_run_finished(event):
    SAID.append(event)
'''

CONFIG = """
plugins: [pocket]
systems:
  north: {connector: northern, settings: {crm: north}}
  south: {connector: southern, settings: {crm: south}}
flows:
  both:
    entities:
      account:
        systems: {north: {}, south: {}}
        policy: ask
        deletions: hold
"""


@dataclass
class Shell:
    """Runs `oppbridge` in a folder and keeps what it printed."""

    folder: Path
    capsys: Any
    crms: Any = None
    trouble: Any = None
    said: Any = None
    code: int = 0
    out: str = ""
    err: str = ""

    def __call__(self, *words: str) -> Shell:
        self.capsys.readouterr()
        self.code = run(list(words))
        self.out, self.err = self.capsys.readouterr()
        return self

    def json(self, *words: str) -> Any:
        """What a command prints as JSON."""
        return json.loads(self(*words, "--json").out)

    def add(self, name: str = "Contoso") -> str:
        """A person in the north adds a company; its key."""
        return str(self.crms["north"].add("companies", {"title": name, "state": "A"}))


@pytest.fixture
def shell(tmp_path, monkeypatch, capsys):
    """A command line in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OPPBRIDGE_CONFIG", raising=False)
    monkeypatch.setenv("OPPBRIDGE_DEBUG", "")
    monkeypatch.setenv("USER", "ada")
    monkeypatch.setenv("COLUMNS", "200")
    return Shell(tmp_path, capsys)


@pytest.fixture
def world(shell, tmp_path, monkeypatch):
    """A command line in a folder with a configuration between two small CRMs."""
    packages = tmp_path / "packages"
    info = packages / "oppbridge_pocket-1.0.dist-info"
    info.mkdir(parents=True)
    (packages / "pocket_plugin.py").write_text(PLUGIN)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: oppbridge-pocket\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[oppbridge]\npocket = pocket_plugin\n")
    monkeypatch.syspath_prepend(str(packages))
    sys.modules.pop("pocket_plugin", None)
    (tmp_path / "oppbridge.yaml").write_text(CONFIG)
    import pocket_plugin

    shell.crms, shell.trouble = pocket_plugin.CRMS, pocket_plugin.TROUBLE
    shell.said = pocket_plugin.SAID
    return shell
