"""Who creates the accounts: OppBridge out of a file, and peers by their own scripts."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from losing.places import Place
from oppbridge.bridge import Bridge

PEERS = Path(__file__).with_name("peers")
MOST_RUNS = 40
CONFIGURATION = """\
plugins: [acme]
systems:
  export:
    connector: files
    settings: {{folder: ., read_only: true, entities: {{account: {{file: a.csv, key: name}}}}}}
    maps: {{account: export.yaml}}
  target:
    connector: {connector}
    settings:
{settings}
flows:
  move:
    entities:
      account:
        systems: {{export: {{writes: false}}, target: {{}}}}
        policy: owner
        owner: export
"""
MAP = """\
entity: account
native: accounts
fields:
  name: {at: name, lens: text, required: true}
"""


@dataclass(frozen=True, slots=True)
class Ended:
    """What stands in the system afterwards, what it took, and how the caller ended."""

    calls: int
    lost: int
    duplicates: int
    missing: int
    how: str
    runs: int = 1


def bridged(place: Place, count: int) -> Ended:
    """OppBridge moves `count` accounts; run again, as a schedule does, while it asks for that."""
    with tempfile.TemporaryDirectory(prefix="oppbridge-bench-") as name:
        folder = Path(name)
        rows = "".join(f"Company {number}\n" for number in range(count))
        (folder / "a.csv").write_text(f"name\n{rows}")
        (folder / "export.yaml").write_text(MAP)
        text = CONFIGURATION.format(connector=place.connector, settings=place.settings)
        (folder / "oppbridge.yaml").write_text(text)
        outcome, runs = "retry", 0
        while outcome == "retry" and runs < MOST_RUNS:
            with Bridge.open(folder / "oppbridge.yaml") as bridge:
                report = bridge.run("move")
            outcome, runs = report.outcome, runs + 1
        if outcome != "done":
            print(report.to_json())
    return _ended(place, count, outcome, runs)


def peer(script: str, place: Place, count: int, size: int) -> Ended:
    """A peer, in its own interpreter, creates `count` accounts, `size` a call."""
    done = subprocess.run(
        [interpreter(), str(PEERS / f"{script}.py"), place.url, str(count), str(size)],
        env={**os.environ, "REQUESTS_CA_BUNDLE": str(place.ca_file), "PYTHONPATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    last = done.stderr.strip().splitlines()[-1:] if done.returncode else []
    how = "exit 0" if done.returncode == 0 else f"exit {done.returncode}: {last[0][:60]}"
    return _ended(place, count, how)


def interpreter() -> str:
    """The peers' own interpreter, made on first use from PyPI in the user's cache."""
    wanted = (PEERS / "requirements.txt").read_text()
    home = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "oppbridge-bench"
    python, noted = home / "bin/python", home / "requirements.txt"
    if not noted.exists() or noted.read_text() != wanted:
        print(f"installing the peers into {home} ...")
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(home)], check=True)
        pip = [str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
        subprocess.run([*pip, "-r", str(PEERS / "requirements.txt")], check=True)
        noted.write_text(wanted)
    return str(python)


def _ended(place: Place, count: int, how: str, runs: int = 1) -> Ended:
    return Ended(place.calls(), place.lost(), *place.counted(count), how, runs)
