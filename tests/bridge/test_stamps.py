"""Policy `latest` is for systems that say when a row changed."""

import pytest

from oppbridge.bridge.assembly import Assembly
from oppbridge.config import load
from oppbridge.connectors.dataverse import SPEC as DATAVERSE
from oppbridge.connectors.scm import SPEC as SCM
from oppbridge.engine import System
from oppbridge.errors import ConfigError
from oppbridge.plugins import Plugins

CONFIG = """
systems:
  sales: {connector: dataverse}
  scm: {connector: scm}
flows:
  customers:
    entities:
      account:
        systems: {scm: {reads: %s}, sales: {}}
        policy: %s
        fields: {phone: {policy: %s}}
"""


def checked(tmp_path, reads="true", policy="ask", phone="ask"):
    path = tmp_path / "oppbridge.yaml"
    path.write_text(CONFIG % (reads, policy, phone))
    found = load(path)
    systems = {"sales": System("sales", None, DATAVERSE, {}), "scm": System("scm", None, SCM, {})}
    section = found.flows["customers"].entities["account"]
    at = ["flows", "customers", "entities", "account"]
    Assembly(found, Plugins())._check_stamps(section, "account", systems, at)


@pytest.mark.parametrize(
    ("chosen", "place"),
    [
        ({"policy": "latest"}, "account.policy"),
        ({"phone": "latest"}, "account.fields.phone.policy"),
    ],
)
def test_latest_is_refused_where_a_system_does_not_say_when(tmp_path, chosen, place):
    with pytest.raises(ConfigError) as caught:
        checked(tmp_path, **chosen)
    assert f"{place}: scm does not say when a row changed" in str(caught.value)


def test_latest_is_fine_where_the_silent_system_is_only_written_to(tmp_path):
    checked(tmp_path, reads="false", policy="latest", phone="latest")


def test_other_policies_need_no_stamps(tmp_path):
    checked(tmp_path, policy="highest")
