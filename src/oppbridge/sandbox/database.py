"""One twin's rows: a SQLite database with row versions, tombstones and nested transactions."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .clock import Clock
from .tables import FROM_SQL, Table, ddl, key_condition, quote, to_sql
from .versions import Versions
from .wire import Stamp

Row = dict[str, Any]


class Duplicate(Exception):
    """A key or a unique column is taken."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """How rows of one table are read: worked out once, as single rows are read all the time."""

    names: tuple[str, ...]
    select: str
    convert: tuple[tuple[int, Callable[[Any], Any]], ...]


def _shape(table: Table) -> _Shape:
    kinds = table.kinds()
    names = (*kinds, "_version")
    select = f"SELECT {', '.join(map(quote, names))} FROM {quote(table.name)}"
    convert = [(i, FROM_SQL[kind]) for i, kind in enumerate(kinds.values()) if kind in FROM_SQL]
    return _Shape(names, select, tuple(convert))


class Database:
    """Rows in real columns. Every insert, change and delete takes the next row version.

    `_version` of a row is the version of its last change: what changed since a version is a range
    of that column, and deletions are tombstones. Hold `lock` around what must be seen
    as one.
    """

    def __init__(self, path: Path | None, tables: Iterable[Table], clock: Clock) -> None:
        self.lock = threading.RLock()
        self.tables = {table.name: table for table in tables}
        self.clock = clock
        self._shapes: dict[str, _Shape] = {}
        self._depth = 0
        self._sql = sqlite3.connect(
            str(path or ":memory:"),
            check_same_thread=False,
            isolation_level=None,
            cached_statements=512,
        )
        # A killed process loses nothing; only a power cut could, which a sandbox need not survive.
        for pragma in (
            "journal_mode=WAL",
            "synchronous=OFF",
            "cache_size=-65536",
            "temp_store=MEMORY",
        ):
            self._sql.execute(f"PRAGMA {pragma}")
        self._sql.execute(
            "CREATE TABLE IF NOT EXISTS _gone "
            "(version INTEGER PRIMARY KEY, name TEXT, key TEXT, at REAL)"
        )
        self._sql.execute("CREATE TABLE IF NOT EXISTS _facts (name TEXT PRIMARY KEY, value TEXT)")
        for table in self.tables.values():
            self.define(table)
        self.versions = Versions(clock, int(self.fact("version") or 1000))

    def define(self, table: Table) -> None:
        """Make a table, or give one that is there the columns and indexes it lacks."""
        self.tables[table.name] = table
        self._shapes[table.name] = _shape(table)
        there = {row[1] for row in self.select(f"PRAGMA table_info({quote(table.name)})")}
        for statement in ddl(table, there):
            self._sql.execute(statement)

    @contextmanager
    def transaction(self, stamp: Stamp | None = None) -> Iterator[None]:
        """All or nothing; nested ones are savepoints. `stamp` dates the whole of it back."""
        with self.lock:
            name = f"s{self._depth}"
            self._sql.execute("BEGIN" if self._depth == 0 else f"SAVEPOINT {name}")
            outer = self.versions.dated
            self.versions.dated = stamp or outer
            self._depth += 1
            try:
                yield
            except BaseException:
                self._depth -= 1
                self._undo(name)
                raise
            else:
                self._depth -= 1
                if self._depth == 0:
                    self.set_fact("version", str(self.versions.last))
                self._sql.execute("COMMIT" if self._depth == 0 else f"RELEASE {name}")
            finally:
                self.versions.dated = outer

    def _undo(self, name: str) -> None:
        if self._depth == 0:
            self._sql.execute("ROLLBACK")
            return
        self._sql.execute(f"ROLLBACK TO {name}")
        self._sql.execute(f"RELEASE {name}")

    def insert(self, name: str, values: Mapping[str, Any]) -> int:
        """Add a row and return its version; raises `Duplicate`."""
        version = self.versions.next()
        columns = ", ".join(map(quote, values))
        marks = ", ".join("?" * len(values))
        self._write(
            f"INSERT INTO {quote(name)} ({columns}, _version) VALUES ({marks}, ?)",
            [*map(to_sql, values.values()), version],
        )
        return version

    def update(self, name: str, key: Sequence[Any], values: Mapping[str, Any]) -> int:
        """Change columns of a row and return its version; raises `Duplicate`."""
        version = self.versions.next()
        pairs = "".join(f"{quote(column)} = ?, " for column in values)
        condition = key_condition(self.tables[name], self.tables[name].key)
        self._write(
            f"UPDATE {quote(name)} SET {pairs}_version = ? WHERE {condition}",
            [*map(to_sql, values.values()), version, *key],
        )
        return version

    def delete(self, name: str, key: Sequence[Any]) -> int:
        """Remove a row and leave a tombstone; returns the tombstone's version."""
        version = self.versions.next()
        condition = key_condition(self.tables[name], self.tables[name].key)
        self._write(f"DELETE FROM {quote(name)} WHERE {condition}", list(key))
        self._write(
            "INSERT INTO _gone (version, name, key, at) VALUES (?, ?, ?, ?)",
            [version, name, "|".join(map(str, key)), self.versions.time()],
        )
        return version

    def insert_many(self, name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
        """The fast way in for generated rows, already in SQL form; returns how many."""
        marks = ", ".join("?" * (len(columns) + 1))
        names = ", ".join([*map(quote, columns), "_version"])
        first = self.versions.last
        with self.transaction():
            statement = f"INSERT INTO {quote(name)} ({names}) VALUES ({marks})"
            self._sql.executemany(statement, (self._numbered(row) for row in rows))
        return self.versions.last - first

    def _numbered(self, row: Sequence[Any]) -> tuple[Any, ...]:
        return (*row, self.versions.next())

    def get(self, name: str, key: Sequence[Any], columns: tuple[str, ...] = ()) -> Row | None:
        """The row whose `columns` (default: the primary key) hold `key`; includes `_version`."""
        table = self.tables[name]
        condition = key_condition(table, columns or table.key)
        found = self.rows(name, condition, list(map(to_sql, key)), tail="LIMIT 1")
        return found[0] if found else None

    def rows(
        self, name: str, condition: str = "1", params: Sequence[Any] = (), tail: str = ""
    ) -> list[Row]:
        """Rows as Python values, `_version` included; `tail` is ORDER BY and LIMIT."""
        shape = self._shapes[name]
        out = []
        for raw in self.select(f"{shape.select} WHERE {condition} {tail}", params):
            values = list(raw)
            for i, call in shape.convert:
                if values[i] is not None:
                    values[i] = call(values[i])
            out.append(dict(zip(shape.names, values, strict=True)))
        return out

    def select(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Rows of any query, as SQLite holds them."""
        with self.lock:
            return self._sql.execute(sql, params).fetchall()

    def tombstones(self, name: str, after: int, upto: int | None = None) -> list[tuple[int, str]]:
        """(version, key) of rows deleted after a version, oldest first."""
        sql = (
            "SELECT version, key FROM _gone WHERE name = ? AND version > ? AND version <= ? "
            "ORDER BY version"
        )
        return self.select(sql, [name, after, self.versions.last if upto is None else upto])

    def fact(self, name: str) -> str | None:
        """A remembered text (number sequences, identities)."""
        found = self.select("SELECT value FROM _facts WHERE name = ?", [name])
        return str(found[0][0]) if found else None

    def set_fact(self, name: str, value: str) -> None:
        """Remember a text; part of the transaction going on."""
        self._write("INSERT OR REPLACE INTO _facts (name, value) VALUES (?, ?)", [name, value])

    def close(self) -> None:
        """Close the file."""
        with self.lock:
            self._sql.close()

    def _write(self, sql: str, params: Sequence[Any]) -> None:
        try:
            with self.lock:
                self._sql.execute(sql, params)
        except sqlite3.IntegrityError as problem:
            raise Duplicate(str(problem)) from problem
