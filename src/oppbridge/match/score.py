"""How alike two records are, from 0 to 1, and in what."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from ..records.values import Values
from .rules import MatchRules
from .spelling import Kind, kind_of, legal_form, normal, value_of

MISSPELT = 0.85
"""The most that two names reach which differ in more than typing mistakes: a person is asked."""

_DIGIT = re.compile(r"\d")
_OTHER_NUMBER = 0.6  # "Store 12" is not "Store 13", however alike they are spelled


@dataclass(frozen=True, slots=True)
class Traits:
    """What a record is compared by: fuzzy fields in their one spelling, empty ones left out."""

    told: Mapping[str, str]
    form: frozenset[str] = frozenset()  # of a company


def traits(entity: str, rules: MatchRules, values: Values) -> Traits:
    """What one record is compared by."""
    found: dict[str, str] = {}
    form: frozenset[str] = frozenset()
    for field in rules.fuzzy:
        value, kind = value_of(field, values), kind_of(entity, field)
        if value is not None and (told := normal(kind, str(value))):
            found[field] = told
            form = legal_form(str(value)) if kind == "company" else form
    return Traits(found, form)


def score(
    entity: str, rules: MatchRules, one: Traits, other: Traits
) -> tuple[float, dict[str, float]]:
    """The weighted likeness of two records, and that of each field both have.

    A field that one leaves empty counts neither way; where the fields both have make up less than
    half of the weight, nothing can be said: 0.
    """
    reached = weight = 0.0
    told: dict[str, float] = {}
    sisters = bool(one.form and other.form) and one.form.isdisjoint(other.form)
    for field, share in rules.fuzzy.items():
        if field not in one.told or field not in other.told:
            continue
        kind = kind_of(entity, field)
        found = alike(kind, one.told[field], other.told[field])
        told[field] = min(found, MISSPELT) if kind == "company" and sisters else found
        reached += share * told[field]
        weight += share
    if weight * 2 < sum(rules.fuzzy.values()):
        return 0.0, told
    return reached / weight, told


def alike(kind: Kind, one: str, other: str) -> float:
    """How alike two texts of one kind are, both in its one spelling."""
    if one == other:
        return 1.0
    if kind in ("company", "text"):
        return _spelled(one, other)
    if kind == "email":
        name, _, host = one.rpartition("@")
        named, _, hosted = other.rpartition("@")
        return fuzz.ratio(name, named) / 100 if host == hosted else 0.0
    return 0.0


def _spelled(one: str, other: str) -> float:
    """Whatever the order of words, and whether compounds are written as one."""
    whole, others = one.replace(" ", ""), other.replace(" ", "")
    reached = max(fuzz.token_sort_ratio(one, other), fuzz.ratio(whole, others)) / 100
    if reached > _OTHER_NUMBER and _numbers(one) != _numbers(other):
        return _OTHER_NUMBER
    return reached if reached <= MISSPELT or _mistyped(one, other) else MISSPELT


def _mistyped(one: str, other: str) -> bool:
    """Whether typing mistakes explain all that differs: one a word, two in a long one."""
    words, others = one.split(), other.split()
    if len(words) != len(others):
        return _slips(one.replace(" ", ""), other.replace(" ", ""))
    for word in words:
        twin = next((w for w in others if w == word or _slips(word, w)), None)
        if twin is None:
            return False
        others.remove(twin)
    return True


def _slips(one: str, other: str) -> bool:
    most = 1 if min(len(one), len(other)) < 8 else 2
    return min(len(one), len(other)) > 2 and OSA.distance(one, other, score_cutoff=most) <= most


def _numbers(text: str) -> set[str]:
    return {word for word in text.split() if _DIGIT.search(word)} if _DIGIT.search(text) else set()
