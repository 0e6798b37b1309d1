"""Real deals: rates beat the base rate where there is signal, and say so where there is none."""

from __future__ import annotations

from itertools import pairwise

import pytest

from oppbridge.decision import Subject
from oppbridge.scoring import Rates, RatesSettings
from oppbridge.scoring.counts import load

from .real import BPI_STAGES, area, bpi, bpi_closed, bpi_history, brier, maven

pytestmark = pytest.mark.integration

STAGES = dict(zip(BPI_STAGES, (0.15, 0.2, 0.3, 0.4, 0.6), strict=True))


@pytest.fixture(scope="module")
def cases():
    return bpi()


@pytest.fixture(scope="module")
def cut(cases):
    """70 % of the cases begin before it. Learn from what ended before it, test on what began after."""
    return sorted(start for start, *_ in cases.values())[int(0.7 * len(cases))]


@pytest.fixture(scope="module")
def learned(cases, cut):
    done = [
        bpi_closed(case, end, won, moments)
        for case, (_, end, won, moments) in cases.items()
        if end < cut
    ]
    return Rates(RatesSettings(stages=STAGES)).score(done, cut, None)[1]


def at(case, moments, moment):
    history = [entry for entry in bpi_history(moments) if entry.seen <= moment]
    values = {"status": "open", "stage": history[-1].values["stage"]}
    return Subject("opportunity", case, values, {}, history)


def test_rates_by_stage_beat_the_base_rate_on_later_cases(cases, cut, learned):
    scorer = Rates(RatesSettings(stages=STAGES))
    judged, base = [], []
    for case, (start, _, won, moments) in cases.items():
        for moment, _ in moments if start >= cut else ():
            judgement, _ = scorer.judge(at(case, moments, moment), moment, learned)
            judged.append((judgement.probability, won))
            base.append((judgement.base_rate, won))
    share = sum(won for _, won in judged) / len(judged)
    print(
        f"{len(judged)} moments: Brier {brier(judged):.4f}, base rate {brier(base):.4f}, "
        f"best constant {share * (1 - share):.4f}, AUC {area(judged):.3f}"
    )
    assert brier(judged) < brier(base) - 0.05
    assert brier(judged) < share * (1 - share)  # beats even the best constant in hindsight
    assert 0.68 < area(judged) < 0.72
    assert judgement.basis.note is None


def test_a_closed_case_scores_at_every_moment_as_it_did_then(cases, cut, learned):
    scorer = Rates(RatesSettings(stages=STAGES))
    for case, (_, end, won, moments) in list(cases.items())[::97]:
        over = bpi_closed(case, end, won, moments)
        for moment, _ in moments:
            if moment < end:
                then = at(case, moments, moment)
                unscored = Subject("opportunity", case, over.values, {}, over.history)
                assert scorer.score([unscored], moment, learned) == scorer.score(
                    [then], moment, learned
                )


def test_stage_rates_rise_along_the_process(learned):
    tallies = load(learned).stages["none"]
    rates = [tallies[stage][0] / tallies[stage][1] for stage in BPI_STAGES]
    assert all(low <= high for low, high in pairwise(rates))


def test_where_nothing_known_foretells_the_outcome_the_base_rate_is_shown_ungraded():
    deals = maven()
    cut = int(0.8 * len(deals))
    scorer = Rates(RatesSettings())
    moment = deals[cut][0]
    _, text = scorer.score([over for *_, over in deals[:cut]], moment, None)
    judged, base = [], []
    for closed, won, open_, _ in deals[cut:]:
        judgement, _ = scorer.judge(open_, closed, text)
        judged.append((judgement.probability, won))
        base.append((judgement.base_rate, won))
    assert "not enough signal" in judgement.basis.note
    assert abs(brier(judged) - brier(base)) <= 0.004
    assert scorer.score([deals[-1][2]], deals[-1][0], text)[0][0]["grade"] is None


def test_even_before_that_is_known_rates_stay_near_the_base_rate():
    deals = maven()
    scorer, text, judged, base = Rates(RatesSettings()), None, [], []
    for start in range(0, 1_000, 10):
        for closed, won, open_, _ in deals[start : start + 10]:
            judgement, _ = scorer.judge(open_, closed, text)
            judged.append((judgement.probability, won))
            base.append((judgement.base_rate, won))
        batch = [over for *_, over in deals[start : start + 10]]
        _, text = scorer.score(batch, deals[start + 9][0], text)
    assert brier(judged) - brier(base) <= 0.004
