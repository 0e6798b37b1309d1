"""Opens the store at a database URL: the settings each database needs, and the tables."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from ..errors import ConfigError
from .database import Store
from .migrate import upgrade
from .sealing import lock

PATIENCE = 30  # seconds to wait for another process's transaction
ABSENCE = 300  # seconds after which PostgreSQL gives up a worker that went silent in a transaction


def open_store(url: str, folder: Path | None = None, keys: Sequence[str] = ()) -> Store:
    """Open the store at a database URL, creating or upgrading it.

    `sqlite:///oppbridge.db` is relative to `folder`; `postgresql+psycopg://...` for several
    workers. With `keys`, values are kept sealed under the first; what an older one sealed is
    opened, and sealed anew. Raises ConfigError for an unusable URL or file, a store written by a
    newer version and a missing or wrong key, Unavailable while the database does not answer.
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
    store = Store(engine)
    try:
        with store.explained():
            upgrade(engine)
            lock(store, keys)
    except BaseException:
        store.close()
        raise
    return store


def _postgres(url: sa.URL) -> Engine:
    try:
        engine = sa.create_engine(
            url.set(drivername="postgresql+psycopg"),
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args={"connect_timeout": PATIENCE, "keepalives_idle": 60} | dict(url.query),
        )
    except ModuleNotFoundError:
        raise ConfigError("store.url: PostgreSQL needs `pip install oppbridge[postgres]`") from None
    sa.event.listen(engine, "connect", _limits)
    sa.event.listen(engine, "begin", _take_turn)
    return engine


def _limits(connection: Any, _record: Any) -> None:
    connection.execute(f"SET lock_timeout = '{PATIENCE}s'")
    connection.execute(f"SET idle_in_transaction_session_timeout = '{ABSENCE}s'")
    connection.commit()


def _take_turn(connection: Connection) -> None:
    """One writer at a time (see `Store.write`); a reader sees one moment."""
    if connection.get_execution_options().get("oppbridge_write"):
        connection.exec_driver_sql(
            "SELECT pg_advisory_xact_lock(hashtext('oppbridge'), hashtext(current_schema()))"
        )
    else:
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")


def _sqlite(url: sa.URL, folder: Path | None) -> Engine:
    if url.database in (None, "", ":memory:"):
        engine = sa.create_engine("sqlite://", poolclass=sa.pool.StaticPool, hide_parameters=True)
    else:
        path = (folder or Path()) / str(url.database)
        if not path.parent.is_dir():
            raise ConfigError(f"store.url: the folder {path.parent} does not exist")
        try:
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        except OSError as exc:
            raise ConfigError(f"store.url: {path} cannot be written: {exc.strerror}") from exc
        engine = sa.create_engine(sa.URL.create("sqlite", database=str(path)), hide_parameters=True)
    sa.event.listen(engine, "connect", _pragmas)
    sa.event.listen(engine, "begin", _begin)
    return engine


def _pragmas(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we begin ourselves, see `_begin`
    for pragma in (
        f"busy_timeout={PATIENCE * 1000}",
        "journal_mode=wal",
        "synchronous=normal",
        "cache_size=-65536",
        "temp_store=memory",
    ):
        connection.execute(f"pragma {pragma}")


def _begin(connection: Connection) -> None:
    write = connection.get_execution_options().get("oppbridge_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
