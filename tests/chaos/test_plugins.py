"""P: a plugin breaks its word in ten ways. It is named, nothing is doubled, and nothing is lost."""

from __future__ import annotations

import sys
import textwrap

import pytest

from oppbridge import trust
from oppbridge.bridge import Bridge
from oppbridge.plugins import Plugins
from tests.chaos import oracles
from tests.chaos.case import FLOW, LISTED, STOPPED, settled, told_of

pytestmark = pytest.mark.integration

HEAD = """
import itertools, os, time
from pathlib import Path
from pydantic import BaseModel
from oppbridge import hookimpl
from oppbridge.contract import ConnectorSpec
from oppbridge.decision import Offer


class Nothing(BaseModel):
    pass


def gates(judge, name="rogue"):
    return [Offer(name, lambda settings: judge, Nothing)]
"""
GATE = "@hookimpl\ndef oppbridge_gates():\n    return gates(judge)\n"
CONNECTOR = """
@hookimpl
def oppbridge_connectors():
    def open(settings, selections):
        raise AssertionError("opened")
    path = Path(__file__).with_name("rogue.yaml")
    return [ConnectorSpec("rogue", Nothing, open, {"account": path}, contract=CONTRACT)]
"""
STOPPING = {  # what a plugin does, and what is told besides its name
    "raises": ("raise RuntimeError('no licence')", "no licence"),
    "wrong-type": (
        "@hookimpl\ndef oppbridge_gates():\n    return 'rogue'\n",
        "which is no Offer",
    ),
    "endless-generator": (
        "@hookimpl\ndef oppbridge_gates():\n    return (gates(None)[0] for _ in itertools.count())\n",
        "which is no Sequence",
    ),
    "duplicate-name": (
        "@hookimpl\ndef oppbridge_gates():\n    return gates(lambda proposal: None, 'amount')\n",
        "so does another plugin",
    ),
    "wrong-version": ("CONTRACT = 99\n" + CONNECTOR, "speaks contract 99"),
    "map-of-its-own-making": ("CONTRACT = 1\n" + CONNECTOR, "no lens called 'dice'"),
}
HOLDING = {  # a gate that misbehaves: what it does, and what its held writes say
    "hangs": ("def judge(proposal):\n    time.sleep(30)\n", "did not answer within"),
    "mutates-input": (
        "def judge(proposal):\n    proposal.after.update(name='Mallory', telephone1='0')\n",
        "raised",
    ),
    "memory-growth": (
        "def judge(proposal):\n    return 'Because. ' * 5_000_000\n",
        "Because.",
    ),
    "prints-a-secret": (
        "def judge(proposal):\n    raise ValueError(os.environ['DEMO_SECRET'])\n",
        "raised ValueError: ***",
    ),
}
DICE = """
entity: account
native: accounts
fields:
  name: {at: name, lens: dice, required: true}
"""


@pytest.fixture
def rogue(place, tmp_path, monkeypatch):
    """Installs a plugin called `rogue`, and gives the flow its gate and, where asked, a system."""
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(trust.call, "__defaults__", (0.5,))
    monkeypatch.setattr(Plugins.__init__, "__kwdefaults__", {"budget": 0.5})

    def install(source):
        sys.modules.pop("rogue_plugin", None)
        (tmp_path / "rogue_plugin.py").write_text(HEAD + textwrap.dedent(source))
        (tmp_path / "rogue.yaml").write_text(DICE)
        info = tmp_path / "rogue-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            "Metadata-Version: 2.1\nName: oppbridge-rogue\nVersion: 1.0\n"
        )
        (info / "entry_points.txt").write_text("[oppbridge]\nrogue = rogue_plugin\n")
        text = place.config.read_text()
        if "ConnectorSpec(" in source:
            text = text.replace("systems:\n", "systems:\n  dicey: {connector: rogue}\n", 1)
            text = text.replace("systems: {scm:", "systems: {dicey: {}, scm:", 1)
        else:
            text = text.replace(f"  {FLOW}:\n", f"  {FLOW}:\n    gates: [{{use: rogue}}]\n", 1)
        place.config.write_text("plugins: [rogue]\n" + text)

    yield install
    sys.modules.pop("rogue_plugin", None)
    place.configure()


@pytest.mark.parametrize("what", STOPPING)
def test_a_plugin_that_cannot_be_used(place, family, rogue, caplog, what):
    family("P", STOPPED)
    source, reason = STOPPING[what]
    rogue(source)
    before = oracles.raw(place.sandbox)
    told = told_of(place.run)
    assert told.kind == STOPPED, told.text
    said = told.text + caplog.text
    assert "rogue" in said
    assert reason in said
    assert oracles.raw(place.sandbox) == before
    place.configure()
    settled(place)


@pytest.mark.parametrize("what", HOLDING)
def test_a_gate_that_misbehaves(place, family, rogue, capfd, what):
    family("P", LISTED)
    source, reason = HOLDING[what]
    rogue(source + GATE)
    told = told_of(place.run)
    assert told.kind == LISTED, told.text
    with Bridge.open(place.config) as bridge:
        held = bridge.held(FLOW)
    assert held
    assert all("rogue" in one.why and reason in one.why for one in held), held[0].why
    assert max(len(one.why) for one in held) < 1200
    assert place.sandbox.ready()["client_secret"] not in "".join(one.why for one in held)
    place.configure()
    with Bridge.open(place.config) as bridge:
        bridge.approve([one.id for one in held], "ada")
    settled(place)
