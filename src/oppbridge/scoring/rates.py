"""Rung 1: shrunk rates of won deals, from the first closed deal; rung 0 until then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from ..decision import Subject
from ..records import Scalar, Values
from .bands import NONE
from .closings import closings, first_level, pipeline_of
from .counts import Learned, count, dump, load
from .grades import cuts_of, sampled
from .judgement import Judgement, Term, logistic, total
from .known import is_closed, known, known_values
from .readings import level
from .rules import Rules
from .settings import RatesSettings
from .tables import Tables, tables
from .verdict import verdict


class Rates:
    """Scores open opportunities by the rates of closed ones.

    Every call first counts the deals it is shown that have closed or opened again, then scores
    the open ones by those counts: in one call, the order of subjects changes nothing.
    """

    entity = "opportunity"

    def __init__(self, settings: RatesSettings) -> None:
        self._settings = settings
        self._rules = Rules(settings)
        self._order = settings.order()
        self._inputs = [(name, tuple(paths)) for name, paths in sorted(settings.inputs.items())]
        # Only a memory of the last text read: the answer depends on the arguments alone.
        self._last: tuple[str | None, Learned, Tables] | None = None

    def score(
        self, subjects: Sequence[Subject], as_of: datetime, learned: str | None
    ) -> tuple[Sequence[Mapping[str, Scalar]], str | None]:
        """Return score, grade, trend, reasons and time of each open deal; nothing of others.

        Raises Invalid where `learned` is not a text this scorer wrote.
        """
        counts, ready = self._read(learned)
        news = closings(subjects, as_of, self._settings)
        if news:
            counts = count(counts, news)
            ready = tables(counts, self._settings)
        cuts = cuts_of(counts, self._settings)
        answers: list[Mapping[str, Scalar]] = []
        scored: list[tuple[int, Values]] = []
        for subject in subjects:
            values = known_values(subject, as_of)
            if is_closed(values):
                answers.append({})
                continue
            judgement = self._weigh(subject, values, as_of, ready)
            answers.append(verdict(judgement, subject.before, as_of, cuts))
            scored.append((judgement.score, values))
        after = sampled(counts, scored, self._settings) if ready.basis.closed else counts
        return answers, learned if after == self._read(learned)[0] else dump(after)

    def judge(
        self, subject: Subject, as_of: datetime, learned: str | None
    ) -> tuple[Judgement, tuple[int, int, int]]:
        """The judgement of one deal by what was learned, and the least scores of A, B and C."""
        counts, ready = self._read(learned)
        values = known_values(subject, as_of)
        return self._weigh(subject, values, as_of, ready), cuts_of(counts, self._settings)

    def _read(self, learned: str | None) -> tuple[Learned, Tables]:
        last = self._last
        if last is None or last[0] != learned:
            counts = load(learned)
            last = self._last = (learned, counts, tables(counts, self._settings))
        return last[1], last[2]

    def _weigh(self, subject: Subject, values: Values, as_of: datetime, ready: Tables) -> Judgement:
        if not ready.basis.closed:
            return self._rules.weigh(known(subject, as_of, self._order))
        pipeline = pipeline_of(values, self._settings)
        start = ready.starts.get(pipeline, ready.anywhere)
        found: list[Term] = []
        blank, unseen = [], []
        stages = ready.stages.get(pipeline, {})
        for name, terms, at in (
            ("stage", stages, level(values.get("stage"))),
            *(
                (name, ready.inputs.get(name, {}), first_level(values, paths))
                for name, paths in self._inputs
            ),
        ):
            term = terms.get(at)
            if term is not None:
                found.append(term)
            elif terms and at != NONE:
                unseen.append(f"{name}={at}" if name not in self._settings.hidden else name)
            if at == NONE:
                blank.append(name)
        summed, terms_of_deal = total(start.odds, found)
        return Judgement(
            ready.basis,
            start.rate,
            start.odds,
            terms_of_deal,
            summed,
            logistic(summed),
            start.variance + sum(term.variance for term in found),
            tuple(blank),
            tuple(unseen),
        )
