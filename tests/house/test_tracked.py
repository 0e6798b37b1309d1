"""What is tracked says nothing of the machine it was written on, and asks no registry by address."""

import re
import subprocess

import pytest

from tests.house.rooms import ROOT

MACHINE = re.compile(r"(?<![\w.~-])/(?:work|root|home|Users)/\w")
REGISTRY = re.compile(r"index-url|https?://[^\s\"')]*/simple\b|\b[\w.-]*pypi\.(?:org|python\.org)")
SELF = "tests/house/test_tracked.py"


def tracked():
    found = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if found.returncode:
        pytest.skip("not a git checkout")
    return [name for name in found.stdout.split("\0") if name and name != SELF]


def texts():
    for name in tracked():
        try:
            yield name, (ROOT / name).read_text("utf-8")
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue


def test_no_path_of_a_machine_is_tracked():
    assert [name for name, text in texts() if MACHINE.search(text)] == []


def test_no_address_of_a_registry_is_tracked():
    assert [name for name, text in texts() if REGISTRY.search(text)] == []


def test_continuous_integration_runs_lint_and_test_and_nothing_else():
    text = (ROOT / ".ci/run").read_text()
    ran = [line for line in text.splitlines() if line and not line.startswith(("#", "set", "cd "))]
    assert ran == ["make lint", "make test"]


def test_every_pin_is_exact():
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    assert len(lines) > 100
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+", line) for line in lines)


def test_every_dependency_is_pinned():
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    pinned = {
        _plain(line.partition("==")[0])
        for line in (ROOT / "constraints.txt").read_text().splitlines()
    }
    asked = list(project["dependencies"])
    for needs in project["optional-dependencies"].values():
        asked += needs
    names = {_plain(re.split(r"[\[<>=!~ ;]", need)[0]) for need in asked} - {"oppbridge"}
    assert names <= pinned


def _plain(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def test_the_example_init_writes_is_the_one_in_the_repository():
    written = (ROOT / "src/oppbridge/cli/oppbridge.yaml").read_text()
    assert written == (ROOT / "config/oppbridge.yaml").read_text()
