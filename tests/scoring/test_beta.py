"""The Beta distribution against exact sums, closed forms and its own mirror."""

from __future__ import annotations

from fractions import Fraction
from math import asin, comb, pi, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oppbridge.scoring.beta import beta_below, beta_interval, beta_quantile

SHAPES = st.floats(0.05, 5_000)
POINTS = st.floats(0.0005, 0.9995)


def exact(x, a, b):
    """For whole a and b, a sum of binomial chances in exact arithmetic."""
    n = a + b - 1
    return float(sum(comb(n, j) * x**j * (1 - x) ** (n - j) for j in range(a, n + 1)))


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 99))
def test_whole_shapes_agree_with_the_exact_binomial_sum(a, b, percent):
    x = Fraction(percent, 100)
    assert beta_below(float(x), a, b) == pytest.approx(exact(x, a, b), abs=1e-12, rel=1e-9)


@given(POINTS)
def test_half_shapes_follow_the_arcsine_law(x):
    assert beta_below(x, 0.5, 0.5) == pytest.approx(2 / pi * asin(sqrt(x)), abs=1e-10)


@given(POINTS, SHAPES, SHAPES)
def test_it_is_a_chance_and_mirrors(x, a, b):
    below = beta_below(x, a, b)
    assert 0 <= below <= 1
    assert below == pytest.approx(1 - beta_below(1 - x, b, a), abs=1e-9)


@pytest.mark.parametrize("a", [1, 30, 1_000, 1_000_000])
def test_even_shapes_split_in_the_middle_however_large(a):
    assert beta_below(0.5, a, a) == pytest.approx(0.5, abs=1e-8)


@given(st.floats(0.001, 0.999), st.floats(0.5, 2_000), st.floats(0.5, 2_000))
def test_the_quantile_undoes_the_cumulative_form(share, a, b):
    assert beta_below(beta_quantile(share, a, b), a, b) == pytest.approx(share, abs=1e-6)


def test_the_interval_of_the_flat_distribution_leaves_a_fortieth_on_either_side():
    assert beta_interval(1, 1) == (pytest.approx(0.025), pytest.approx(0.975))


def test_the_interval_of_three_wins_in_ten_after_a_flat_start_is_the_textbook_one():
    # Beta(4, 8): qbeta(c(.025, .975), 4, 8) in R.
    assert beta_interval(4, 8) == (
        pytest.approx(0.10926, abs=1e-5),
        pytest.approx(0.60974, abs=1e-5),
    )


@pytest.mark.parametrize(("x", "expected"), [(-1, 0), (0, 0), (1, 1), (2, 1)])
def test_outside_the_unit_everything_or_nothing_lies_below(x, expected):
    assert beta_below(x, 2, 3) == expected


@pytest.mark.parametrize("shapes", [(0, 1), (1, -1), (float("nan"), 1), (1, float("inf"))])
def test_impossible_shapes_are_refused(shapes):
    with pytest.raises(ValueError, match="not defined"):
        beta_below(0.5, *shapes)
