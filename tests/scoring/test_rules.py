"""Rung 0: points around the stage's default."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from oppbridge.scoring import Rules, RulesSettings
from oppbridge.scoring.judgement import logit

from .deals import NOW, deal, seen


def rules(**settings):
    return Rules(RulesSettings(**settings))


def only(scorer, subject):
    values, learned = scorer.score([subject], NOW, None)
    assert learned is None
    return values[0]


def test_without_any_point_a_deal_has_its_stage_s_default():
    scorer = rules(points={}, stages={"develop": 0.3})
    assert only(scorer, deal(stage="develop"))["score"] == 30


def test_an_unknown_stage_has_the_default_of_all():
    scorer = rules(points={}, default=0.2)
    assert only(scorer, deal(stage="elsewhere"))["score"] == 20
    assert only(scorer, deal())["score"] == 20


def test_points_add_up_on_the_log_odds_scale():
    scorer = rules(points={"rating": {"hot": 0.5}, "source": {"Web": -0.2}}, default=0.3)
    judgement, _ = scorer.judge(deal(rating="hot", source="Web"), NOW, None)
    assert judgement.logit == pytest.approx(logit(0.3) + 0.3)
    assert judgement.variance is None


def test_a_custom_field_can_count():
    scorer = rules(points={"custom.region": {"North": 1.0}}, default=0.5)
    assert only(scorer, deal(**{"custom.region": "North"}))["score"] == 73


def test_a_blank_that_counts_is_a_reason_and_can_be_changed():
    answer = only(rules(points={"next_step": {"none": -0.4}}), deal())
    (reason,) = json.loads(answer["reasons"])["reasons"]
    assert reason["text"] == "No next step dated; a configured rule, no deals counted yet"
    assert reason["actionable"]
    assert reason["points"] < 0


def test_it_says_that_it_is_rung_0_and_counts_nothing():
    told = json.loads(only(rules(), deal())["reasons"])
    assert (told["kind"], told["rung"]) == ("rules", 0)
    assert "closed" not in told


@pytest.mark.parametrize("status", ["won", "lost", "canceled"])
def test_a_closed_deal_keeps_its_last_score(status):
    assert only(rules(), deal(status=status, score=44)) == {}


def test_a_deal_on_hold_is_scored():
    assert only(rules(), deal(status="on_hold"))["score"]


def test_bands_can_be_drawn_differently():
    settings = RulesSettings(bands={"pushes": [3]}, points={"pushes": {"3 and more": -1.0}})
    pushed = [seen(9, closes="2026-01-01"), seen(8, closes="2026-02-01")]
    assert not Rules(settings).judge(deal(history=pushed), NOW, None)[0].terms


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"points": {"ratng": {}}}, "did you mean 'rating'"),
        ({"points": {"pushes": {"2 or more": 1.0}}}, "did you mean '2 and more'"),
        ({"points": {"rating": {"hot": float("nan")}}}, "finite"),
        ({"points": {"rating": {"hot": 9.0}}}, "less than or equal to 5"),
        ({"bands": {"rating": [1]}}, "a feature that is a number"),
        ({"bands": {"pushes": [3, 1]}}, "rising"),
        ({"stages": {"develop": 1.0}}, "less than"),
        ({"grades": (20, 40, 60)}, "must fall"),
        ({"stage": {}}, "Extra inputs"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused_with_the_nearest_name(settings, told):
    with pytest.raises(ValidationError, match=told):
        RulesSettings(**settings)


def test_points_beyond_all_measure_still_add_up():
    names = ("rating", "source", "need", "timeframe")
    scorer = rules(points={name: {"x": 5.0} for name in names})
    judgement, _ = scorer.judge(deal(**dict.fromkeys(names, "x")), NOW, None)
    total = judgement.intercept + sum(term.effect for term in judgement.terms)
    assert total == pytest.approx(logit(judgement.probability), abs=1e-6)
    assert judgement.score == 99
