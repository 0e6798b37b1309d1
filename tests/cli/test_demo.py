"""The demo is the main job: it converges, and the systems agree when compared without a map."""

import pytest

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def told():
    from oppbridge.cli.story import told

    return told(7, small=True, aloud=False)


def test_the_two_systems_agree_and_the_last_run_writes_nothing(told):
    assert told["differences"] == []
    assert told["converged"]
    last = told["runs"][-1]["entities"].values()
    assert sum(c[n] for one in last for c in one.values() for n in ("created", "updated")) == 0


@pytest.mark.postgres
def test_the_demo_converges_with_its_store_on_postgresql(postgres):
    from oppbridge.cli.story import told

    found = told(7, small=True, aloud=False, store=postgres.fresh())
    assert found["differences"] == []
    assert found["converged"]


def test_every_run_tells_every_count_by_entity_and_system(told):
    names = {
        "observed",
        "unchanged",
        "created",
        "updated",
        "deleted",
        "waiting",
        "held",
        "dead",
        "clashes",
    }
    for run in told["runs"]:
        assert run["flow"] == "quote-to-cash"
        for systems in run["entities"].values():
            assert all(counts.keys() == names for counts in systems.values())
    first, second, third, _ = (run["entities"] for run in told["runs"])
    assert first["account"]["sales"]["created"] > 0
    assert first["account"]["scm"]["created"] > 0
    assert second["quote"]["scm"]["created"] > 0
    assert second["opportunity"]["sales"]["updated"] > 0
    assert (third["order"]["sales"]["updated"], third["order"]["sales"]["created"]) == (1, 1)
    assert third["quote"]["sales"]["updated"] == 1


def test_scores_come_with_reasons_and_the_clash_with_its_winner(told):
    assert all(1 <= one["score"] <= 99 and one["why"] for one in told["scores"])
    assert told["clash"]["field"] == "phone"
    assert "sales wins by policy owner" in told["clash"]["why"]


def test_the_dead_letter_says_what_the_system_said(told):
    [letter] = told["dead"]
    assert letter["name"] == "Atlantis Trading"
    assert "Country/region" in letter["why"]


def test_the_demo_is_told_to_people(capsys):
    from oppbridge.cli.story import tell

    deal = {"name": "Deal", "score": 45, "grade": "B", "why": [{"text": "because"}]}
    found = {
        "scores": [deal],
        "clash": None,
        "dead": [],
        "differences": ["odd"],
        "converged": False,
    }
    tell(found)
    out = capsys.readouterr().out
    assert "because" in out
    assert "! odd" in out
    assert "Not converged." in out


def test_the_comparison_finds_what_differs():
    from oppbridge.cli.compared import differences
    from oppbridge.sandbox import Sandbox
    from oppbridge.sandbox.generate import SMALL, generate_masters

    with Sandbox.start() as twins:
        generate_masters(twins, 7, SMALL)
        found = differences(twins)
        assert any("is only in Sales" in one for one in found)
        assert any("is only in Supply Chain" in one for one in found)
        assert any(one.startswith("product ") for one in found)
        assert any(one.startswith("order ") for one in found)
