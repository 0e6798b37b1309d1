"""A CSV file, streamed: memory stays flat, and reading resumes at any row's byte offset."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator
from pathlib import Path

from ...errors import SchemaDrift, Unavailable
from .cells import natives
from .dialect import Dialect, detect
from .settings import EntityFile
from .source import Position, Row


class CsvSource:
    """An open CSV file."""

    def __init__(self, path: Path, given: EntityFile, wanted: Collection[str]) -> None:
        self.name = path.name
        try:
            self.dialect: Dialect = detect(path, given, wanted)
            self._file = path.open(
                encoding=self.dialect.encoding, errors="surrogateescape", newline=""
            )
        except OSError as exc:
            raise Unavailable(f"{path.name}: cannot be read: {exc.strerror}") from exc
        self._line = 0
        self._text: str | None = None
        try:
            self.columns = self._header()
        except SchemaDrift:
            self._file.close()
            raise
        self._begin = Position(self._file.tell(), self._line)

    def _header(self) -> tuple[str, ...]:
        try:
            header = next((cells for cells in self._records() if cells), None)
        except csv.Error as exc:
            raise SchemaDrift(f"{self.where(1)}: the header is not CSV: {exc}") from exc
        if header is None:
            raise SchemaDrift(f"{self.where(1)}: the file has no header")
        return tuple(header)

    def _records(self) -> Iterator[list[str]]:
        """The cells of each record; pulls no line before it is needed, so the file can tell."""

        def lines() -> Iterator[str]:
            while text := self._file.readline():
                self._line += 1
                if self._text is None:
                    self._text = text
                yield text

        return csv.reader(lines(), delimiter=self.dialect.delimiter, strict=True)

    def rows(self, start: Position) -> Iterator[Row]:
        """The rows from a position on; a line that cannot be read says so and stops nothing.

        A quote left open would swallow what follows up to the next quote. So when several lines
        make no good row, only the first is refused and reading goes on with the second.
        """
        start = self._begin if start == Position() else start
        self._seek(start)
        records, safe = self._records(), start
        while True:
            line, self._text = self._line + 1, None
            try:
                cells, problem = next(records, None), ""
            except csv.Error as exc:
                cells, problem = [], f"is not CSV: {exc}"
            if cells is None:
                return
            if cells and len(cells) != len(self.columns):
                problem = f"{len(cells)} cells, but the header has {len(self.columns)}"
            if problem and self._line > line:
                safe = self._after(line, safe)
                records = self._records()
                yield self._refused(line, problem)
            elif problem:
                yield Row(line, natives(cells), cells or self._text, self._told(line, problem))
            elif cells:
                yield self._row(line, cells)

    def _refused(self, line: int, problem: str) -> Row:
        """The first of several lines, as it stands: also what it holds by itself, if anything."""
        try:
            cells = next(csv.reader([self._text or ""], delimiter=self.dialect.delimiter), [])
        except csv.Error:
            cells = []
        return Row(line, natives(cells), self._text, self._told(line, problem))

    def _row(self, line: int, cells: list[str]) -> Row:
        try:
            "".join(cells).encode()
        except UnicodeEncodeError:
            problem = self._told(line, f"is not {self.dialect.encoding} text")
            return Row(line, natives(cells), cells, problem)
        return Row(line, natives(cells), cells)

    def _told(self, line: int, problem: str) -> str:
        return f"{self.where(line)}: {problem}"

    def _seek(self, to: Position) -> None:
        self._file.seek(to.at)
        self._line = to.line

    def _after(self, line: int, safe: Position) -> Position:
        """Go to right after a line, from a position before it."""
        self._seek(safe)
        while self._line < line:
            self._file.readline()
            self._line += 1
        return self.position()

    def position(self) -> Position:
        """The position right after the row that was given last."""
        return Position(self._file.tell(), self._line)

    def where(self, line: int) -> str:
        """`deals.csv line 17`, as an editor counts lines."""
        return f"{self.name} line {line}"

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
