"""The whole reasoning of a score: stable, additive to the last digit, and without names."""

from __future__ import annotations

import json

import pytest

from oppbridge.scoring import Rates, RatesSettings, Rules, RulesSettings, explain
from oppbridge.scoring.beta import beta_interval
from oppbridge.scoring.explain import interval
from oppbridge.scoring.judgement import Basis, Judgement, logit

from .deals import NOW, closings, deal, seen

SUBJECT = deal(
    "u-1",
    [seen(41, stage="develop")],
    {"score": 40, "scored_at": "2026-05-01T00:00:00Z"},
    stage="develop",
    source="Web",
    owner="Ann Lee",
    rating="hot",
)


def learned():
    subjects = [
        *closings(60, 40, source="Web", owner="Ann Lee"),
        *closings(20, 80, source="Fair", owner="Bob Ray"),
    ]
    return Rates(RatesSettings()).score(subjects, NOW, None)[1]


@pytest.fixture(params=["rules", "rates"])
def told(request):
    if request.param == "rules":
        return explain(Rules(RulesSettings()), SUBJECT, NOW, None)
    return explain(Rates(RatesSettings()), SUBJECT, NOW, learned())


def test_keys_are_stable_and_sorted(told):
    assert list(told) == sorted(told)
    assert list(told) == [
        "as_of",
        "base_rate",
        "blank",
        "grade",
        "intercept",
        "interval",
        "logit",
        "model",
        "note",
        "previous",
        "probability",
        "reasons",
        "record",
        "rest",
        "score",
        "trend",
        "unseen",
        "warnings",
    ]


def test_intercept_effects_and_rest_add_up_to_the_log_odds_of_the_probability(told):
    summed = told["intercept"] + sum(r["effect"] for r in told["reasons"]) + told["rest"]
    assert summed == pytest.approx(told["logit"], abs=1e-9)
    assert logit(told["probability"]) == pytest.approx(told["logit"], abs=1e-5)


def test_it_is_plain_json(told):
    assert json.loads(json.dumps(told, allow_nan=False)) == told


def test_it_knows_the_last_score(told):
    assert told["previous"] == {"at": "2026-05-01T00:00:00Z", "score": 40}
    assert told["trend"] in {"improving", "steady", "declining"}


def test_no_person_is_named(told):
    assert "Ann Lee" not in json.dumps(told)


def test_rung_0_has_neither_evidence_nor_interval():
    told = explain(Rules(RulesSettings()), SUBJECT, NOW, None)
    assert told["interval"] is None
    assert {r["evidence"] for r in told["reasons"]} == {None}
    assert told["model"] == {"kind": "rules", "rung": 0, "trained_rows": 0, "won": 0}


def test_rung_1_shows_its_evidence_and_an_interval_around_the_probability():
    told = explain(Rates(RatesSettings()), SUBJECT, NOW, learned())
    assert told["model"] == {"kind": "rates", "rung": 1, "trained_rows": 200, "won": 80}
    (source,) = [r for r in told["reasons"] if r["feature"] == "source"]
    assert source["evidence"] == {"closed": 100, "won": 60}
    low, high = told["interval"]
    assert 0 < low < told["probability"] < high < 1


def test_the_interval_of_a_rate_alone_is_its_beta_posterior():
    rate, deals = 0.3, 120.0
    judgement = Judgement(
        Basis(1, "rates"), rate, logit(rate), (), logit(rate), rate, 1 / (deals * rate * (1 - rate))
    )
    assert interval(judgement) == pytest.approx(beta_interval(36, 84), abs=1e-6)


def test_more_deals_make_the_interval_narrower():
    def width(times):
        subjects = [*closings(6 * times, 4 * times), *closings(2 * times, 8 * times, source="F")]
        text = Rates(RatesSettings()).score(subjects, NOW, None)[1]
        low, high = explain(Rates(RatesSettings()), deal(), NOW, text)["interval"]
        return high - low

    assert width(1) > width(5) > width(25)


def test_a_number_too_large_for_json_readers_is_given_as_text():
    settings = RulesSettings(points={"amount": {"1000000 and more": 0.5}})
    told = explain(Rules(settings), deal(amount="1" + "0" * 30 + " EUR"), NOW, None)
    assert isinstance(told["reasons"][0]["value"], str)
