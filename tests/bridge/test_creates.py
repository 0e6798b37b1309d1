"""A system that cannot be asked what became of a create is refused, or accepted in writing."""

from dataclasses import replace

import pytest

from oppbridge.bridge.assembly import Assembly
from oppbridge.config import load
from oppbridge.contract import Trait
from oppbridge.engine import System
from oppbridge.errors import ConfigError
from oppbridge.kit import NORTH
from oppbridge.kit.crm import FakeCrm
from oppbridge.kit.direct import Direct, DirectSettings, direct_spec
from oppbridge.mapping import compile_map, load_map
from oppbridge.plugins import Plugins

CONFIG = """
systems:
  desk: {connector: files}
  crm: {connector: north}
flows:
  move:
    entities:
      account: {systems: {desk: {writes: false}, crm: {%s}}, policy: owner, owner: desk}
"""
KEYED = direct_spec(NORTH)
LOOSE = replace(KEYED, traits=KEYED.traits - {Trait.KEYED_CREATES})
MAP = compile_map(load_map(KEYED.maps["account"]))


class Blind:
    """A connector that only writes."""

    def close(self):
        pass


def checked(tmp_path, said="", spec=LOOSE, connector=None, map=MAP):
    path = tmp_path / "oppbridge.yaml"
    path.write_text(CONFIG % said)
    found = load(path)
    system = System("crm", connector or Blind(), spec, {"account": map})
    section = found.flows["move"].entities["account"]
    at = ["flows", "move", "entities", "account"]
    Assembly(found, Plugins())._check_creates(section, "account", {"crm": system}, at)


def finder():
    return Direct(DirectSettings(crm=FakeCrm(NORTH)), {"account": MAP.selection})


def test_a_create_that_could_not_be_found_again_is_refused(tmp_path):
    with pytest.raises(ConfigError) as caught:
        checked(tmp_path)
    said = str(caught.value)
    assert "flows.move.entities.account.systems.crm: crm can neither take a key" in said
    assert "at_least_once: true" in said


def test_looking_up_needs_a_column_to_look_in(tmp_path):
    with pytest.raises(ConfigError, match="at_least_once"):
        checked(tmp_path, connector=finder(), map=replace(MAP, origin=None))


@pytest.mark.parametrize("said", ["at_least_once: true", "creates: false"])
def test_it_may_be_accepted_or_done_without(tmp_path, said):
    checked(tmp_path, said)


def test_a_key_or_a_look_up_is_enough(tmp_path):
    checked(tmp_path, spec=KEYED)
    checked(tmp_path, connector=finder())
