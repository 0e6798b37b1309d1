"""Runs that are killed: a program of its own, ended with SIGKILL at a random moment."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from oppbridge.sandbox import Sandbox

VOLATILE = frozenset({"createdon", "modifiedon", "versionnumber", "_version", "activityid"})


RUN = ("run", "migration")


def started(config: Path, words: Sequence[str] = RUN) -> subprocess.Popen[bytes]:
    """`oppbridge run migration`, or another command, begun."""
    command = [sys.executable, "-m", "oppbridge.cli", *words, "--config", str(config)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=dict(os.environ)
    )


def finished(config: Path, code: int = 0, words: Sequence[str] = RUN) -> str:
    """What a run that nobody stops prints; `code` is what it must end with."""
    run = started(config, words)
    out = run.communicate(timeout=200)[0].decode()
    assert run.returncode == code, out
    return out


def ten_kills(config: Path, sandbox: Sandbox, service: str, seed: int, most: int = 45) -> None:
    """Ten runs that are killed at random moments; at least four of them while they write.

    None gets further than `most` requests.
    """
    drawn = random.Random(seed)
    moments = [(drawn.randint(0, most), drawn.uniform(0, 0.06)) for _ in range(10)]
    written = [killed(config, sandbox, service, *moment) for moment in moments]
    print("rows written before each kill:", written)
    assert sum(rows > 0 for rows in written) > 3, written


def killed(
    config: Path,
    sandbox: Sandbox,
    service: str,
    requests: int,
    late: float,
    words: Sequence[str] = RUN,
    ends: int = -signal.SIGKILL,
) -> int:
    """Begin a run and kill it some seconds after so many requests, between two or inside of one.

    `ends` is the exit code with which it may end by itself before that. Returns how many rows it
    wrote.
    """
    before, written = sandbox.counters.requests(service), sandbox.counters.rows_written(service)
    run = started(config, words)
    while sandbox.counters.requests(service) < before + requests and run.poll() is None:
        time.sleep(0.001)
    time.sleep(late)
    run.send_signal(signal.SIGKILL)
    out = run.communicate(timeout=60)[0].decode()
    assert run.returncode in (-signal.SIGKILL, ends), f"the run ended before it was killed:\n{out}"
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
