"""Rows 24 to 30: what runs beside us, what we are made of, where files lie, who listens."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from oppbridge.cli import run
from oppbridge.hookspecs import Hooks
from tests.cli.conftest import shell, world
from tests.security.source import importers, trees
from tests.security.test_output import folder
from tests.test_plugins import installed

__all__ = ["installed", "shell", "world"]

ROOT = Path(__file__).parents[2]
LISTENERS = (
    "http.server",
    "socketserver",
    "aiohttp",
    "flask",
    "fastapi",
    "uvicorn",
    "tornado",
    "bottle",
    "wsgiref",
)
SPECIALS = [
    "../secret.csv",
    "/etc/passwd",
    "a/../../secret.csv",
    "link.csv",
    "linked/secret.csv",
    "..",
    "~root/x",
]


def test_row_24_an_installed_plugin_is_not_imported_unless_it_is_named(installed, world):
    installed("loud", "raise SystemExit('imported')")
    world.add("Contoso")
    assert world.json("run", "both")["outcome"] == "done"
    assert "loud_plugin" not in sys.modules
    [found] = [one for one in world.json("plugins")["plugins"] if one["name"] == "loud"]
    assert not found["loaded"]
    assert "loud_plugin" not in sys.modules


def test_row_25_every_dependency_is_pinned_and_none_comes_from_an_address():
    lines = [
        line
        for line in (ROOT / "constraints.txt").read_text().splitlines()
        if line and line[0] != "#"
    ]
    assert len(lines) > 40
    assert [
        line
        for line in lines
        if not re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.+!]*( ;.*)?", line)
    ] == []
    for name in ("pyproject.toml", "constraints.txt", "Makefile"):
        text = (ROOT / name).read_text()
        assert not re.search(r"(git\+|https?://|--index|--extra-index|--find-links)", text), name


@pytest.mark.parametrize("file", SPECIALS)
def test_row_26_files_outside_the_folder_are_neither_read_nor_written(tmp_path, file, capsys):
    config = folder(tmp_path, [(1, "Contoso", "Bern")])
    (tmp_path / "secret.csv").write_text("id,name,town\n9,Secret,Nowhere\n")
    (tmp_path / "left/link.csv").symlink_to(tmp_path / "secret.csv")
    (tmp_path / "left/linked").symlink_to(tmp_path)
    path = Path(config)
    text = path.read_text().replace("file: accounts.csv", f"file: {file!r}", 1)
    path.write_text(text.replace("folder: left,", "folder: left, read_only: true,"))
    code = run(["run", "move", "--config", config])
    told = "".join(capsys.readouterr())
    assert code != 0, told
    assert "Secret" not in (tmp_path / "right/accounts.csv").read_text()
    assert "Traceback" not in told


PAGE = ("ui/", "cli/page.py", "airflow/page.py")


def test_rows_27_and_28_nothing_listens_but_the_page_the_sandbox_and_the_kits_server():
    assert importers(*LISTENERS, without=("sandbox", "kit/serve.py", *PAGE)) == []
    for name, tree in trees().items():
        if name.startswith(("sandbox", "kit/serve.py")):
            continue
        if name == "cli/page.py":
            assert "('127.0.0.1', port)" in ast.unparse(tree)
            continue
        calls = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        assert not {"create_server", "start_server", "serve_forever"} & calls, name


def test_rows_27_and_28_the_sandbox_listens_on_loopback_alone(tmp_path):
    from oppbridge.sandbox import Sandbox

    with Sandbox.start() as sandbox:
        for url in sandbox.ready()["services"].values():
            assert url.startswith("https://127.0.0.1:")


@pytest.mark.parametrize("hook", [name for name in dir(Hooks) if name.startswith("oppbridge_")])
def test_row_29_a_plugin_that_raises_is_named_and_shows_no_stack(installed, world, hook):
    argument = "event" if hook.endswith(("started", "finished", "delivered")) else "host"
    installed(
        "bad",
        f"""
        from oppbridge import hookimpl

        @hookimpl
        def {hook}({argument}):
            raise ZeroDivisionError("inside")
        """,
    )
    path = world.folder / "oppbridge.yaml"
    path.write_text(path.read_text().replace("plugins: [pocket]", "plugins: [pocket, bad]"))
    world.add("Contoso")
    world("run", "both")
    assert world.code in (0, 2)
    assert "Traceback" not in world.out + world.err
    told = world("plugins").out + world.err
    assert "bad" in told


def test_row_29_a_defect_of_our_own_ends_in_one_line_and_code_70(world, monkeypatch):
    monkeypatch.setattr("oppbridge.bridge.Bridge.run", lambda *_, **__: 1 / 0)
    world("run", "both")
    assert world.code == 70
    assert "ZeroDivisionError" in world.err
    assert "Traceback" not in world.err
    assert len(world.err.splitlines()) == 1


def test_row_30_the_sandbox_is_not_imported_by_what_runs_in_production():
    code = (
        "import sys, oppbridge.bridge.bridge, oppbridge.bridge.assembly, oppbridge.cli.app, oppbridge.engine\n"
        "import oppbridge.connectors.dataverse, oppbridge.connectors.scm, oppbridge.connectors.files\n"
        "oppbridge.cli.app.build()\n"
        "print([m for m in sys.modules if m.startswith(('oppbridge.sandbox', 'oppbridge.kit.crm'))])"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True
    )
    assert done.stdout.strip() == "[]"
