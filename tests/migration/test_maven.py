"""A sales pipeline goes from CSV into Sales, the way the how-to tells its reader.

All 8,800 deals go once, unbroken. The run that is killed ten times has every fifteenth deal, since
each start reads the whole export again and the twin stands beside it on the same machine.
"""

from __future__ import annotations

import pytest

from oppbridge import Bridge
from tests.docs.worlds import migration, unlimited
from tests.migration import maven
from tests.migration.exports import data, every, read, whole
from tests.migration.killing import finished, state_of, ten_kills

pytestmark = [pytest.mark.integration, pytest.mark.slow]
TABLES = (
    "account",
    "contact",
    "product",
    "productpricelevel",
    "opportunity",
    "opportunityproduct",
    "opportunityclose",
)


def in_small_batches(config):
    """More requests, so that there are more moments to be killed at."""
    text = config.read_text().replace("unit: ea", "unit: ea\n      batch: 20")
    config.write_text(text)
    return config


def state(sandbox):
    return state_of({table: sandbox.dataverse.rows(table) for table in TABLES})


@pytest.mark.timeout(900)
def test_every_deal_arrives_to_the_cent_and_a_second_run_writes_nothing(folder):
    whole(data("maven-crm-opportunities"), folder / "export")
    with unlimited() as sandbox, Bridge.open(migration(folder, sandbox)) as bridge:
        report = bridge.run("migration")
        assert report.outcome == "done", report.to_json()
        assert not bridge.dead()
        assert not report.notices
        assert maven.differences(sandbox.dataverse, folder / "export") == []
        assert set(maven.totals(sandbox.dataverse).values()) == {maven.total(folder / "export")}
        written = sandbox.counters.writes("dataverse")
        again = bridge.run("migration")
        assert (again.outcome, again.wrote) == ("done", 0)
        assert sandbox.counters.writes("dataverse") == written


@pytest.mark.timeout(600)
def test_ten_kills_end_in_the_state_of_an_unbroken_run(folder):
    every(15, data("maven-crm-opportunities"), folder / "export", thinned="sales_pipeline.csv")
    with unlimited() as sandbox:
        finished(migration(folder, sandbox))
        unbroken = state(sandbox)
    (folder / "oppbridge.db").unlink()
    with unlimited() as sandbox:
        config = in_small_batches(migration(folder, sandbox))
        ten_kills(config, sandbox, "dataverse", seed=20261125)
        asked = len(read(folder / "export/sales_pipeline.csv"))
        assert 0 < sandbox.dataverse.count("opportunity") < asked
        finished(config)
        assert maven.differences(sandbox.dataverse, folder / "export") == []
        assert state(sandbox) == unbroken
