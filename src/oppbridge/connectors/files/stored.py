"""How values are stored in each format, and how a file is written row by row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, Protocol

from ...errors import Invalid
from .cells import cell, natives
from .dialect import Dialect
from .locking import replacing
from .settings import EntityFile
from .source import Source, is_parquet

CHUNK = 5000


class Format(Protocol):
    """One file format, as its writer sees it. `blank` is how nothing is stored."""

    blank: ClassVar[Any]

    def kept(self, column: str, value: Any) -> Any:
        """What will be read of a value once it is stored. Raises Invalid."""
        ...

    def stored(self, columns: Sequence[str], native: Sequence[Any]) -> list[Any]:
        """A row as a rewrite takes it."""
        ...

    def save(self, path: Path, columns: Sequence[str], rows: Iterable[list[Any] | str]) -> None:
        """Put a file of these rows in the place of `path`, in one step."""
        ...


@dataclass(frozen=True, slots=True)
class _Ends:
    """Ends each record with the file's own line end.

    The csv module quotes only those line ends that it writes itself; a lone CR in a cell of a file
    with LF ends would tear its line apart.
    """

    file: io.TextIOWrapper
    newline: str

    def write(self, record: str) -> int:
        return self.file.write(record.removesuffix("\r\n") + self.newline)


@dataclass(frozen=True, slots=True)
class CsvFormat:
    """CSV in a file's own dialect."""

    name: str
    dialect: Dialect = field(default_factory=Dialect)
    blank: ClassVar[Any] = ""

    def kept(self, column: str, value: Any) -> Any:
        """The text that will be read; None for a blank cell."""
        try:
            text = cell(value)
            text.encode(self.dialect.encoding, "surrogateescape")
        except UnicodeEncodeError as exc:
            raise Invalid(
                f"{self.name}: {column}: {exc.object[exc.start : exc.end]!r} has no place in "
                f"encoding {self.dialect.encoding}"
            ) from exc
        except ValueError as exc:
            raise Invalid(f"{self.name}: {column}: {exc}") from exc
        return natives([text])[0]

    def stored(self, columns: Sequence[str], native: Sequence[Any]) -> list[Any]:
        """The cells of a row."""
        return [cell(value) for value in native]

    def save(self, path: Path, columns: Sequence[str], rows: Iterable[list[Any] | str]) -> None:
        """Write header and rows; lines that could not be read are copied as they are."""
        with replacing(path) as handle:
            text = io.TextIOWrapper(
                handle, encoding=self.dialect.encoding, errors="surrogateescape", newline=""
            )
            ends = _Ends(text, self.dialect.newline)
            writer = csv.writer(ends, delimiter=self.dialect.delimiter, lineterminator="\r\n")
            writer.writerow(columns)
            for row in rows:
                if isinstance(row, str):
                    text.write(row if row.endswith(("\n", "\r")) else row + self.dialect.newline)
                else:
                    writer.writerow(row)
            text.flush()
            text.detach()


@dataclass(frozen=True, slots=True)
class ParquetFormat:
    """Parquet under a file's own schema; a new file holds text."""

    name: str
    schema: Any = None
    blank: ClassVar[Any] = None

    def kept(self, column: str, value: Any) -> Any:
        """The value in the column's own type."""
        import pyarrow as pa

        if value is None:
            return None
        type = self._type(column)
        if pa.types.is_string(type) or pa.types.is_large_string(type):
            return value if isinstance(value, str) else cell(value)
        try:
            return pa.array([value]).cast(type)[0].as_py()
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError) as exc:
            raise Invalid(f"{self.name}: {column}: {exc}") from exc

    def _type(self, column: str) -> Any:
        import pyarrow as pa

        known = self.schema is not None and column in self.schema.names
        return self.schema.field(column).type if known else pa.string()

    def stored(self, columns: Sequence[str], native: Sequence[Any]) -> list[Any]:
        """The values of a row."""
        return list(native)

    def save(self, path: Path, columns: Sequence[str], rows: Iterable[list[Any] | str]) -> None:
        """Write all rows, a chunk at a time."""
        import pyarrow as pa

        schema = pa.schema([(name, self._type(name)) for name in columns])
        with replacing(path) as handle:
            _save_chunks(handle, schema, rows)


def _save_chunks(handle: BinaryIO, schema: Any, rows: Iterable[list[Any] | str]) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    with parquet.ParquetWriter(handle, schema) as writer:
        chunk: list[Any] = []

        def flush() -> None:
            columns = list(zip(*chunk, strict=True)) if chunk else [() for _ in schema]
            arrays = [
                pa.array(values, type=one.type) for values, one in zip(columns, schema, strict=True)
            ]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            chunk.clear()

        for row in rows:
            chunk.append(row)
            if len(chunk) == CHUNK:
                flush()
        flush()


def format_of(path: Path, given: EntityFile, source: Source | None) -> Format:
    """How a file is written: as it is now, or as a new file of its name."""
    if is_parquet(path, given):
        return ParquetFormat(path.name, getattr(source, "schema", None))
    dialect = getattr(source, "dialect", None)
    if not isinstance(dialect, Dialect):
        dialect = Dialect(given.encoding or "utf-8", given.delimiter or ",")
    return CsvFormat(path.name, dialect)
