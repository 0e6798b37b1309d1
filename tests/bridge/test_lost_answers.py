"""Answers lost after the commit make no duplicates and lose no rows: the benchmark, in small."""

from functools import partial

import pytest
from losing.callers import bridged
from losing.places import acme, dataverse, supply_chain

pytestmark = pytest.mark.integration

COUNT = 200
PLACES = {
    "dataverse-one-by-one": (partial(dataverse, size=1), 10),
    "dataverse-in-bulk": (partial(dataverse, size=10), 2),
    "scm-one-by-one": (partial(supply_chain, size=1), 10),
    "scm-in-batches": (partial(supply_chain, size=10), 2),
    "acme": (acme, 10),
    "acme-half": (acme, 2),
}


@pytest.mark.parametrize("name", PLACES)
def test_lost_answers_make_no_duplicates_and_lose_nothing(monkeypatch, name):
    monkeypatch.setenv("BENCH_SECRET", "")
    opened, every = PLACES[name]
    with opened() as place:
        calm = bridged(place, COUNT)
    with opened(every=every) as place:
        found = bridged(place, COUNT)
    assert (found.duplicates, found.missing, found.how) == (0, 0, "done")
    assert found.lost >= calm.lost + 2
    assert found.calls - calm.calls <= found.lost + calm.calls / 100
