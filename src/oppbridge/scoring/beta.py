"""The Beta distribution: its cumulative form and its interval, with the standard library alone.

The continued fraction is DLMF 8.17.22 (dlmf.nist.gov), evaluated by the modified Lentz method.
"""

from __future__ import annotations

from math import exp, inf, isnan, lgamma, log, log1p

_TINY = 1e-300
_CLOSE = 3e-16
_TURNS = 100_000
_HALVINGS = 200


def beta_below(x: float, a: float, b: float) -> float:
    """P(X <= x) for X ~ Beta(a, b), to about 1e-12. Raises ValueError unless a > 0 and b > 0."""
    if not (0 < a < inf and 0 < b < inf) or isnan(x):
        raise ValueError(f"Beta({a}, {b}) at {x} is not defined")
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    # The fraction converges fast only below the mean; above it the mirror image is used.
    if x < (a + 1) / (a + b + 2):
        return min(1.0, front * _fraction(x, a, b) / a)
    return max(0.0, 1 - front * _fraction(1 - x, b, a) / b)


def _fraction(x: float, a: float, b: float) -> float:
    c, d = 1.0, 1 / _away(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, _TURNS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d, c = 1 / _away(1 + even * d), _away(1 + even / c)
        value *= d * c
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d, c = 1 / _away(1 + odd * d), _away(1 + odd / c)
        value *= d * c
        if abs(d * c - 1) < _CLOSE:
            break
    return value


def _away(number: float) -> float:
    return number if abs(number) > _TINY else _TINY


def beta_quantile(share: float, a: float, b: float) -> float:
    """The x below which `share` of Beta(a, b) lies, by bisection."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if beta_below(middle, a, b) < share:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def beta_interval(a: float, b: float) -> tuple[float, float]:
    """The middle 95 % of Beta(a, b)."""
    return beta_quantile(0.025, a, b), beta_quantile(0.975, a, b)
