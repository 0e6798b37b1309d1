"""The reference is complete and as the code is: commands, settings, hooks, errors, words."""

import importlib.util

import pytest

from oppbridge.hookspecs import Hooks
from tests.docs.examples import ROOT


def generator():
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs/generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GENERATOR = generator()


@pytest.mark.parametrize("name", GENERATOR.pages())
def test_a_generated_page_is_as_the_code_is(name):
    written = (ROOT / "docs/reference" / name).read_text("utf-8")
    assert written == GENERATOR.text_of(name), "run `make docs`"


def test_every_hook_is_documented():
    text = (ROOT / "docs/reference/hooks.md").read_text("utf-8")
    for name in dir(Hooks):
        if name.startswith("oppbridge_"):
            assert f"## {name}(" in text


def test_every_command_is_documented():
    from typer.main import get_command

    from oppbridge.cli.app import build

    text = (ROOT / "docs/reference/command-line.md").read_text("utf-8")
    for name, command in get_command(build()).commands.items():
        names = getattr(command, "commands", {None: None})
        for inner in names:
            assert f"## oppbridge {name}{' ' + inner if inner else ''}\n" in text


def test_every_environment_variable_is_documented():
    import re

    text = "\n".join(path.read_text("utf-8") for path in (ROOT / "docs").rglob("*.md"))
    used = set()
    for path in (ROOT / "src").rglob("*.py"):
        used |= set(re.findall(r'"(OPPBRIDGE_[A-Z_]+)"', path.read_text("utf-8")))
    used -= {"OPPBRIDGE_DEMO_SECRET"}
    assert {name for name in used if name not in text} == set()


def test_every_word_of_the_design_is_in_the_glossary():
    text = (ROOT / "docs/glossary.md").read_text("utf-8")
    words = (
        "system", "connector", "entity", "record", "link", "change", "page", "cursor", "map",
        "lens", "flow", "participant", "clash", "policy", "write", "receipt", "plan", "hold",
        "dead letter", "enricher", "scorer", "gate", "run",
    )  # fmt: skip
    for word in words:
        assert f"**{word}**" in text, word
