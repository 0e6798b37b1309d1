"""Folders of files that the tests share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from oppbridge.connectors.files import SPEC, Settings
from oppbridge.connectors.files.folder import Folder
from oppbridge.contract import Change, Page


def opened(folder: Path, **keys: Any) -> Folder:
    """A folder whose entity `account` is `deals.csv`, keyed by `id`."""
    read_only = keys.pop("read_only", False)
    given = {"file": "deals.csv", "key": "id", **keys}
    settings = Settings.model_validate(
        {"folder": folder, "entities": {"account": given}, "read_only": read_only}
    )
    line = SPEC.open(settings, {})
    assert isinstance(line, Folder)
    return line


def put(folder: Path, text: str | bytes, name: str = "deals.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def pages(line: Folder, size: int = 100, cursor: str | None = None) -> list[Page]:
    """The pages from a cursor to the end."""
    found = []
    while True:
        found.append(line.changes("account", cursor, size))
        cursor = found[-1].cursor
        if not found[-1].more:
            return found


def changes(line: Folder, size: int = 100) -> list[Change]:
    return [change for page in pages(line, size) for change in page.changes]


def rows(line: Folder) -> dict[str, Any]:
    """Readable rows and the messages of unreadable ones, by key."""
    return {c.key: (c.row or {}).get("__error__", c.row) for c in changes(line)}
