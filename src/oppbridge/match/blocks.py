"""Blocks: what two alike records have in common, so that not everything is compared with all."""

from __future__ import annotations

from itertools import permutations

from .rules import MatchRules
from .score import Traits
from .spelling import kind_of

CROWDED = 60
"""A block of more records says nothing: "international", a chain's name, a big town."""

_SOUND = str.maketrans("ckqzvwdjyb", "kkkssvtiip")
_SPELLED = ("company", "text")


def blocks(entity: str, rules: MatchRules, one: Traits) -> set[str]:
    """The blocks a record stands in. Alike records nearly always share one.

    Texts: each longer word, a word with the beginning of another, and beginning, end and sound of
    the whole; so one typing mistake leaves some in common. A text that weighs less than half of the
    heaviest (a city beside a name) makes none. Addresses, domains and phones: the whole.
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
    found = {f"<{whole[:5]}", f">{whole[-5:]}", f"-{whole[:3]}{whole[-3:]}", f"~{_sound(whole)}"}
    found |= {f"={word}" for word in words if len(word) > 2}
    for one, other in permutations(words[:4], 2):
        found.add(f"+{one} {other[:2]}")
    return found


def _sound(text: str) -> str:
    """Roughly how a text sounds: consonants, those that are mistaken for each other as one."""
    told = text.replace("ph", "f").translate(_SOUND)
    kept = [told[:1]]
    for letter in told[1:]:
        if letter not in "aeiouh" and letter != kept[-1]:
            kept.append(letter)
    return "".join(kept)[:8]
