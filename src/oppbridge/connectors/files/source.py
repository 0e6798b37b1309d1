"""What a file of rows is, whatever its format; and which format a file has."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from ...errors import SchemaDrift
from ...mapping.consistent import nearest
from .settings import EntityFile


class Row(NamedTuple):
    """One row: its native values, or why it cannot be read.

    `raw` is what a rewrite copies: the stored values, or the text of a line that has none.
    """

    line: int
    values: list[Any]
    raw: list[Any] | str | None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Position:
    """Where reading resumes: a place only the format understands, and the line it is on."""

    at: int = 0
    line: int = 0


class Source(Protocol):
    """An open file of rows, read in order."""

    columns: tuple[str, ...]

    def rows(self, start: Position) -> Iterator[Row]:
        """The rows from a position on."""
        ...

    def position(self) -> Position:
        """The position right after the row that was given last."""
        ...

    def where(self, line: int) -> str:
        """How messages call a row: `deals.csv line 17`."""
        ...

    def close(self) -> None:
        """Let go of the file."""
        ...


def is_parquet(path: Path, given: EntityFile) -> bool:
    """Whether the file is Parquet: as the settings say, else by its name."""
    if given.format is not None:
        return given.format == "parquet"
    return path.suffix.lower() in (".parquet", ".pq")


def open_source(path: Path, given: EntityFile, wanted: Collection[str]) -> Source:
    """Open a file. Raises SchemaDrift when its header lacks a wanted column."""
    if is_parquet(path, given):
        from .parquet_file import ParquetSource

        source: Source = ParquetSource(path)
    else:
        from .csv_file import CsvSource

        source = CsvSource(path, given, wanted)
    try:
        _prove(source, wanted)
    except SchemaDrift:
        source.close()
        raise
    return source


def _prove(source: Source, wanted: Collection[str]) -> None:
    where = source.where(1)
    blank = [number for number, name in enumerate(source.columns, 1) if not name.strip()]
    if blank:
        raise SchemaDrift(f"{where}: column {blank[0]} has no name")
    doubles = {name for name in source.columns if source.columns.count(name) > 1}
    if doubles:
        raise SchemaDrift(f"{where}: two columns are called {min(doubles)!r}")
    for name in wanted:
        if name not in source.columns:
            raise SchemaDrift(f"{where}: has no column {name!r}{nearest(name, source.columns)}")
