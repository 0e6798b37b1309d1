"""Reads an entity's files as changes, from any position."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...contract import Change
from ...mapping.digest import BROKEN
from .index import Index, blanks, key_of, places
from .places import hashed
from .settings import EntityFile
from .source import Position, Row, Source, open_source

BEGINNING = Position()


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in the files of one identity: the file's number, the position in it.

    Behind the last file come the lines that belong to no document, counted by `at`.
    """

    identity: str
    file: int = 0
    position: Position = BEGINNING
    done: bool = False

    def __str__(self) -> str:
        """The cursor."""
        where = [self.identity, self.file, self.position.at, self.position.line, self.done]
        return json.dumps(where, separators=(",", ":"))

    @classmethod
    def parse(cls, cursor: str | None) -> Mark | None:
        """The place a cursor names; None for none, or for text that names no place."""
        try:
            identity, file, at, line, done = json.loads(cursor or "")
        except (ValueError, TypeError):
            return None
        return cls(identity, file, Position(at, line), done)


@dataclass(frozen=True, slots=True)
class Found:
    """One row with the key that it is known by; `error` says why it cannot be read."""

    key: str
    row: Row
    error: str | None


@dataclass(frozen=True, slots=True)
class Shelf:
    """An entity's files and what is known of them."""

    entity: EntityFile
    paths: Sequence[Path]
    index: Index
    wanted: Sequence[str]

    def open(self, number: int) -> Source:
        """Open one of the files. Raises SchemaDrift for a header that lacks a mapped column."""
        wanted = dict.fromkeys((*self.entity.key, *self.wanted))
        return open_source(self.paths[number], self.entity, tuple(wanted))

    def walk(self, source: Source, number: int, start: Position) -> Iterator[Found]:
        """The rows of an open file under their keys: a doubled key gets its line added."""
        at = places(source.columns, self.entity.key)
        doubles = self.index.doubles
        for row in source.rows(start):
            key = key_of(row.values, at)
            where = source.where(row.line)
            if key is None:
                problem = f"{where}: has no {blanks(source, row, self.entity.key)}"
                yield Found(f"{source.where(row.line)}", row, row.error or problem)
            elif key in doubles and doubles[key] != (number, row.line):
                first = doubles[key][1]
                problem = row.error or f"{where}: has the key {key!r}, as line {first} has"
                yield Found(f"{key}#{row.line}", row, problem)
            else:
                yield Found(key, row, row.error)

    def change(self, source: Source, found: Found) -> Change:
        """The change that shows a row with its lines."""
        if found.error is not None:
            return Change(found.key, {BROKEN: found.error})
        native: dict[str, Any] = dict(zip(source.columns, found.row.values, strict=True))
        for name in self.entity.collections:
            lines = self.index.lines.get(name)
            if lines is not None and found.key in lines.broken:
                return Change(found.key, {BROKEN: lines.broken[found.key]})
            native[name] = lines.of(found.key) if lines is not None else []
        return Change(found.key, native, version_of(native))

    def all(self) -> Iterator[tuple[Source, Found]]:
        """Every row of every file."""
        for number in range(len(self.paths)):
            source = self.open(number)
            try:
                for found in self.walk(source, number, Position()):
                    yield source, found
            finally:
                source.close()


def version_of(native: dict[str, Any]) -> str:
    """A text that changes whenever the row or one of its lines does."""
    held = sorted(item for item in native.items() if item[1] is not None and item[1] != [])
    return hashed(repr(held))


def read_page(shelf: Shelf, mark: Mark, limit: int) -> tuple[list[Change], Mark]:
    """At most `limit` changes from a place on, and the place after them."""
    changes: list[Change] = []
    number, position = mark.file, mark.position
    while number < len(shelf.paths):
        source = shelf.open(number)
        try:
            for found in shelf.walk(source, number, position):
                changes.append(shelf.change(source, found))
                if len(changes) == limit:
                    return changes, Mark(mark.identity, number, source.position())
        finally:
            source.close()
        number, position = number + 1, Position()
    at = position.at
    strays = shelf.index.strays[at : at + limit - len(changes)]
    changes += [Change(key, {BROKEN: problem}) for key, problem in strays]
    after = at + len(strays)
    done = after == len(shelf.index.strays)
    return changes, Mark(mark.identity, number, Position(after), done)
