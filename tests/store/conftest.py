"""The same tests on every database: a SQLite file, SQLite in memory, PostgreSQL."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from oppbridge.store import Store, open_store

DATABASES = [
    "file",
    "memory",
    pytest.param("postgres", marks=pytest.mark.postgres),
]


@dataclass(frozen=True)
class Place:
    """Where a store is, for tests that open it more than once."""

    url: str

    def open(self) -> Store:
        return open_store(self.url)


@pytest.fixture(params=DATABASES)
def store(request, tmp_path):
    with_url = {
        "file": lambda: f"sqlite:///{tmp_path / 'store.db'}",
        "memory": lambda: "sqlite://",
        "postgres": lambda: request.getfixturevalue("postgres").fresh(),
    }
    opened = open_store(with_url[request.param]())
    yield opened
    opened.close()


@pytest.fixture(params=["file", pytest.param("postgres", marks=pytest.mark.postgres)])
def place(request, tmp_path):
    """A store that several can open."""
    if request.param == "postgres":
        return Place(request.getfixturevalue("postgres").fresh())
    return Place(f"sqlite:///{tmp_path / 'store.db'}")
