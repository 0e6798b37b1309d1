"""Rung 0: configured points for each fact, around the stage's default probability."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ..decision import Subject
from ..records import Scalar
from .bands import NONE, Bands
from .features import NUMBERS, WORDS, Number, Word, field_word
from .judgement import Basis, Judgement, Term, logistic, logit, total
from .known import Known, is_closed, known
from .settings import RulesSettings
from .verdict import USUAL_GRADES, verdict

AGAINST = "a configured rule, no deals counted yet"
RULES = Basis(0, "rules")


@dataclass(frozen=True, slots=True)
class _NumberRule:
    name: str
    number: Number
    bands: Bands
    points: Mapping[str, float]

    def term(self, deal: Known) -> Term | None:
        number = self.number.read(deal)
        level = self.bands.name(number)
        effect = self.points.get(level)
        if not effect and number is not None:
            return None
        value = None if number is None else round(number)
        told = self.number.told(number)
        return Term(self.name, level, value, effect or 0.0, told, AGAINST, self.number.actionable)


@dataclass(frozen=True, slots=True)
class _WordRule:
    name: str
    word: Word
    points: Mapping[str, float]

    def term(self, deal: Known) -> Term | None:
        level = self.word.read(deal)
        effect = self.points.get(level)
        if not effect and level is not NONE:
            return None
        told = f"{self.word.told}: {level}"
        return Term(self.name, level, level, effect or 0.0, told, AGAINST, self.word.actionable)


class Rules:
    """Scores open opportunities by the points the settings give; learns nothing."""

    entity = "opportunity"

    def __init__(self, settings: RulesSettings) -> None:
        self._default = settings.default
        self._stages = settings.stages
        self._order = settings.order()
        self._cuts = settings.grades or USUAL_GRADES
        self._rules = [_rule(settings, name) for name in sorted(settings.points)]

    def score(
        self, subjects: Sequence[Subject], as_of: datetime, learned: str | None
    ) -> tuple[Sequence[Mapping[str, Scalar]], str | None]:
        """Return score, grade, trend, reasons and time of each open deal; nothing of others."""
        return [self._values(subject, as_of) for subject in subjects], learned

    def _values(self, subject: Subject, as_of: datetime) -> Mapping[str, Scalar]:
        deal = known(subject, as_of, self._order)
        if is_closed(deal.values):
            return {}
        return verdict(self.weigh(deal), subject.before, as_of, self._cuts)

    def judge(
        self, subject: Subject, as_of: datetime, learned: str | None
    ) -> tuple[Judgement, tuple[int, int, int]]:
        """The judgement of one deal, and the least scores of A, B and C."""
        return self.weigh(known(subject, as_of, self._order)), self._cuts

    def weigh(self, deal: Known) -> Judgement:
        """The judgement of a deal as it was known."""
        base = self._stages.get(str(deal.values.get("stage")), self._default)
        intercept = logit(base)
        found = [term for rule in self._rules if (term := rule.term(deal)) is not None]
        blank = tuple(term.feature for term in found if term.level is NONE)
        summed, terms = total(intercept, [term for term in found if term.effect])
        return Judgement(RULES, base, intercept, terms, summed, logistic(summed), blank=blank)


def _rule(settings: RulesSettings, name: str) -> _NumberRule | _WordRule:
    points = settings.points[name]
    if name in NUMBERS:
        return _NumberRule(name, NUMBERS[name], settings.scale(name), points)
    return _WordRule(name, WORDS.get(name) or field_word(name), points)
