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
from .settings import EntityFile

DELIMITERS = ",;\t|"
SAMPLE = 262_144  # bytes
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


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
    encoding = spelled[0] or _encoding(path)
    try:
        with path.open("rb") as handle:
            sample = handle.read(SAMPLE)
        text = codecs.getincrementaldecoder(encoding)("replace").decode(sample)
    except LookupError as exc:
        raise ConfigError(f"{path.name}: no encoding called {encoding!r}") from exc
    newline = "\r\n" if "\r\n" in text else "\n" if "\n" in text or "\r" not in text else "\r"
    return Dialect(encoding, spelled[1] or _delimiter(text, wanted), newline)


def _encoding(path: Path) -> str:
    with path.open("rb") as handle:
        head = handle.read(4)
        for mark, name in BOMS:
            if head.startswith(mark):
                return name
        handle.seek(0)
        bad = _first_bad(handle)
        if bad is None:
            return "utf-8"
        handle.seek(max(0, bad - SAMPLE // 2))
        sample = handle.read(SAMPLE)
    return _guess(sample)


def _first_bad(handle: io.BufferedReader) -> int | None:
    """The offset of about the first byte that is not UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    offset = 0
    while True:
        chunk = handle.read(SAMPLE)
        try:
            decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as exc:
            return offset + exc.start
        if not chunk:
            return None
        offset += len(chunk)


def _guess(sample: bytes) -> str:
    """UTF-8 with a few spoilt bytes stays UTF-8, so that only their lines are refused."""
    from charset_normalizer import from_bytes

    text = sample.decode("utf-8", "surrogateescape")
    spoilt = sum("\udc80" <= character <= "\udcff" for character in text)
    fine = sum(not character.isascii() for character in text) - spoilt
    if fine > spoilt:
        return "utf-8"
    best = from_bytes(sample).best()
    return best.encoding if best is not None else "cp1252"


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
