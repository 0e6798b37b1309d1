"""Runs that are killed: a program of its own, ended with SIGKILL at a random moment."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from oppbridge.sandbox import Sandbox

VOLATILE = frozenset({"createdon", "modifiedon", "versionnumber", "_version", "activityid"})


def started(config: Path) -> subprocess.Popen[bytes]:
    """`oppbridge run migration`, begun."""
    command = [sys.executable, "-m", "oppbridge.cli", "run", "migration", "--config", str(config)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=dict(os.environ)
    )


def finished(config: Path) -> str:
    """What a run that nobody stops prints; it must end well."""
    run = started(config)
    out = run.communicate(timeout=200)[0].decode()
    assert run.returncode == 0, out
    return out


def killed(config: Path, sandbox: Sandbox, service: str, moment: random.Random) -> int:
    """Begin a run and kill it after some requests, between two of them or while one is answered.

    Returns how many rows it wrote before it died.
    """
    before, written = sandbox.counters.requests(service), sandbox.counters.rows_written(service)
    enough, late = before + moment.randint(0, 30), moment.uniform(0, 0.06)
    run = started(config)
    while sandbox.counters.requests(service) < enough and run.poll() is None:
        time.sleep(0.001)
    time.sleep(late)
    run.send_signal(signal.SIGKILL)
    out = run.communicate(timeout=60)[0].decode()
    assert run.returncode == -signal.SIGKILL, f"the run ended before it was killed:\n{out}"
    return sandbox.counters.rows_written(service) - written


def state_of(rows: dict[str, Iterable[dict[str, Any]]], also: Iterable[str] = ()) -> str:
    """A hash of tables of rows without what tells the time or is drawn anew."""
    left_out = VOLATILE | set(also)
    text = [
        f"{table} {sorted((k, str(v)) for k, v in row.items() if k not in left_out)}"
        for table, found in rows.items()
        for row in found
    ]
    return hashlib.sha256("\n".join(sorted(text)).encode()).hexdigest()
