"""One company and one Airflow database for all of these tests; they share a worker."""

import pytest

from .ground import Ground


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.parent.name == "airflow":
            item.add_marker(pytest.mark.xdist_group("airflow"))


@pytest.fixture(scope="session")
def ground(tmp_path_factory):
    found = Ground.prepared(tmp_path_factory.mktemp("airflow"))
    yield found
    found.sandbox.stop()
