"""Exports as folders of CSV files: whole, where they lie, or a part of them."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from tests.docs.examples import ROOT

Row = Mapping[str, str]


def data(name: str) -> Path:
    """The folder of one real data set; the test is skipped where it is absent."""
    folder = Path(os.environ.get("OPPBRIDGE_DATA") or ROOT.parent / "shared" / "data")
    if not (folder / name).is_dir():
        pytest.skip(f"no data set {name}; OPPBRIDGE_DATA names the folder")
    return folder / name


def read(path: Path) -> list[Row]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def write(path: Path, columns: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """A CSV file of these rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(columns)
        writer.writerows(rows)


def whole(source: Path, export: Path) -> None:
    """The export is the data set itself."""
    export.symlink_to(source, target_is_directory=True)


def every(step: int, source: Path, export: Path, thinned: str) -> None:
    """The export is the data set with only every so many rows of one file."""
    for path in source.glob("*.csv"):
        rows = read(path)
        kept = rows[::step] if path.name == thinned else rows
        write(export / path.name, rows[0], [row.values() for row in kept])
