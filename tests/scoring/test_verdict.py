"""Score, grade, trend, and leaving alone what has not changed."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oppbridge.scoring import Rules, RulesSettings
from oppbridge.scoring.grades import quantiles
from oppbridge.scoring.verdict import WRITTEN, grade, trend

from .deals import NOW, deal

POINTS = {"rating": {"hot": 1.0, "cold": -1.0, "warm": 0.1}, "source": {"Web": 0.2}}
SCORER = Rules(RulesSettings(points=POINTS, default=0.5))


def at(hours, before=None, **values):
    moment = NOW + timedelta(hours=hours)
    return dict(SCORER.score([deal(before=before or {}, **values)], moment, None)[0][0])


@pytest.mark.parametrize(
    ("score", "letter"),
    [(99, "A"), (60, "A"), (59, "B"), (40, "B"), (39, "C"), (20, "C"), (19, "D"), (1, "D")],
)
def test_grades_are_cut_by_their_least_scores(score, letter):
    assert grade(score, (60, 40, 20)) == letter


@pytest.mark.parametrize(
    ("score", "before", "word"),
    [
        (55, 50, "improving"),
        (54, 50, "steady"),
        (46, 50, "steady"),
        (45, 50, "declining"),
        (50, None, "not_enough_info"),
    ],
)
def test_a_trend_takes_five_points(score, before, word):
    assert trend(score, before) == word


def test_nothing_is_written_again_when_nothing_has_changed():
    first = at(0, rating="hot")
    assert at(48, before=first, rating="hot") == first


def test_a_changed_reason_is_written_even_at_the_same_score():
    first = at(0, rating="warm")
    moved = at(
        1, before={**first, "reasons": first["reasons"].replace("warm", "tepid")}, rating="warm"
    )
    assert moved["score"] == first["score"]
    assert moved["scored_at"] != first["scored_at"]


def test_a_trend_compares_with_a_score_at_least_a_day_old():
    first = at(0, rating="cold")
    assert first["trend"] == "not_enough_info"
    soon = at(23, before=first, rating="warm")
    assert soon["trend"] == "not_enough_info"
    next_day = at(25, before=soon, rating="hot")
    assert next_day["trend"] == "improving"
    assert json.loads(next_day["reasons"])["was"][0][0] == first["score"]


def test_a_deal_scored_every_hour_is_still_compared_with_about_a_day_ago():
    record = at(0, rating="cold")
    for hour in range(1, 100):
        record = at(hour, before=record, rating=("cold", "warm", "hot")[hour % 3])
        was = json.loads(record["reasons"])["was"]
        assert len(was) <= 2
        if hour > 24:
            (_, moment), *_ = was
            age = hour - (NOW - NOW).seconds
            assert record["trend"] != "not_enough_info", (hour, moment, age)


def test_the_score_compared_with_is_between_one_and_two_days_old():
    record = at(0, rating="cold")
    for hour in range(1, 200):
        record = at(hour, before=record, rating=("cold", "hot")[hour % 2])
        moments = [moment for _, moment in json.loads(record["reasons"])["was"]]
        now = NOW + timedelta(hours=hour)
        ages = [now - now.fromisoformat(moment) for moment in moments]
        old = [age for age in ages if age >= timedelta(hours=24)]
        if hour >= 24:
            assert old
            assert min(old) <= timedelta(hours=49)


BROKEN = st.fixed_dictionaries(
    {},
    optional={
        "score": st.one_of(st.none(), st.integers(), st.booleans(), st.text()),
        "grade": st.one_of(st.none(), st.text(), st.integers()),
        "scored_at": st.one_of(
            st.none(),
            st.text(),
            st.just("2026-05-01T00:00:00"),
            st.just("2030-01-01T00:00:00Z"),
            st.just("2026-05-01T00:00:00Z"),
            st.integers(),
        ),
        "reasons": st.one_of(
            st.none(),
            st.integers(),
            st.text(),
            st.sampled_from(
                [
                    "[]",
                    "{}",
                    "null",
                    '{"was":1}',
                    '{"was":[[1]]}',
                    '{"was":[[1,2],["x","y"]]}',
                    '{"reasons":[1,null,{"feature":{}}]}',
                    '{"reasons":{}}',
                    '{"was":[["5",null]]}',
                    '{"was":[[55,"2026-05-01T00:00:00"]]}',
                    "{" * 2000,
                ]
            ),
        ),
    },
)


@given(BROKEN)
def test_whatever_the_record_says_of_its_last_scoring_a_score_comes_out(before):
    answer = at(0, before=before, rating="hot")
    assert tuple(answer) == WRITTEN
    assert answer["score"] == 73


def test_a_score_from_the_future_is_no_reference():
    ahead = {**at(99, rating="cold"), "scored_at": "2030-01-01T00:00:00Z"}
    assert at(0, before=ahead, rating="hot")["trend"] == "not_enough_info"


@given(st.dictionaries(st.integers(1, 99).map(str), st.integers(1, 50), min_size=1))
def test_at_most_a_fifth_get_an_a_at_most_a_fifth_a_d_and_at_most_half_a_b_or_better(scores):
    cuts = quantiles(scores)
    total = sum(scores.values())
    by_grade = dict.fromkeys("ABCD", 0)
    for score, many in scores.items():
        by_grade[grade(int(score), cuts)] += many
    assert list(cuts) == sorted(cuts, reverse=True)
    if "99" not in scores:
        assert by_grade["A"] <= 0.2 * total
        assert by_grade["A"] + by_grade["B"] <= 0.5 * total
    assert by_grade["D"] <= 0.2 * total


def test_spread_out_scores_give_fifths_and_halves():
    assert quantiles({str(score): 1 for score in range(1, 100)}) == (81, 51, 20)
