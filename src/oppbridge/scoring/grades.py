"""Grades cut from a sample of open deals: A the top fifth, D the bottom one, then kept.

The cuts move only after the closed deals have grown by a fifth, so that between two such moments
a grade moves only because its deal did.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..records import Values
from .bands import NONE
from .closings import first_level
from .counts import Learned, Sample
from .settings import RatesSettings
from .verdict import USUAL_GRADES

ENOUGH = 50  # open deals to cut grades from
GROWTH = 1.2


def cuts_of(learned: Learned, settings: RatesSettings) -> tuple[int, int, int]:
    """The least scores of A, B and C: those configured, those cut, or the usual ones."""
    return settings.grades or learned.cuts or USUAL_GRADES


def sampled(
    learned: Learned, scored: Sequence[tuple[int, Values]], settings: RatesSettings
) -> Learned:
    """Add open deals to the sample while cuts are due; cut once there are enough."""
    closed = learned.total[1]
    if not scored or (learned.cuts and closed < GROWTH * learned.cut_at):
        return learned
    # A sample already cut from is not added to: the next one starts afresh.
    held = learned.open if learned.open.seen < ENOUGH else Sample()
    filled, scores = dict(held.filled), dict(held.scores)
    for score, values in scored:
        scores[str(score)] = scores.get(str(score), 0) + 1
        for name, paths in settings.inputs.items():
            filled[name] = filled.get(name, 0) + (first_level(values, paths) != NONE)
    sample = Sample(held.seen + len(scored), filled, scores)
    if sample.seen < ENOUGH:
        return replace(learned, open=sample)
    return replace(learned, open=sample, cuts=quantiles(scores), cut_at=closed)


def quantiles(scores: Mapping[str, int]) -> tuple[int, int, int]:
    """The least scores of A (at most a fifth), B (at most half) and C (at most a fifth below)."""
    counted = sorted((int(score), many) for score, many in scores.items())
    total = sum(many for _, many in counted)

    def least(share: float) -> int:
        above, cut = 0, counted[-1][0] + 1
        for score, many in reversed(counted):
            above += many
            if above > share * total:
                break
            cut = score
        return min(cut, 99)

    below, bottom = 0, counted[0][0]
    for score, many in counted:
        bottom = score
        below += many
        if below > 0.2 * total:
            break
    a, b = least(0.2), least(0.5)
    return a, b, min(bottom, b)
