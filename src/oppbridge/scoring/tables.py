"""The rates ready for use: one term per level, worked out once for many deals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import fsum

from .bands import NONE
from .counts import OTHER, Learned, Tallies, Tally, summed
from .judgement import Basis, Term, logit
from .settings import RatesSettings
from .signal import PLENTY, RARE, leaks, note

Terms = Mapping[str, Term]


@dataclass(frozen=True, slots=True)
class Start:
    """Where a pipeline's deals start: its rate, with the variance of its log-odds."""

    rate: float
    odds: float
    variance: float


@dataclass(frozen=True, slots=True)
class Tables:
    """Starts by pipeline, terms by pipeline and stage, and terms by input and level."""

    basis: Basis
    anywhere: Start
    starts: Mapping[str, Start]
    stages: Mapping[str, Terms]
    inputs: Mapping[str, Terms]


def shrunk(tally: Tally, parent: float, k: float) -> float:
    """(won + k * parent) / (closed + k): the rate of a level, drawn towards its parent's."""
    return (tally[0] + k * parent) / (tally[1] + k)


def tables(learned: Learned, settings: RatesSettings) -> Tables:
    """Work out every term. Where nothing beats the base rate in plenty of deals, there are none."""
    k, (won, closed) = settings.k, learned.total
    leaking = leaks(learned)
    refused = frozenset(leaking)
    why = note(learned, k, refused)
    basis = Basis(1, "rates", won, closed, why, tuple(leaking.values()))
    anywhere = _start((won, closed), settings.default, k)
    starts = {name: _start(tally, anywhere.rate, k) for name, tally in learned.pipelines.items()}
    silent = why is not None and min(won, closed - won) >= PLENTY
    if silent:
        return Tables(basis, anywhere, starts, {}, {})
    stages = {
        pipeline: _stage_terms(tallies, starts.get(pipeline, anywhere), settings)
        for pipeline, tallies in learned.stages.items()
    }
    inputs = {
        name: _input_terms(name, learned.inputs[name], anywhere, settings)
        for name in settings.inputs
        if name in learned.inputs and name not in refused
    }
    return Tables(basis, anywhere, starts, stages, inputs)


def _start(tally: Tally, parent: float, k: float) -> Start:
    rate = shrunk(tally, parent, k)
    return Start(rate, logit(rate), 1 / ((tally[1] + k) * rate * (1 - rate)))


@dataclass(frozen=True, slots=True)
class _Fact:
    """One input: its name, how its deals are spoken of, and what its levels are compared with."""

    name: str
    of: str
    start: Start
    k: float
    shown: bool

    def term(self, level: str, tally: Tally, told: str) -> Term:
        """The term of one level: the weighted difference of its log-odds from the start's."""
        (won, closed), k, start = tally, self.k, self.start
        rate, weight = shrunk(tally, start.rate, k), closed / (closed + k)
        against = (
            f"{won} of {closed} deals {self.of} were won, {100 * won / max(closed, 1):.0f} %, "
            f"against {100 * start.rate:.0f} %"
        )
        return Term(
            self.name,
            level,
            level,
            weight * (logit(rate) - start.odds),
            told,
            against,
            shown=self.shown,
            won=won,
            closed=closed,
            variance=weight * weight / ((closed + k) * rate * (1 - rate)),
        )


def _stage_terms(tallies: Tallies, start: Start, settings: RatesSettings) -> dict[str, Term]:
    shown = "stage" not in settings.hidden
    fact = _Fact("stage", "that reached it", start, settings.k, shown)
    return {name: fact.term(name, tally, f"In stage {name}") for name, tally in tallies.items()}


def _input_terms(
    name: str, tallies: Tallies, start: Start, settings: RatesSettings
) -> dict[str, Term]:
    """A term per level; levels with fewer than five deals share one, under `other levels`.

    Effects are centred on the counted deals: an input that says nothing then adds nothing, and
    the default behind the starting rate is not taken back once for every input.
    """
    word = name.replace("_", " ")
    fact = _Fact(name, "like it", start, settings.k, name not in settings.hidden)
    rare = [level for level, tally in tallies.items() if tally[1] < RARE or level == OTHER]
    pooled = summed(tallies[level] for level in rare)
    terms = dict.fromkeys(rare, fact.term(OTHER, pooled, f"A rare {word}"))
    for level, tally in tallies.items():
        if level not in terms:
            told = f"No {word}" if level == NONE else f"{word.capitalize()}: {level}"
            terms[level] = fact.term(level, tally, told)
    closed = max(summed(tallies.values())[1], 1)
    mean = fsum(terms[level].effect * tally[1] for level, tally in tallies.items()) / closed
    return {level: replace(term, effect=term.effect - mean) for level, term in terms.items()}
