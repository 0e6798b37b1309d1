"""The example plugin is found by its name and stays small enough to be read whole."""

from __future__ import annotations

from pathlib import Path

from oppbridge_acme import SPEC

from oppbridge.plugins import Plugins

PLUGIN = Path(__file__).parents[2] / "plugins" / "oppbridge-acme"


def test_a_complete_connector_with_its_tests_takes_120_lines() -> None:
    files = list(PLUGIN.rglob("*.py"))
    assert len(files) == 2
    assert sum(len(file.read_text("utf-8").splitlines()) for file in files) <= 120


def test_oppbridge_finds_it_by_name() -> None:
    plugins = Plugins()
    plugins.load(["acme"])
    assert plugins.connectors()["acme"] is SPEC
