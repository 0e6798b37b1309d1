"""Reasons: strongest first, five each way, and always short enough to be kept."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from oppbridge.scoring.judgement import Basis, Judgement, Term, logistic, total
from oppbridge.scoring.reasons import ROOM, choose, headline, points, write

from .deals import NOW

TERM = Term("source", "Web", "Web", 0.5, "Source: Web", "as ever")
BASIS = Basis(1, "rates", 10, 30)


def judged(terms):
    summed, kept = total(-0.5, terms)
    return Judgement(BASIS, 0.4, -0.5, kept, summed, logistic(summed), 0.1)


def terms(*effects):
    return [replace(TERM, feature=f"f{n:02}", effect=e) for n, e in enumerate(effects)]


def test_the_strongest_come_first_five_each_way():
    found = choose(judged(terms(*[0.1 * n for n in range(1, 9)], *[-0.1 * n for n in range(1, 9)])))
    assert [round(abs(t.effect), 1) for t in found] == sorted(
        [round(abs(t.effect), 1) for t in found], reverse=True
    )
    assert sum(t.effect > 0 for t in found) == 5
    assert sum(t.effect < 0 for t in found) == 5
    assert max(abs(t.effect) for t in found) == 0.8


def test_what_hardly_counts_or_must_not_be_named_is_no_reason():
    weak, hidden = replace(TERM, effect=0.049), replace(TERM, effect=2.0, shown=False)
    assert choose(judged([weak, hidden])) == []


def test_points_are_the_score_with_less_the_score_without():
    judgement = judged([TERM])
    assert points(judgement, TERM) == round(100 * (logistic(0.0) - logistic(-0.5)))


@given(
    st.lists(
        st.builds(
            Term,
            st.text(max_size=60),
            st.text(max_size=60),
            st.none(),
            st.floats(-3, 3, allow_nan=False),
            st.text(max_size=300),
            st.text(max_size=300),
            st.booleans(),
        ),
        max_size=12,
    )
)
def test_reasons_fit_in_2000_utf16_units_and_none_is_cut(found):
    judgement = judged(found)
    chosen = choose(judgement)
    text = write(judgement, chosen, [(5, NOW), (6, NOW)])
    assert len(text.encode("utf-16-le")) // 2 <= ROOM
    told = json.loads(text)
    kept = [(r["feature"], r["text"]) for r in told["reasons"]]
    assert kept == [(t.feature, f"{t.told}; {t.against}") for t in chosen[: len(kept)]]
    if len(kept) < len(chosen):
        more = write(judgement, chosen[: len(kept) + 1], [(5, NOW), (6, NOW)])
        assert len(json.loads(more)["reasons"]) == len(kept)


def test_emoji_count_twice_as_the_target_counts_them():
    long = [replace(t, told="😀" * 150) for t in terms(0.5, 0.4, 0.3, -0.5, -0.4, -0.3)]
    text = write(judged(long), choose(judged(long)), [])
    assert len(text) < ROOM - 300
    assert 0 < len(json.loads(text)["reasons"]) < 6


def test_the_headline_is_what_the_top_three_are_about():
    assert headline(choose(judged(terms(0.4, 0.3, 0.2, 0.1)))) == ("f00=Web", "f01=Web", "f02=Web")


@given(st.lists(st.floats(-40, 40, allow_nan=False), max_size=12), st.randoms())
def test_the_sum_does_not_depend_on_the_order_of_its_terms(effects, random):
    found = terms(*effects)
    shuffled = list(found)
    random.shuffle(shuffled)
    assert total(0.3, found)[0] == total(0.3, shuffled)[0]
