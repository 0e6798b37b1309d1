"""Facts of a deal: read as of the moment, banded, blank where unreadable, silent on the outcome."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oppbridge.scoring.bands import bands
from oppbridge.scoring.features import NUMBERS, WORDS
from oppbridge.scoring.known import known
from oppbridge.scoring.readings import level

from .deals import NOW, STAGES, deal, seen

ORDER = {stage: place for place, stage in enumerate(STAGES)}
HISTORY = (
    seen(60, stage="qualify", amount="1000 EUR", closes="2026-03-01", owner="a", probability=10),
    seen(45, stage="propose", amount="1500 EUR", closes="2026-04-01"),
    seen(41, stage="develop", closes="2026-03-20", owner="b"),
    seen(20, closes="2026-05-01", probability=40, forecast="committed"),
)
VALUES: dict[str, Any] = {
    "stage": "develop",
    "amount": "1500 EUR",
    "closes": "2026-05-01",
    "owner": "b",
    "probability": 40,
    "created": "2026-01-04T09:12:00Z",
    "activities": 3,
    "last_activity": "2026-04-24T09:12:00Z",
    "next_step": "2026-05-14",
    "decision_maker": True,
    "source": "Web",
    "rating": "hot",
    "forecast": "committed",
    "lines/1": True,
    "lines/1/quantity": "3",
    "lines/2": True,
    "competitors/9": True,
    "competitors/9/name": "Rival",
    "stakeholders/5": True,
    "stakeholders/5/role": "Decision maker",
}
EXPECTED: dict[str, tuple[float | None, str]] = {
    "activities": (3, "1 to 3"),
    "age": (120, "91 to 180"),
    "amount": (1500, "1000 to 9999"),
    "amount_changes": (1, "1 to 2"),
    "amount_growth": (50, "21 and more"),
    "competitors": (1, "1"),
    "days_to_close": (-3, "under 0"),
    "forecast_changes": (0, "0"),
    "idle": (10, "8 to 14"),
    "lines": (2, "2 to 5"),
    "moves_back": (1, "1 and more"),
    "next_step": (10, "0 to 14"),
    "owner_changes": (1, "1"),
    "probability": (40, "25 to 49"),
    "probability_changes": (1, "1 to 2"),
    "pushed_days": (31 + 42, "31 and more"),
    "pushes": (2, "2 and more"),
    "quarter_end": (57, "31 and more"),
    "stage_days": (41, "31 to 90"),
    "stakeholders": (1, "1 to 2"),
}


def test_every_number_has_an_expectation_here():
    assert set(EXPECTED) == set(NUMBERS)


@pytest.mark.parametrize("name", EXPECTED)
def test_numbers_are_read_and_banded(name):
    number, found = NUMBERS[name], known(deal(history=HISTORY, **VALUES), NOW, ORDER)
    value = number.read(found)
    assert (value, bands(number.cuts, number.lowest).name(value)) == EXPECTED[name]


def test_words_are_read():
    found = known(deal(history=HISTORY, **VALUES), NOW, ORDER)
    said = {name: word.read(found) for name, word in WORDS.items()}
    assert said == {
        "budget_status": "none",
        "decision_maker": "yes",
        "forecast": "committed",
        "month": "5",
        "need": "none",
        "purchase_process": "none",
        "rating": "hot",
        "roles": "decision_maker",
        "source": "Web",
        "timeframe": "none",
    }


def facts(subject):
    found = known(subject, NOW, ORDER)
    return [n.read(found) for n in NUMBERS.values()] + [w.read(found) for w in WORDS.values()]


OUTCOME = st.fixed_dictionaries(
    {},
    optional={
        "actual_amount": st.just("99999 EUR"),
        "closed": st.dates().map(str),
        "reason": st.text(min_size=1),
        "status": st.sampled_from(["open", "won", "lost", "canceled"]),
        "forecast": st.sampled_from(["won", "lost", "Won", "closed"]),
        "score": st.integers(1, 99),
        "grade": st.sampled_from("ABCD"),
        "reasons": st.text(),
    },
)


@given(OUTCOME)
def test_no_fact_tells_what_only_the_outcome_brings(outcome):
    plain = {**VALUES, "forecast": None}
    assert facts(deal(**{**plain, **outcome})) == facts(deal(**plain))


ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-(10**400), 10**400),
    st.text(),
    st.sampled_from(
        [
            "NaN EUR",
            "1e999 EUR",
            "-Infinity",
            "",
            " ",
            "2026-13-45",
            "2026-05-04T10:00:00",
            "\ud800",
            "0000-00-00",
            'a\nb"c',
            "1e308 EUR",
            "9999-12-31",
            "0001-01-01T00:00:00Z",
            "½",
        ]
    ),
)


@given(st.dictionaries(st.sampled_from([*VALUES, "status", "x/y/z", "stakeholders/1/role"]), ODD))
def test_odd_values_are_blank_or_a_level_and_every_fact_can_be_said(odd):
    subject = deal(history=[seen(4, **odd), seen(3, **VALUES), seen(2, **odd)], **odd)
    found = known(subject, NOW, ORDER)
    for number in NUMBERS.values():
        value = number.read(found)
        assert value is None or float("-inf") < value < float("inf")
        assert number.told(value)
        assert bands(number.cuts, number.lowest).name(value)
    for word in WORDS.values():
        assert 0 < len(word.read(found)) <= 60


@given(ODD)
def test_a_level_is_one_short_line_that_any_system_can_hold(value):
    text = level(value)
    assert 0 < len(text) <= 60
    assert "\n" not in text
    assert text.encode("utf-8")
    assert level(text) == text


@given(st.lists(st.integers(-50, 50), min_size=1, unique=True).map(sorted), st.integers(-60, 60))
def test_a_cut_belongs_to_the_band_above_it(cuts, number):
    found = bands(cuts, None)
    assert len(set(found.names)) == len(cuts) + 1
    assert found.names.index(found.name(number)) == sum(cut <= number for cut in cuts)
    assert found.name(None) == "none"
