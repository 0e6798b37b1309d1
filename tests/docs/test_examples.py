"""Every command and every example in README and docs runs, and shows what the page says."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from oppbridge.cli import run
from oppbridge.config import Configuration, load
from oppbridge.mapping import load_map
from oppbridge.mapping.yaml_text import load_yaml
from tests.docs.examples import ROOT, examples, pages, shows, world_of
from tests.docs.worlds import WORLDS, configured, give_secrets, write_out


def test_a_page_that_says_too_much_is_found_out():
    assert shows("a  1\nb 2", ["a 1", "...", "b 2"])
    assert shows("id 7 create account", ["id ... account"])
    assert not shows("a 1\nb 2", ["b 2", "a 1"])
    assert not shows("a 1", ["a 2"])


RUNNABLE = [
    page for page in pages() if any(e.kind in ("console", "python") for e in examples(page))
]


@pytest.fixture
def sandbox(page):
    """The systems of the page's world; None for pages that need none."""
    world = WORLDS.get(world_of(page))
    if world is None:
        yield None
        return
    with world() as found:
        yield found


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder to run a page's examples in; the environment is put back afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "environ", os.environ.copy())
    for name in ("OPPBRIDGE_CONFIG", "OPPBRIDGE_DEBUG"):
        os.environ.pop(name, None)
    os.environ["COLUMNS"] = "240"
    os.environ.setdefault("USER", "ada")
    return tmp_path


@pytest.mark.parametrize("page", RUNNABLE, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_pages_examples_run_and_show_what_it_says(page, folder, sandbox, capsys):
    if sandbox is not None:
        give_secrets(sandbox)
    if world_of(page) == "sandbox":
        configured(sandbox, folder)
    memory = {}
    for example in examples(page):
        write_out(example, folder, sandbox)
        if example.kind == "console":
            for step in example.steps():
                out, code = carry_out(step.command, capsys, memory)
                assert code == step.code, f"{step.command}: exit code {code}\n{out}"
                assert shows(out, step.expected), f"{step.command} printed\n{out}"
        elif example.kind == "python":
            done = subprocess.run(
                [sys.executable, "-c", example.text], capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stderr


def carry_out(command, capsys, memory):
    """Run one command line of a page; what it printed and its exit code."""
    words = shlex.split(command)
    if words[0] == "oppbridge":
        capsys.readouterr()
        words = [memory.get(word, word) for word in words[1:]]
        code = run(words)
        out, err = capsys.readouterr()
        if found := re.search(r"oppbridge apply (\w+)", out):
            memory["DIGEST"] = found.group(1)
        if found := re.search(r"^ *(\d+) ", out, re.MULTILINE):
            memory["ID"] = found.group(1)
        return out + err, code
    if words[0] == "export":
        name, _, value = words[1].partition("=")
        os.environ[name] = value
        return "", 0
    if words[0] in ("cat", "ls", "mkdir", "chmod"):
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        return done.stdout, done.returncode
    if words[0] == "make":
        done = subprocess.run(
            ["make", "-n", *words[1:]], cwd=ROOT, capture_output=True, text=True, check=False
        )
        return "", done.returncode
    assert words[:2] in (["pip", "install"], ["git", "clone"], ["cd", words[-1]]), command
    return "", 0


def yaml_blocks():
    return [
        pytest.param(page, example, id=f"{page.relative_to(ROOT)}-{number}")
        for page in pages()
        for number, example in enumerate(examples(page))
        if example.kind == "yaml"
    ]


@pytest.mark.parametrize(("page", "example"), yaml_blocks())
def test_every_yaml_example_is_a_good_configuration_or_map(page, example, tmp_path):
    path = tmp_path / "example.yaml"
    path.write_text(example.text)
    if re.search(r"^flows:", example.text, re.MULTILINE):
        assert load(path).flows
    elif re.search(r"^native:", example.text, re.MULTILINE):
        assert load_map(path).fields
    elif (part := load_yaml(path)).keys() <= Configuration.model_fields.keys():
        for name, section in part.items():
            assert Configuration.model_fields[name].annotation.model_validate(section)
    else:
        connector = "scm" if "/scm-" in example.note else "dataverse"
        maps = ROOT / f"src/oppbridge/connectors/{connector}/maps"
        entity = re.search(r"^entity: (\w+)", example.text, re.MULTILINE).group(1)
        assert load_map(maps / f"{entity}.yaml", path).fields


LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page):
    for target in LINK.findall(page.read_text("utf-8")):
        assert (page.parent / target).resolve().exists(), target


def test_every_page_is_reached_from_the_first():
    first = Path(ROOT / "docs/README.md")
    reached = {(first.parent / target).resolve() for target in LINK.findall(first.read_text())}
    assert {page.resolve() for page in pages() if page.parent != ROOT} - {first} <= reached
