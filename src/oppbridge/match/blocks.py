"""Blocks: what two alike records have in common, so that not everything is compared with all."""

from __future__ import annotations

from itertools import combinations

from .rules import MatchRules
from .score import Traits
from .spelling import kind_of

CROWDED = 60
"""A block of more records says nothing: "international", a chain's name, a big town."""

_SOUND = str.maketrans("ckqzvwdjyb", "kkkssvtiip")
_SPELLED = ("company", "text")


def blocks(entity: str, rules: MatchRules, one: Traits) -> set[str]:
    """The blocks a record stands in. Alike records nearly always share one.

    Texts: pairs of words, each longer word, beginning, end and sound of the whole; so one typing
    mistake leaves some in common. Other fields that weigh as much as a text: their value. A text
    that weighs less than half of the heaviest one (a city beside a name) makes none.
    """
    heaviest = max(rules.fuzzy.values(), default=0.0)
    found: set[str] = set()
    for field, weight in rules.fuzzy.items():
        told = one.told.get(field)
        if told is None:
            continue
        kind = kind_of(entity, field)
        if kind in _SPELLED and weight * 2 >= heaviest:
            found |= {f"{field}:{block}" for block in _of_text(told)}
        elif kind in ("email", "domain", "phone"):
            found.add(f"{field}:={told}")
    return found


def _of_text(text: str) -> set[str]:
    words = sorted(set(text.split()))
    whole = text.replace(" ", "")
    found = {f"<{whole[:4]}", f">{whole[-4:]}", f"~{_sound(whole)}"}
    found |= {f"={word}" for word in words if len(word) > 2}
    found |= {f"+{one} {other}" for one, other in combinations(words[:5], 2)}
    return found


def _sound(text: str) -> str:
    """Roughly how a text sounds: consonants, those that are mistaken for each other as one."""
    told = text.replace("ph", "f").translate(_SOUND)
    kept = [told[:1]]
    for letter in told[1:]:
        if letter not in "aeiouh" and letter != kept[-1]:
            kept.append(letter)
    return "".join(kept)[:8]
