"""Rung 1: shrunk rates from the first closed deal."""

from __future__ import annotations

import json

import pytest

from oppbridge.scoring import Rates, RatesSettings
from oppbridge.scoring.judgement import logistic, logit
from oppbridge.scoring.tables import shrunk

from .deals import NOW, closed, closings, deal, seen

BY_SOURCE = [*closings(60, 40, source="Web"), *closings(20, 80, source="Fair")]


def learn(subjects, **settings):
    return Rates(RatesSettings(**settings)).score(subjects, NOW, None)[1]


def score_of(subject, learned, **settings):
    return Rates(RatesSettings(**settings)).score([subject], NOW, learned)[0][0]


def test_a_level_s_rate_is_drawn_towards_its_parent_s_by_twenty_deals():
    assert shrunk((3, 10), 0.5, 20) == pytest.approx(13 / 30)
    assert shrunk((0, 0), 0.5, 20) == 0.5


def test_until_a_deal_has_closed_the_rules_judge():
    assert json.loads(score_of(deal(stage="develop"), None)["reasons"])["rung"] == 0


def test_from_the_first_closed_deal_the_rates_judge():
    learned = learn(closings(1, 0, source="Web"))
    answer = json.loads(score_of(deal(source="Web"), learned)["reasons"])
    assert (answer["rung"], answer["closed"]) == (1, 1)
    assert answer["note"] == "not enough signal: 1 won and 0 lost so far"


def test_one_closed_deal_hardly_moves_the_default():
    answer = score_of(deal(source="Web"), learn(closings(1, 0, source="Web")), default=0.25)
    assert 25 < answer["score"] < 33


def test_the_terms_are_weighted_and_centred_log_odds_of_shrunk_rates():
    scorer = Rates(RatesSettings(default=0.25))
    learned = learn(BY_SOURCE, default=0.25)
    judgement, _ = scorer.judge(deal(source="Web"), NOW, learned)
    base = (80 + 20 * 0.25) / 220
    pipeline = (80 + 20 * base) / 220
    rate = (60 + 20 * base) / 120
    other = (20 + 20 * base) / 120
    raw, raw_other = (100 / 120 * (logit(r) - logit(base)) for r in (rate, other))
    effect = raw - (raw + raw_other) / 2
    (term,) = [t for t in judgement.terms if t.feature == "source"]
    assert judgement.base_rate == pytest.approx(pipeline)
    assert term.effect == pytest.approx(effect)
    assert (term.won, term.closed) == (60, 100)
    others = sum(t.effect for t in judgement.terms if t.feature != "source")
    assert judgement.probability == pytest.approx(logistic(logit(pipeline) + effect + others))


def test_a_reason_gives_the_fact_then_the_comparison_with_counts():
    answer = json.loads(score_of(deal(source="Fair"), learn(BY_SOURCE))["reasons"])
    assert answer["reasons"][0]["text"] == (
        "Source: Fair; 20 of 100 deals like it were won, 20 %, against 39 %"
    )


def test_a_stage_is_judged_by_all_deals_that_reached_it():
    subjects = [*closings(30, 0, stage="close"), *closings(0, 60, stage="qualify")]
    judgement, _ = Rates(RatesSettings()).judge(deal(stage="propose"), NOW, learn(subjects))
    (term,) = [t for t in judgement.terms if t.feature == "stage"]
    assert (term.won, term.closed) == (30, 30)


def test_an_unknown_level_has_no_effect_and_is_told():
    judgement, _ = Rates(RatesSettings()).judge(deal(source="New"), NOW, learn(BY_SOURCE))
    assert "source=New" in judgement.unseen
    assert not [t for t in judgement.terms if t.feature == "source"]


def test_levels_with_fewer_than_five_deals_are_judged_together():
    rare = [closed(str(n), "won", source=f"rare {n}") for n in range(8)]
    judgement, _ = Rates(RatesSettings()).judge(
        deal(source="rare 3"), NOW, learn([*BY_SOURCE, *rare])
    )
    (term,) = [t for t in judgement.terms if t.feature == "source"]
    assert (term.level, term.won, term.closed) == ("other levels", 8, 8)


def test_who_owns_a_deal_counts_but_is_never_named():
    subjects = [*closings(50, 10, owner="Ann Lee"), *closings(10, 50, owner="Bob Ray")]
    learned = learn(subjects)
    ann, bob = (score_of(deal(owner=name), learned) for name in ("Ann Lee", "Bob Ray"))
    assert ann["score"] > 60
    assert bob["score"] < 40
    assert not json.loads(ann["reasons"])["reasons"]
    judgement, _ = Rates(RatesSettings()).judge(deal(owner="Cy Doe"), NOW, learned)
    assert judgement.unseen == ("owner",)


def test_inputs_that_say_nothing_add_nothing():
    learned = learn(closings(90, 10))
    judgement, _ = Rates(RatesSettings()).judge(deal(), NOW, learned)
    assert [t.effect for t in judgement.terms if t.feature != "stage"] == pytest.approx(
        [0.0, 0.0, 0.0]
    )


def test_pipelines_start_from_their_own_rate():
    field = {"custom.pipeline": "big"}
    small = {"custom.pipeline": "small"}
    learned = learn([*closings(40, 10, **field), *closings(10, 40, **small)])
    scorer = Rates(RatesSettings())
    big, _ = scorer.judge(deal(**field), NOW, learned)
    other, _ = scorer.judge(deal(**{"custom.pipeline": "third"}), NOW, learned)
    assert big.base_rate > 0.7
    assert other.base_rate == pytest.approx((50 + 20 * 0.25) / 120)


def test_the_account_type_is_the_first_of_its_fields_that_is_filled():
    by_kind = [*closings(40, 10, kind="a"), *closings(10, 40, **{"custom.account_type": "b"})]
    judgement, _ = Rates(RatesSettings()).judge(
        deal(kind="a", **{"custom.account_type": "b"}), NOW, learn(by_kind)
    )
    (term,) = [t for t in judgement.terms if t.feature == "account_type"]
    assert (term.won, term.closed) == (10, 50)


def test_deals_that_close_in_a_call_are_counted_before_its_open_ones_are_scored():
    scorer = Rates(RatesSettings())
    together, _ = scorer.score([deal(source="Web"), *BY_SOURCE], NOW, None)
    assert together[0] == score_of(deal(source="Web"), learn(BY_SOURCE))


def test_closed_deals_get_nothing():
    answers, _ = Rates(RatesSettings()).score([*BY_SOURCE, deal()], NOW, None)
    assert [bool(answer) for answer in answers] == [False] * len(BY_SOURCE) + [True]


def test_what_was_learned_is_unchanged_when_nothing_closed_and_grades_are_cut():
    learned = learn([*BY_SOURCE, *(deal(str(n), source="Web") for n in range(60))])
    again = Rates(RatesSettings()).score([deal(source="Fair")], NOW, learned)[1]
    assert again == learned


def test_a_reopened_deal_is_scored_again_and_no_longer_counts():
    history = [seen(9, status="open", source="Web"), seen(5, status="won"), seen(1, status="open")]
    first = closed("d", "won", history[:2], source="Web")
    back = deal("d", history, {"status": "won", "source": "Web"}, source="Web")
    answers, learned = Rates(RatesSettings()).score([back], NOW, learn([first]))
    assert answers[0]["score"]
    assert json.loads(learned)["pipelines"] == {}


def test_inputs_must_be_known_to_be_hidden():
    with pytest.raises(ValueError, match="did you mean 'source'"):
        RatesSettings(hidden=["sauce"])
