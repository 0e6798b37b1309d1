"""One writer at a time in a folder, and files that change in one step or not at all."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from ...errors import Unavailable

LOCK = ".oppbridge.lock"
PATIENCE = 30.0  # seconds


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder's lock; raises Unavailable when another process keeps it too long.

    Where the system has no file locks, keeping to one writer is up to you.
    """
    try:
        import fcntl
    except ImportError:  # not on Windows
        yield
        return
    with (folder / LOCK).open("a") as handle:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as exc:
                if time.monotonic() > until:
                    raise Unavailable(f"{folder.name}: another process is writing there") from exc
                time.sleep(0.05)
        yield


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A new file that takes the place of `path` at the end, whole, on disk; never on an error."""
    new = path.with_name(f".{path.name}.new")
    try:
        with new.open("wb") as handle:
            yield handle
            handle.flush()
            os.fsync(handle.fileno())
        if path.exists():
            shutil.copymode(path, new)
        new.replace(path)
    finally:
        with suppress(FileNotFoundError):
            new.unlink()
