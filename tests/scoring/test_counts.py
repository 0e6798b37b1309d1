"""What is learned: sums that forget nothing, in any order, and refuse foreign text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oppbridge.errors import Invalid
from oppbridge.scoring.counts import (
    MOST_LEVELS,
    OTHER,
    Closing,
    Learned,
    count,
    dump,
    load,
    summed,
)

WORDS = st.sampled_from(["none", "Web", "Fair", 'é\n"', "x" * 60])
CLOSINGS = st.lists(
    st.builds(
        Closing,
        st.just(1),
        st.integers(0, 1),
        WORDS,
        st.frozensets(WORDS, max_size=3),
        st.fixed_dictionaries({"source": WORDS, "owner": WORDS}),
    ),
    max_size=30,
)


@given(CLOSINGS, st.randoms())
def test_the_order_of_closings_changes_no_byte(closings, random):
    shuffled = list(closings)
    random.shuffle(shuffled)
    assert dump(count(Learned(), closings)) == dump(count(Learned(), shuffled))


@given(CLOSINGS, st.integers(0, 30))
def test_counting_in_two_goes_is_counting_in_one(closings, at):
    twice = count(count(Learned(), closings[:at]), closings[at:])
    assert dump(twice) == dump(count(Learned(), closings))


@given(CLOSINGS)
def test_what_was_counted_can_be_taken_back(closings):
    back = [Closing(-1, c.won, c.pipeline, c.stages, c.levels) for c in closings]
    undone = count(count(Learned(), closings), back)
    assert undone.total == (0, 0)
    assert not any(undone.inputs.values())


@given(CLOSINGS)
def test_text_and_counts_are_the_same_thing(closings):
    learned = count(Learned(), closings)
    assert dump(load(dump(learned))) == dump(learned)


@given(CLOSINGS, CLOSINGS)
def test_no_count_falls_below_nothing_or_wins_exceed_deals(closings, foreign):
    back = [Closing(-1, c.won, c.pipeline, c.stages, c.levels) for c in foreign]
    learned = count(count(Learned(), closings), back)
    tallies = [learned.pipelines, *learned.stages.values(), *learned.inputs.values()]
    assert all(0 <= won <= closed for found in tallies for won, closed in found.values())


def test_endless_levels_are_folded_and_no_deal_is_forgotten():
    closings = [
        Closing(1, n % 2, "none", frozenset(), {"source": f"level {n}"})
        for n in range(3 * MOST_LEVELS)
    ]
    closings += closings[:5]
    source = count(Learned(), closings).inputs["source"]
    assert len(source) <= MOST_LEVELS
    assert summed(source.values())[1] == len(closings)
    assert source["level 3"] == (2, 2)
    assert source[OTHER][1] > MOST_LEVELS


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "{}",
        '{"version":2}',
        "\x80\x04.",
        '{"version":1,"pipelines":{}}',
        dump(Learned()).replace('"cut_at":0', '"cut_at":-1'),
        dump(Learned()).replace('"cut_at":0', '"cut_at":0.5'),
        dump(Learned()).replace('"pipelines":{}', '"pipelines":{"a":[1]}'),
        dump(Learned()).replace('"pipelines":{}', '"pipelines":{"a":["1",2]}'),
        dump(Learned()).replace('"scores":{}', '"scores":{"x":1}'),
        dump(Learned()).replace('"cuts":null', '"cuts":[1]'),
    ],
)
def test_a_damaged_foreign_or_newer_text_is_refused_plainly(text):
    with pytest.raises(Invalid, match="rates"):
        load(text)
