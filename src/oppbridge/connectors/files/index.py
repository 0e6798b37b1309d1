"""What one pass over an entity's files tells: doubled keys, the lines of each document, orphans.

Keys take 8 bytes a row while the pass lasts. The lines of documents stay in memory, about 250
bytes each, grouped by document: files of lines need no order.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from xxhash import xxh3_64_intdigest

from ...contract import join_key
from .settings import EntityFile, PartsFile
from .source import Position, Row, Source, open_source

BUCKETS = 64

Doubles = dict[str, tuple[int, int]]
"""Keys that several rows have: the file and line of the first."""


@dataclass(slots=True)
class Lines:
    """One kind of line: rows by document, what is wrong with them, lines of no document."""

    name: str
    columns: tuple[str, ...]
    packed: dict[str, list[bytes | tuple[Any, ...]]] = field(default_factory=dict)
    first: dict[str, int] = field(default_factory=dict)  # its line, by document
    broken: dict[str, str] = field(default_factory=dict)
    strays: list[tuple[str, str]] = field(default_factory=list)  # key and problem

    def of(self, parent: str) -> list[dict[str, Any]]:
        """The lines of one document, as native rows."""
        found = self.packed.get(parent, ())
        return [dict(zip(self.columns, _unpacked(one), strict=True)) for one in found]


def _packed(values: Sequence[Any]) -> bytes | tuple[Any, ...]:
    """Values in a third of the memory, where JSON gives them back as they were."""
    try:
        text = orjson.dumps(values, option=orjson.OPT_PASSTHROUGH_DATETIME)
        return text[1:-1]  # a copy: orjson gives bytes in a buffer ten times their size
    except TypeError:
        return tuple(values)


def _unpacked(packed: bytes | tuple[Any, ...]) -> Sequence[Any]:
    if isinstance(packed, tuple):
        return packed
    values: list[Any] = orjson.loads(b"[%b]" % packed)
    return values


@dataclass(slots=True)
class Index:
    """Everything about an entity's files that a single row does not show."""

    doubles: Doubles = field(default_factory=dict)
    lines: dict[str, Lines] = field(default_factory=dict)
    strays: list[tuple[str, str]] = field(default_factory=list)


def key_of(values: Sequence[Any], places: Sequence[int]) -> str | None:
    """The key in some cells of a row; None where one is blank or missing."""
    parts = []
    for place in places:
        value = values[place] if place < len(values) else None
        text = "" if value is None else str(value)
        if not text.strip():
            return None
        parts.append(text)
    return parts[0] if len(parts) == 1 else join_key(*parts)


def places(columns: Sequence[str], names: Iterable[str]) -> tuple[int, ...]:
    """Where some columns stand."""
    return tuple(columns.index(name) for name in names)


def blanks(source: Source, row: Row, names: Iterable[str]) -> str:
    """Which of these columns are blank in a row, for messages."""
    there = dict(zip(source.columns, row.values, strict=False))
    return " and ".join(n for n in dict.fromkeys(names) if not str(there.get(n, "") or "").strip())


def build_index(
    entity: EntityFile,
    paths: Sequence[Path],
    parts: Mapping[str, Path],
    columns: Mapping[str, Sequence[str]],
) -> Index:
    """Read everything once. Raises SchemaDrift for headers that lack a key or mapped column.

    `columns` gives the mapped columns of each collection.
    """
    index = Index(doubles=_doubles(entity, paths))
    for name, path in parts.items():
        index.lines[name] = _lines(entity, entity.collections[name], path, columns.get(name, ()))
    strangers = {parent for lines in index.lines.values() for parent in lines.first}
    if strangers:
        strangers -= set(_keys(entity, paths))
    for lines in index.lines.values():
        index.strays += lines.strays
        index.strays += [_stray(parent, lines) for parent in sorted(strangers & set(lines.first))]
    return index


def _stray(parent: str, lines: Lines) -> tuple[str, str]:
    first = f"{lines.name} line {lines.first[parent]}"
    return f"{lines.name}#{lines.first[parent]}", f"{first}: its document {parent!r} is in no file"


def _keys(entity: EntityFile, paths: Sequence[Path]) -> Iterator[str]:
    for path in paths:
        for _, key in _keyed(entity, path):
            yield key


def _keyed(entity: EntityFile, path: Path) -> Iterator[tuple[Row, str]]:
    source = open_source(path, entity, entity.key)
    at = places(source.columns, entity.key)
    try:
        for row in source.rows(Position()):
            key = key_of(row.values, at)
            if key is not None:
                yield row, key
    finally:
        source.close()


def _doubles(entity: EntityFile, paths: Sequence[Path]) -> Doubles:
    suspects = _repeated(_hash(key) for key in _keys(entity, paths))
    if not suspects:
        return {}
    first: Doubles = {}
    for number, path in enumerate(paths):
        for row, key in _keyed(entity, path):
            if _hash(key) in suspects:
                first.setdefault(key, (number, row.line))
    return first


def _hash(key: str) -> int:
    return xxh3_64_intdigest(key.encode("utf-8", "surrogatepass"))


def _repeated(hashes: Iterable[int]) -> set[int]:
    """Hashes that occur more than once, in bounded memory: one bucket's set at a time."""
    buckets = [array("Q") for _ in range(BUCKETS)]
    for value in hashes:
        buckets[value % BUCKETS].append(value)
    found: set[int] = set()
    for bucket in buckets:
        seen: set[int] = set()
        for value in bucket:
            if value in seen:
                found.add(value)
            seen.add(value)
    return found


def parts_settings(entity: EntityFile, parts: PartsFile) -> EntityFile:
    """A file of lines, seen as a file of its own."""
    return EntityFile(
        file=parts.file,
        key=tuple(dict.fromkeys((*parts.parent, *parts.key))),
        format=entity.format,
        encoding=entity.encoding,
        delimiter=entity.delimiter,
    )


def open_parts(
    entity: EntityFile, parts: PartsFile, path: Path, wanted: Sequence[str] = ()
) -> Source:
    """Open the file of one kind of line."""
    given = parts_settings(entity, parts)
    return open_source(path, given, tuple(dict.fromkeys((*given.key, *wanted))))


def _lines(entity: EntityFile, parts: PartsFile, path: Path, wanted: Sequence[str]) -> Lines:
    source = open_parts(entity, parts, path, wanted)
    lines = Lines(path.name, source.columns)
    parent_at, key_at = places(source.columns, parts.parent), places(source.columns, parts.key)
    try:
        for row in source.rows(Position()):
            parent = key_of(row.values, parent_at)
            problem = row.error
            if problem is None and (parent is None or key_of(row.values, key_at) is None):
                needed = (*parts.parent, *parts.key)
                problem = f"{source.where(row.line)}: has no {blanks(source, row, needed)}"
            if parent is None:
                lines.strays.append((f"{path.name}#{row.line}", str(problem)))
                continue
            lines.first.setdefault(parent, row.line)
            if problem is not None:
                lines.broken.setdefault(parent, problem)
            else:
                lines.packed.setdefault(parent, []).append(_packed(row.values))
    finally:
        source.close()
    return lines
