"""The usual mistakes of scoring, each caught: time travel, dirt, order, batches, additivity."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oppbridge.decision import Observed, Subject
from oppbridge.records import build
from oppbridge.scoring import Rates, RatesSettings, Rules, RulesSettings
from oppbridge.scoring.judgement import logit

from .deals import NOW, STAGES, closings, days_ago, deal

LEARNED = Rates(RatesSettings()).score(
    [
        *closings(40, 30, source="Web", stage="propose", owner="a"),
        *closings(20, 60, source="Fair", stage="develop", owner="b"),
        *(deal(str(n), source="Web", stage=STAGES[n % 4]) for n in range(60)),
    ],
    NOW,
    None,
)[1]
SCORERS = {
    "rules": (Rules(RulesSettings()), None),
    "cold rates": (Rates(RatesSettings()), None),
    "rates": (Rates(RatesSettings()), LEARNED),
}

FIELDS = {
    "stage": st.sampled_from([*STAGES, "elsewhere"]),
    "amount": st.integers(0, 10**6).map(lambda n: f"{n} EUR"),
    "closes": st.dates(NOW.date().replace(year=2025), NOW.date().replace(year=2027)).map(str),
    "source": st.sampled_from(["Web", "Fair", 'New\n"one"', None]),
    "owner": st.sampled_from(["a", "b", "c"]),
    "rating": st.sampled_from(["hot", "warm", "cold", None]),
    "probability": st.integers(0, 100),
    "next_step": st.sampled_from(["2026-05-10", "2026-01-01", None]),
    "activities": st.integers(0, 9),
    "competitors/1": st.sampled_from([True, None]),
}
CHANGES = st.fixed_dictionaries({}, optional=FIELDS)
OUTCOME = st.fixed_dictionaries(
    {"status": st.sampled_from(["won", "lost", "canceled", "open"])},
    optional={
        **FIELDS,
        "actual_amount": st.just("9 EUR"),
        "closed": st.just("2026-05-01"),
        "reason": st.text(),
    },
)


@st.composite
def histories(draw, low, high, what=CHANGES):
    """Entries true between `high` and `low` days ago, each seen a little later, in order of seen."""
    ages = draw(st.lists(st.tuples(st.floats(low, high), st.floats(0, 3)), max_size=6))
    seen_at = sorted((max(since - late, low), since) for since, late in ages)
    return [observed(draw, since, seen, what) for seen, since in reversed(seen_at)]


def observed(draw, since, seen, what):
    system, said = draw(st.sampled_from(["sales", "other"])), draw(what)
    if system == "other":  # the same parts bear other keys there
        said = {path: value for path, value in said.items() if "/" not in path}
    return Observed(system, days_ago(since), days_ago(seen), said)


def fold(history):
    values = {}
    for entry in history:
        values.update(entry.values)
    return values


@pytest.mark.parametrize("name", SCORERS)
@given(histories(10, 90), histories(0, 9.99, OUTCOME), histories(10.01, 60))
def test_what_is_seen_later_does_not_change_an_earlier_score_by_one_bit(
    name, past, later, backdated
):
    scorer, learned = SCORERS[name]
    moment = days_ago(10)
    values = {"status": "open", "name": "Deal", **fold(past)}
    then = Subject("opportunity", "d", values, {}, tuple(past))
    # What was true earlier but seen only now is as unknown then as what happens later.
    imported = [Observed(e.system, e.since, days_ago(5), e.values) for e in backdated]
    history = (*past, *sorted([*later, *imported], key=lambda e: e.seen))
    now = Subject("opportunity", "d", {**values, **fold(history)}, {}, history)
    assert scorer.score([now], moment, learned) == scorer.score([then], moment, learned)


@pytest.mark.parametrize("name", SCORERS)
@given(histories(0, 90), CHANGES)
def test_the_terms_add_up_to_the_log_odds_of_the_probability(name, history, values):
    scorer, learned = SCORERS[name]
    judgement, _ = scorer.judge(deal(history=history, **values), NOW, learned)
    total = judgement.intercept + sum(term.effect for term in judgement.terms)
    assert total == pytest.approx(logit(judgement.probability), abs=1e-6)


SUBJECTS = st.lists(
    st.builds(lambda v, h: deal(history=h, **v), CHANGES, histories(0, 90)), min_size=1, max_size=6
)


@pytest.mark.parametrize("name", SCORERS)
@given(SUBJECTS)
@settings(max_examples=50)
def test_a_record_gets_the_same_bytes_twice_alone_or_in_a_batch(name, subjects):
    scorer, learned = SCORERS[name]
    batch, _ = scorer.score(subjects, NOW, learned)
    again, _ = scorer.score(subjects, NOW, learned)
    alone = [scorer.score([subject], NOW, learned)[0][0] for subject in subjects]
    assert batch == again == alone


@pytest.mark.parametrize("name", SCORERS)
@given(
    SUBJECTS, st.lists(st.sampled_from(closings(3, 3, source="Web")), unique_by=id), st.randoms()
)
@settings(max_examples=50)
def test_the_order_of_records_and_fields_changes_nothing(name, subjects, closed, rng):
    scorer, learned = SCORERS[name]
    everyone = [*subjects, *closed]
    places = list(range(len(everyone)))
    rng.shuffle(places)

    def shuffled(values):
        items = list(values.items())
        rng.shuffle(items)
        return dict(items)

    mixed = [
        Subject(
            s.entity,
            s.uid,
            shuffled(s.values),
            shuffled(s.before),
            [Observed(e.system, e.since, e.seen, shuffled(e.values)) for e in s.history],
        )
        for s in (everyone[place] for place in places)
    ]
    answers, after = scorer.score(everyone, NOW, learned)
    mixed_answers, mixed_after = scorer.score(mixed, NOW, learned)
    assert [answers[place] for place in places] == list(mixed_answers)
    assert after == mixed_after


DIRT = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(max_size=2_500),
    st.sampled_from(["NaN EUR", "∞", "-1e400 EUR", "2026-02-30", 'a\n"b"', "\ud800", "=1+1", "😀"]),
)


@pytest.mark.parametrize("name", SCORERS)
@given(
    st.dictionaries(st.sampled_from([*FIELDS, "status", "created", "last_activity"]), DIRT),
    st.dictionaries(st.sampled_from([*FIELDS, "status"]), DIRT),
)
def test_dirty_records_are_all_scored_with_values_a_record_can_hold(name, values, before):
    scorer, learned = SCORERS[name]
    history = [Observed("sales", days_ago(3), days_ago(2), values)]
    subject = Subject("opportunity", "d", values, before, history)
    answers, after = scorer.score([subject, deal("other")], NOW, learned)
    if values.get("status") not in ("won", "lost", "canceled"):
        assert 1 <= answers[0]["score"] <= 99
    for answer in answers:
        build("opportunity", answer)
    scorer.score([deal("next")], NOW, after)


def test_dirt_costs_little_accuracy():
    from .real import area

    rng, rates = random.Random(11), {"Web": 0.7, "Fair": 0.3, "Call": 0.15}

    def made(many):
        return [
            (source, int(rng.random() < rates[source])) for source in rng.choices([*rates], k=many)
        ]

    def dirty(source):
        return rng.choice(["", None, "???", "n/a\n", 7]) if rng.random() < 0.05 else source

    def learned_from(deals, cell):
        closed = [
            Subject(
                "opportunity",
                str(n),
                {"status": "won" if won else "lost"},
                {"status": "open", "source": cell(source)},
            )
            for n, (source, won) in enumerate(deals)
        ]
        return Rates(RatesSettings()).score(closed, NOW, None)[1]

    def auc(deals, cell, learned):
        scorer = Rates(RatesSettings())
        return area(
            [
                (scorer.judge(deal(source=cell(source)), NOW, learned)[0].probability, won)
                for source, won in deals
            ]
        )

    train, test = made(2_000), made(2_000)
    clean = auc(test, str, learned_from(train, str))
    assert clean > 0.7
    assert auc(test, str, learned_from(train, dirty)) > clean - 0.02
