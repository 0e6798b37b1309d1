"""Whether an input tells anything: it must beat the base rate, and not know the answer."""

from __future__ import annotations

from math import sqrt

from .bands import NONE
from .counts import Learned, Tallies, summed

FEWEST = 10  # won and lost deals below which nothing can be said
PLENTY = 40  # won and lost deals from which silence means that there is nothing
LEAST_SKILL = 0.01
LEAST_SPREAD = 2.0
PERFECT = 0.90
RARE = 5


def skill(tallies: Tallies, k: float, rows: float = 1.0) -> tuple[float, float]:
    """The share of the base rate's squared error that the levels remove, and how sure that is.

    Each deal is judged by the others (leave one out), so that an input with as many levels as
    deals gains nothing. The second figure is the gain over its standard error; `rows` is how many
    levels a deal is counted in.
    """
    won, closed = summed(tallies.values())
    if closed < 2:
        return 0.0, 0.0
    gains = squares = errors = 0.0
    for w, n in (tallies[level] for level in sorted(tallies)):
        for outcome, many in ((1, w), (0, n - w)):
            if not many:
                continue
            base = (won - outcome) / (closed - 1)
            rate = (w - outcome + k * base) / (n - 1 + k)
            gain = (base - outcome) ** 2 - (rate - outcome) ** 2
            gains, squares = gains + many * gain, squares + many * gain * gain
            errors += many * (base - outcome) ** 2
    if not errors or not squares:
        return 0.0, 0.0
    return gains / errors, gains / sqrt(squares * rows)


def tells(tallies: Tallies, k: float, rows: float = 1.0) -> bool:
    """Whether the levels beat the base rate by more than chance would."""
    share, sure = skill(tallies, k, rows)
    return share >= LEAST_SKILL and sure >= LEAST_SPREAD


def signal(learned: Learned, k: float, refused: frozenset[str]) -> bool:
    """Whether the stage or any input that is not refused tells something."""
    for name, tallies in learned.inputs.items():
        if name not in refused and tells(tallies, k):
            return True
    for pipeline, tallies in learned.stages.items():
        closed = learned.pipelines.get(pipeline, (0, 0))[1]
        rows = max(1.0, summed(tallies.values())[1] / max(closed, 1))
        if tells(tallies, k, rows):
            return True
    return False


def note(learned: Learned, k: float, refused: frozenset[str]) -> str | None:
    """Why there is no grade; None where there is enough to tell deals apart."""
    won, closed = learned.total
    few = min(won, closed - won)
    if few < FEWEST:
        return f"not enough signal: {won} won and {closed - won} lost so far"
    if signal(learned, k, refused):
        return None
    if few < PLENTY:
        return f"not enough signal: nothing beats the base rate in {closed} closed deals yet"
    return f"not enough signal: nothing known beats the base rate of {closed} closed deals"


def leaks(learned: Learned) -> dict[str, str]:
    """The inputs that know the answer, each with how it was found out."""
    found = {}
    for name in sorted(learned.inputs):
        tallies = learned.inputs[name]
        if _filled_by_closing(learned, name):
            found[name] = f"{name} is refused: filled in closed deals, never in open ones"
        elif (area := area_under(tallies)) >= PERFECT:
            found[name] = f"{name} is refused: alone it foretells {100 * area:.0f} % of outcomes"
    return found


def _filled_by_closing(learned: Learned, name: str) -> bool:
    tallies, sample = learned.inputs[name], learned.open
    closed = summed(tallies.values())[1]
    if closed < 2 * PLENTY or sample.seen < PLENTY:
        return False
    filled = 1 - tallies.get(NONE, (0, 0))[1] / closed
    still_open = sample.filled.get(name, 0) / sample.seen
    return filled >= 0.5 and still_open <= 0.02


def area_under(tallies: Tallies) -> float:
    """The chance that a won deal's level has a higher rate than a lost one's; rare levels pooled.

    One half where there are fewer than 40 closed deals, or 10 of either outcome.
    """
    won, closed = summed(tallies.values())
    if closed < PLENTY or min(won, closed - won) < FEWEST:
        return 0.5
    pooled = summed(t for t in tallies.values() if t[1] < RARE)
    ranked = sorted(
        [*(t for t in tallies.values() if t[1] >= RARE), *([pooled] if pooled[1] else [])],
        key=lambda tally: tally[0] / tally[1],
    )
    lost_below, pairs = 0, 0.0
    for w, n in ranked:
        pairs += w * (lost_below + (n - w) / 2)
        lost_below += n - w
    return pairs / (won * (closed - won))
