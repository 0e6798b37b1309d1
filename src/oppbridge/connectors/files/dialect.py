"""How a CSV file is spelled: its encoding, its delimiter, its line ends.

The delimiter is the one under which the header shows the columns that are wanted; a sniffer that
does not know them guesses worse.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ...errors import ConfigError, SchemaDrift
from .encoding import SAMPLE, detect_encoding
from .settings import EntityFile

DELIMITERS = ",;\t|"


@dataclass(frozen=True, slots=True)
class Dialect:
    """How to read a CSV file, and how to write it the same way."""

    encoding: str = "utf-8"
    delimiter: str = ","
    newline: str = "\n"


def detect(path: Path, given: EntityFile, wanted: Collection[str]) -> Dialect:
    """The dialect of a file; what the settings give is taken as given. Raises ConfigError."""
    stat = path.stat()
    spelled = (given.encoding, given.delimiter)
    return _detected(path, stat.st_size, stat.st_mtime_ns, spelled, tuple(wanted))


@lru_cache(maxsize=64)
def _detected(
    path: Path,
    size: int,
    time: int,
    spelled: tuple[str | None, str | None],
    wanted: tuple[str, ...],
) -> Dialect:
    """Remembered for a file as long as it stays the same: detection reads all of it."""
    encoding = spelled[0] or detect_encoding(path)
    try:
        with path.open("rb") as handle:
            sample = handle.read(SAMPLE)
        text = codecs.getincrementaldecoder(encoding)("replace").decode(sample)
    except LookupError as exc:
        raise ConfigError(f"{path.name}: no encoding called {encoding!r}") from exc
    newline = "\r\n" if "\r\n" in text else "\n" if "\n" in text or "\r" not in text else "\r"
    return Dialect(encoding, spelled[1] or _delimiter(text, wanted), newline)


def _delimiter(text: str, wanted: Collection[str]) -> str:
    def shown(delimiter: str) -> tuple[int, int]:
        header = first_record(text, delimiter)
        return len(set(header) & set(wanted)), len(header)

    return max(DELIMITERS, key=shown)


def first_record(text: str, delimiter: str) -> list[str]:
    """The cells of the first line that is not blank."""
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        return next((line for line in lines if line), [])
    except csv.Error as exc:
        raise SchemaDrift(f"the header is not CSV: {exc}") from exc
