"""Every DAG once in one process, against the company's two systems."""

import pytest

from tests.chaos import oracles

pytestmark = pytest.mark.integration
FLOW = "quote-to-cash"


@pytest.fixture(scope="module")
def lived(ground):
    names = [f"oppbridge_{what}__{FLOW}" for what in ("sync", "compare", "approve")]
    names += [f"oppbridge_{what}" for what in ("rescore", "replay", "health", "migrate")]
    return ground.asked("-m", "tests.airflow.trial", *names, within=280)


def test_a_sync_brings_the_systems_to_agree_and_is_one_run(ground, lived):
    told = lived[f"oppbridge_sync__{FLOW}"]
    assert set(told["tasks"].values()) == {"success"}
    assert len({one["run"] for one in told["returned"].values()}) == 1
    assert told["returned"]["deliver_sales"]["created"] > 0
    assert oracles.differences(ground.sandbox) == []


def test_the_comparison_finds_them_equal(lived):
    assert lived[f"oppbridge_compare__{FLOW}"]["returned"]["compare"]["equal"] is True


def test_nobody_is_asked_where_nothing_is_held(lived):
    assert lived[f"oppbridge_approve__{FLOW}"]["tasks"]["ask"] == "skipped"


@pytest.mark.parametrize("dag", ["oppbridge_rescore", "oppbridge_replay", "oppbridge_health"])
def test_what_serves_all_flows_does_its_work(lived, dag):
    assert set(lived[dag]["tasks"].values()) == {"success"}


def test_a_migration_plans_and_stops_there_unless_told_otherwise(lived):
    told = lived["oppbridge_migrate"]
    assert told["tasks"] == {
        "plan": "success",
        "wanted": "success",
        "ask": "skipped",
        "apply": "skipped",
        "compare": "skipped",
    }
    assert len(told["returned"]["plan"]["digest"]) == 16
