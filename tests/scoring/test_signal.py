"""Signal and leaks: an input must beat the base rate, and must not know the answer."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oppbridge.scoring import Rates, RatesSettings
from oppbridge.scoring.counts import Learned, Sample
from oppbridge.scoring.signal import area_under, leaks, note, skill, tells

from .deals import NOW, closings, deal


def brute_force_skill(tallies, k):
    deals = [(lv, y) for lv, (w, n) in tallies.items() for y in [1] * w + [0] * (n - w)]
    error = base_error = 0.0
    for at, (lv, y) in enumerate(deals):
        others = deals[:at] + deals[at + 1 :]
        base = sum(o[1] for o in others) / len(others)
        same = [o[1] for o in others if o[0] == lv]
        rate = (sum(same) + k * base) / (len(same) + k)
        error += (rate - y) ** 2
        base_error += (base - y) ** 2
    return 1 - error / base_error if base_error else 0.0


TALLIES = st.dictionaries(
    st.sampled_from("abcd"),
    st.integers(0, 12).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    min_size=1,
)


@given(TALLIES)
def test_skill_is_what_leaving_one_out_by_hand_gives(tallies):
    if sum(n for _, n in tallies.values()) >= 2:
        assert skill(tallies, 20)[0] == pytest.approx(brute_force_skill(tallies, 20), abs=1e-9)


def test_chance_alone_rarely_tells():
    rng, told = random.Random(7), 0
    for _ in range(200):
        tallies = {}
        for level in range(30):
            tallies[str(level)] = (sum(rng.random() < 0.4 for _ in range(20)), 20)
        told += tells(tallies, 20)
    assert told <= 4


def test_one_level_per_deal_tells_nothing():
    assert not tells({str(n): (n % 2, 1) for n in range(500)}, 20)


def test_a_real_difference_tells():
    assert tells({"a": (60, 100), "b": (20, 100)}, 20)


def learned(source, sample=None):
    won = sum(w for w, _ in source.values())
    closed = sum(n for _, n in source.values())
    return Learned({"none": (won, closed)}, {}, {"source": source}, sample or Sample())


def test_the_note_says_why_there_is_no_grade():
    assert "5 won and 10 lost so far" in note(learned({"a": (5, 15)}), 20, frozenset())
    assert "in 40 closed deals yet" in note(learned({"a": (20, 40)}), 20, frozenset())
    assert "base rate of 100 closed deals" in note(learned({"a": (50, 100)}), 20, frozenset())
    assert note(learned({"a": (60, 100), "b": (20, 100)}), 20, frozenset()) is None


def test_without_signal_in_plenty_of_deals_the_base_rate_is_shown_ungraded():
    rng = random.Random(3)
    subjects = []
    for n in range(400):
        subjects += closings(*((1, 0) if rng.random() < 0.6 else (0, 1)), source=str(n % 20))
    scorer = Rates(RatesSettings(inputs={"source": ["source"]}, hidden=[]))
    text = scorer.score(subjects, NOW, None)[1]
    judgement, _ = scorer.judge(deal(source="7"), NOW, text)
    answer = scorer.score([deal(source="7")], NOW, text)[0][0]
    assert judgement.probability == pytest.approx(judgement.base_rate)
    assert not judgement.terms
    assert answer["grade"] is None
    assert "not enough signal" in answer["reasons"]


def test_an_input_filled_by_closing_is_refused():
    sample = Sample(seen=100, filled={"source": 1})
    source = {"price": (12, 50), "features": (35, 50), "none": (0, 10)}
    assert "filled in closed deals, never in open ones" in leaks(learned(source, sample))["source"]
    assert not leaks(learned(source, Sample(seen=100, filled={"source": 60})))
    assert not leaks(learned(source, Sample(seen=10)))


def test_an_input_that_knows_the_answer_alone_is_refused():
    source = {"yes": (50, 52), "no": (1, 60)}
    assert "alone it foretells" in leaks(learned(source))["source"]
    assert not leaks(learned({"yes": (40, 52), "no": (20, 60)}))


def test_many_rare_levels_do_not_look_like_a_leak():
    assert area_under({str(n): (n % 2, 1) for n in range(100)}) == 0.5


def test_a_leaking_input_is_not_used_and_is_warned_of():
    text = Rates(RatesSettings()).score(
        [
            *closings(50, 1, source="Won deal", kind="a"),
            *closings(1, 60, source="Lost", kind="b"),
            *closings(10, 30, source="Lost", kind="a"),
        ],
        NOW,
        None,
    )[1]
    judgement, _ = Rates(RatesSettings()).judge(deal(source="Lost", kind="a"), NOW, text)
    assert "source" not in {t.feature for t in judgement.terms}
    assert any("source is refused" in warning for warning in judgement.basis.warnings)


@given(TALLIES)
def test_area_is_what_comparing_every_pair_gives(tallies):
    tallies = {name: (w + 20, n + 45) for name, (w, n) in tallies.items()}
    won = [w / n for w, n in tallies.values() for _ in range(w)]
    lost = [w / n for w, n in tallies.values() for _ in range(n - w)]
    hits = sum((a > b) + (a == b) / 2 for a in won for b in lost)
    assert area_under(tallies) == pytest.approx(hits / (len(won) * len(lost)))
