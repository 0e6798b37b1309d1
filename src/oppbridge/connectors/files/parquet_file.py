"""A Parquet file, read one row group at a time. Needs the extra `parquet`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ...errors import ConfigError, SchemaDrift, Unavailable
from .source import Position, Row

BATCH = 1000


def pyarrow() -> Any:
    """The library that reads Parquet. Raises ConfigError where it is not installed."""
    try:
        from pyarrow import parquet
    except ImportError as exc:
        raise ConfigError(
            "Parquet files need pyarrow, which is not installed: pip install 'oppbridge[parquet]'"
        ) from exc
    return parquet


class ParquetSource:
    """An open Parquet file."""

    def __init__(self, path: Path) -> None:
        parquet = pyarrow()
        self.name = path.name
        try:
            self._file = parquet.ParquetFile(path)
        except OSError as exc:
            raise Unavailable(f"{path.name}: cannot be read: {exc}") from exc
        except ValueError as exc:  # pyarrow's own errors are ValueErrors
            raise SchemaDrift(f"{path.name}: is not Parquet: {exc}") from exc
        self.schema = self._file.schema_arrow
        self.columns: tuple[str, ...] = tuple(self.schema.names)
        self._row = 0

    def rows(self, start: Position) -> Iterator[Row]:
        """The rows from a position on: `at` counts the rows before it."""
        self._row = 0
        for group in range(self._file.num_row_groups):
            count = self._file.metadata.row_group(group).num_rows
            if self._row + count <= start.at:
                self._row += count
                continue
            for batch in self._file.iter_batches(batch_size=BATCH, row_groups=[group]):
                columns = [column.to_pylist() for column in batch.columns]
                skipped = max(0, min(start.at - self._row, batch.num_rows))
                self._row += skipped
                for values in list(zip(*columns, strict=True))[skipped:]:
                    self._row += 1
                    yield Row(self._row, list(values), list(values))

    def position(self) -> Position:
        """The position right after the row that was given last."""
        return Position(self._row, self._row)

    def where(self, line: int) -> str:
        """`deals.parquet row 17`."""
        return f"{self.name} row {line}"

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
