"""Starts the server and the clients, in turns, and prints medians with their spread."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
CONFIGURATION = """\
store: {{url: sqlite:///store.db}}
systems:
  source:
    connector: dataverse
    settings: {{url: "{source}", ca_file: "{source_ca}", {rest}, read_only: true}}
  target:
    connector: dataverse
    settings: {{url: "{target}", ca_file: "{target_ca}", {rest2}}}
flows:
  copy:
    entities:
      account: {{systems: {{source: {{writes: false}}, target: {{reads: false}}}}}}
      opportunity: {{systems: {{source: {{writes: false}}, target: {{reads: false}}}}}}
"""


@dataclass(frozen=True, slots=True)
class Field:
    """A running server and a folder with a configuration for it."""

    folder: Path
    ready: dict[str, str]

    def do(self, task: str) -> dict[str, Any]:
        """Do one task in a process of its own; what it cost."""
        given = [self.ready["source"], self.ready["source_ca"]] if task == "reference" else []
        rest = given or [str(self.folder)]
        cost: dict[str, Any] = json.loads(_python("client.py", task, *rest))
        return cost

    def fresh(self) -> None:
        """Forget the store."""
        for file in self.folder.glob("store.db*"):
            file.unlink()


def _python(*command: str) -> str:
    done = subprocess.run(
        [sys.executable, str(HERE / command[0]), *command[1:]],
        env=_environment(),
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.stdout


def _environment() -> dict[str, str]:
    given = os.environ.get("PYTHONPATH", "")
    path = os.pathsep.join(filter(None, [str(HERE.parent), given]))
    return {**os.environ, "PYTHONPATH": path, "BENCH_SECRET": "none"}


@contextmanager
def field(count: int) -> Iterator[Field]:
    """A server with so many opportunities, and an empty store beside it."""
    server = subprocess.Popen(
        [sys.executable, str(HERE / "server.py"), str(count)],
        env=_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout is not None
        ready = json.loads(server.stdout.readline())
        with tempfile.TemporaryDirectory(prefix="oppbridge-bench-") as name:
            folder = Path(name)
            (folder / "ready.json").write_text(json.dumps(ready))
            rest = [
                f'authority: "{ready[who]}", tenant: directory, client_id: bench, '
                "secret: {env: BENCH_SECRET}"
                for who in ("source", "target")
            ]
            text = CONFIGURATION.format(rest=rest[0], rest2=rest[1], **ready)
            (folder / "oppbridge.yaml").write_text(text)
            yield Field(folder, ready)
    finally:
        server.terminate()
        server.wait()


def spread(values: Sequence[float], unit: str = "", digits: int = 2) -> str:
    """`1.23 (1.01-1.40) s`: the median, and the least and the most."""
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"{middle:.{digits}f} ({low:.{digits}f}-{high:.{digits}f}){unit}"


def judged(name: str, value: float, bound: float, *, told: str = "") -> bool:
    """Print one line of result; whether the value keeps within its bound."""
    good = value <= bound
    print(f"{'ok  ' if good else 'MISS'} {name}: {value:.3g} of at most {bound:g}{told}")
    return good


def load_average() -> str:
    """How busy the machine was, in the words of `uptime`."""
    return "load " + ", ".join(f"{one:.1f}" for one in os.getloadavg())
