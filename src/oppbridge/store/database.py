"""The database behind the store: reading, writing in turn, leases checked inside transactions."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from ..errors import Unavailable
from . import schema
from .prepared import Prepared
from .transaction import Tx
from .trouble import explain
from .vault import Vault


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
    vault: Vault | None = None
    _sqlite: bool = field(init=False)

    def __post_init__(self) -> None:
        self._sqlite = self.engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """A look at one moment, whatever others store meanwhile; nothing is kept.

        Raises Unavailable or ConfigError as `write` does.
        """
        with self.explained(), self.engine.connect() as connection:
            yield Tx(connection, self._sqlite, self.vault)
            connection.rollback()

    @contextmanager
    def write(self, lease: Lease | None = None) -> Iterator[Tx]:
        """A transaction that commits at the end. With a lease, refused once another holds it.

        Writers take turns, on SQLite by BEGIN IMMEDIATE, on PostgreSQL by one advisory lock of
        the store, held to the end of the transaction. So what a transaction has looked at stays
        true until it commits: a lease it found its own, a cursor's revision, a block of ids,
        `ready` writes, the absence of a key. Without turns PostgreSQL would need more than row
        locks: an insertion into `todo` that meets a deletion not yet committed is passed over by
        ON CONFLICT DO NOTHING and then lost. Isolation stays at READ COMMITTED, since a snapshot
        taken before the lock came would be old. Nobody sends anything while holding a turn.

        Raises Unavailable when the turn does not come in 30 s, the disk is full or the connection
        is lost (nothing of the transaction is kept), ConfigError when the store cannot be used.
        """
        with self.explained(), self.engine.connect() as plain:
            connection = plain.execution_options(oppbridge_write=True)
            with connection.begin():
                tx = Tx(connection, self._sqlite, self.vault)
                if lease is not None:
                    _still_ours(tx, lease)
                yield tx
        self.commits += 1

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Database trouble inside is raised as an error that says what to do."""
        driver: Any = self.engine.dialect.loaded_dbapi
        try:
            yield
        except (sa.exc.DBAPIError, driver.Error) as exc:
            told = explain(exc, self.engine.url)
            if told is None:
                raise
            raise told from exc

    def compact(self) -> None:
        """Give back the space of what was taken out, so that no file holds it any longer."""
        with self.explained():
            connection = self.engine.raw_connection()
            try:
                driver: Any = connection.driver_connection
                if self._sqlite:
                    driver.execute("VACUUM")
                    driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                else:
                    driver.autocommit = True
                    driver.execute("VACUUM FULL")
                    driver.autocommit = False
            finally:
                connection.close()

    def close(self) -> None:
        """Let go of connections."""
        self.engine.dispose()


_TABLE = schema.lease
_FENCES = Prepared(
    lambda among: sa.select(_TABLE.c.name, _TABLE.c.fence).where(among(_TABLE.c.name))
)


def _still_ours(tx: Tx, lease: Lease) -> None:
    names = list(lease.fences)
    if dict(tx.ask_each(_FENCES, names)) != lease.fences:
        raise Unavailable(f"{', '.join(names)}: another run has taken over; this one stops here")
