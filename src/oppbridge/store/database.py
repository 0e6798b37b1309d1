"""The database behind the store: opening, transactions, leases checked inside them, id blocks."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from operator import itemgetter
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from ..errors import ConfigError, Unavailable
from . import schema
from .migrate import upgrade

CHUNK = 5000


@dataclass(slots=True)
class Tx:
    """One transaction: a connection that commits as a whole or not at all."""

    connection: Connection
    sqlite: bool

    def rows(self, statement: Any, parameters: Any = None) -> list[Any]:
        """Every row a query gives."""
        return list(self.connection.execute(statement, parameters or {}).all())

    def run(self, statement: Any, parameters: Any = None) -> int:
        """Carry out a statement, once per mapping where several are given; rows touched."""
        if isinstance(parameters, list) and not parameters:
            return 0
        counted = {"preserve_rowcount": True}
        done = self.connection.execute(statement, parameters or {}, execution_options=counted)
        return int(done.rowcount)

    def many(self, statement: Any, names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
        """Carry out a statement once per row of values for `names`.

        Compiled once and handed to the driver as it is: SQLAlchemy's own way prepares parameters
        row by row, which took as long again as SQLite itself.
        """
        if not rows:
            return
        text, order = _compiled(statement, tuple(names), self.sqlite)
        if order is None:
            given: Any = [dict(zip(names, row, strict=True)) for row in rows]
        else:
            given = rows if order == tuple(names) else list(map(_picked(names, order), rows))
        self.connection.exec_driver_sql(text, given)

    def among(self, column: Any) -> Any:
        """A condition that `column` is one of the values bound to `keys` (see `bind`)."""
        if self.sqlite:
            return column.in_(sa.text("SELECT value FROM json_each(:keys)"))
        return column == sa.any_(sa.bindparam("keys", type_=sa.ARRAY(column.type)))

    def bind(self, values: Sequence[Any]) -> Any:
        """The values of an `among` condition as this database takes them."""
        return json.dumps(list(values)) if self.sqlite else list(values)

    def chunked(self, build: Callable[[Any], Any], column: Any, values: Sequence[Any]) -> list[Any]:
        """Rows of `build(condition)` for all `values`, asked for in blocks."""
        found: list[Any] = []
        for start in range(0, len(values), CHUNK):
            block = values[start : start + CHUNK]
            found += self.rows(build(self.among(column)), {"keys": self.bind(block)})
        return found

    def allocate(self, name: str, count: int) -> range:
        """`count` fresh ids of one table."""
        table = schema.sequence
        add = sa.update(table).where(table.c.name == name).values(value=table.c.value + count)
        if not self.run(add):
            self.run(sa.insert(table).values(name=name, value=count))
        [[top]] = self.rows(sa.select(table.c.value).where(table.c.name == name))
        return range(top - count + 1, top + 1)

    def insert(
        self,
        table: sa.Table,
        names: Sequence[str],
        rows: Sequence[tuple[Any, ...]],
        *,
        ignore: bool = False,
    ) -> None:
        """Insert rows in the order given; `ignore` passes over those that exist."""
        self.many(_inserting(table, self.sqlite, ignore), names, rows)

    def upsert(self, table: sa.Table) -> Any:
        """This database's own insert, which knows `on_conflict_do_update`."""
        return _own_insert(table, self.sqlite)


@cache
def _compiled(
    statement: Any,
    names: tuple[str, ...],
    sqlite: bool,  # noqa: FBT001
) -> tuple[str, tuple[str, ...] | None]:
    """A statement as the driver takes it, and the order of its parameters, None for by name."""
    found = statement.compile(dialect=_dialect(sqlite), column_keys=names)
    return str(found), tuple(found.positiontup) if found.positional else None


def _dialect(sqlite: bool) -> Any:  # noqa: FBT001
    if sqlite:
        from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

        return SQLiteDialect_pysqlite()
    from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

    dialect: Any = PGDialect_psycopg  # its constructor has no types
    return dialect()


def _picked(names: Sequence[str], order: Sequence[str]) -> Callable[[tuple[Any, ...]], Any]:
    return itemgetter(*(names.index(name) for name in order))


def _own_insert(table: sa.Table, sqlite: bool) -> Any:  # noqa: FBT001
    if sqlite:
        from sqlalchemy.dialects.sqlite import insert as sqlite_insert

        return sqlite_insert(table)
    from sqlalchemy.dialects.postgresql import insert as postgres_insert

    return postgres_insert(table)


@cache
def _inserting(table: sa.Table, sqlite: bool, ignore: bool) -> Any:  # noqa: FBT001
    return _own_insert(table, sqlite).on_conflict_do_nothing() if ignore else sa.insert(table)


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to write under some names for a time; fences tell it from earlier holders'."""

    holder: str
    fences: dict[str, int]


@dataclass(slots=True)
class Store:
    """Durable memory. Open with `open_store`; rooms beside this one hold its questions."""

    engine: Engine
    clock: Callable[[], float] = time.time
    commits: int = 0
    _sqlite: bool = field(init=False)

    def __post_init__(self) -> None:
        self._sqlite = self.engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """A consistent look; nothing is kept."""
        with self.engine.connect() as connection:
            yield Tx(connection, self._sqlite)
            connection.rollback()

    @contextmanager
    def write(self, lease: Lease | None = None) -> Iterator[Tx]:
        """A transaction that commits at the end. With a lease, refused once another holds it."""
        with self.engine.connect() as plain:
            connection = plain.execution_options(oppbridge_write=True)
            with connection.begin():
                tx = Tx(connection, self._sqlite)
                if lease is not None:
                    _still_ours(tx, lease)
                yield tx
        self.commits += 1

    def close(self) -> None:
        """Let go of connections."""
        self.engine.dispose()


def _still_ours(tx: Tx, lease: Lease) -> None:
    table = schema.lease
    names = list(lease.fences)
    found = tx.rows(
        sa.select(table.c.name, table.c.fence).where(tx.among(table.c.name)),
        {"keys": tx.bind(names)},
    )
    if {row[0]: row[1] for row in found} != lease.fences:
        raise Unavailable(f"{', '.join(names)}: another run has taken over; this one stops here")


def open_store(url: str, folder: Path | None = None) -> Store:
    """Open the store at a database URL, creating or upgrading it.

    `sqlite:///oppbridge.db` is relative to `folder`; `postgresql+psycopg://...` for several
    workers. Raises ConfigError for an unusable URL or a store written by a newer version.
    """
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError:
        raise ConfigError("store.url: not a database URL, as in sqlite:///oppbridge.db") from None
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        engine = _sqlite(parsed, folder)
    elif backend == "postgresql":
        engine = _postgres(parsed)
    else:
        raise ConfigError(f"store.url: {backend!r} is not supported; use sqlite or postgresql")
    upgrade(engine)
    return Store(engine)


def _postgres(url: sa.URL) -> Engine:
    try:
        return sa.create_engine(url.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
    except ModuleNotFoundError:
        raise ConfigError("store.url: PostgreSQL needs `pip install oppbridge[postgres]`") from None


def _sqlite(url: sa.URL, folder: Path | None) -> Engine:
    if url.database in (None, "", ":memory:"):
        engine = sa.create_engine("sqlite://", poolclass=sa.pool.StaticPool)
    else:
        path = (folder or Path()) / str(url.database)
        if not path.parent.is_dir():
            raise ConfigError(f"store.url: the folder {path.parent} does not exist")
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        engine = sa.create_engine(sa.URL.create("sqlite", database=str(path)))
    sa.event.listen(engine, "connect", _pragmas)
    sa.event.listen(engine, "begin", _begin)
    return engine


def _pragmas(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we begin ourselves, see `_begin`
    for pragma in (
        "journal_mode=wal",
        "synchronous=normal",
        "busy_timeout=30000",
        "cache_size=-65536",
        "temp_store=memory",
    ):
        connection.execute(f"pragma {pragma}")


def _begin(connection: Connection) -> None:
    write = connection.get_execution_options().get("oppbridge_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
