"""What all tests share: property tests without a stop-watch, and one PostgreSQL server.

A busy machine is no failure.
"""

from __future__ import annotations

import os
import subprocess

import pytest
from hypothesis import settings

settings.register_profile("oppbridge", deadline=None, print_blob=True)
settings.load_profile("oppbridge")


def pytest_addoption(parser):
    parser.addoption("--all", action="store_true", help="every case of the fault catalogue")


@pytest.fixture(scope="session")
def postgres(tmp_path_factory):
    """This worker's PostgreSQL database. Skips where none can run, but never on a CI machine."""
    worker_id = os.environ.get("PYTEST_XDIST_WORKER", "master")
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent
    try:
        from tests.postgres import database

        opened = database(shared, worker_id)
        found = opened.__enter__()
    except (ImportError, OSError, RuntimeError, subprocess.SubprocessError) as exc:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"no PostgreSQL here: {exc}")
    yield found
    opened.__exit__(None, None, None)
