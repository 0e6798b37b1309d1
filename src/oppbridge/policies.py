"""What settles a field that two systems changed differently: the policies OppBridge brings.

A policy names the winning system, never "source" or "target", so that a flow decides alike in both
directions. None asks a person: no policy guesses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal

from .decision import Clash, Policy
from .records.scalars import Money, Scalar, date_text, decimal_text, parse_decimal, parse_instant


def owner(clash: Clash) -> str | None:
    """The system the configuration says owns the field; a person where it says none."""
    return clash.owner if clash.owner in clash.values else None


def latest(clash: Clash) -> str | None:
    """The system that changed last; a person where one does not say when, or two say the same."""
    moments = {}
    for system in clash.values:
        at = clash.at.get(system)
        if at is None or at.utcoffset() is None:
            return None
        moments[system] = at
    newest = max(moments.values(), default=None)
    return _only(clash, [system for system, at in moments.items() if at == newest])


def highest(clash: Clash) -> str | None:
    """The system with the greater number, amount of one currency, date or instant.

    A person where a value is empty or plain text, or where kinds or currencies differ.
    """
    return _extreme(clash, max)


def lowest(clash: Clash) -> str | None:
    """The system with the smaller value; a person where `highest` asks one."""
    return _extreme(clash, min)


def union(clash: Clash) -> str | None:
    """The system whose list of words holds every word of the others.

    A policy names a winner and makes no values. So where each side has added a word that the other
    lacks, neither list is the union, and a person is asked. An empty list is held by any other.
    """
    lists = {system: _words(value) for system, value in clash.values.items()}
    known = {system: words for system, words in lists.items() if words is not None}
    if len(known) < len(lists):
        return None
    everything = frozenset[str]().union(*known.values())
    return _only(clash, [system for system, words in known.items() if words == everything])


def ask(clash: Clash) -> str | None:
    """Nobody: a person decides."""
    return None


POLICIES: Mapping[str, Policy] = {
    "owner": owner,
    "latest": latest,
    "highest": highest,
    "lowest": lowest,
    "union": union,
    "ask": ask,
}
"""The built-in policies by the name a configuration uses."""


def _extreme(clash: Clash, choose: Callable[[Iterable[Decimal]], Decimal]) -> str | None:
    measures = {}
    kinds = set()
    for system, value in clash.values.items():
        measured = _measure(value)
        if measured is None:
            return None
        kind, measures[system] = measured
        kinds.add(kind)
    if len(kinds) != 1:
        return None
    best = choose(measures.values())
    return _only(clash, [system for system, number in measures.items() if number == best])


def _only(clash: Clash, systems: list[str]) -> str | None:
    """The first of these systems by name, if all of them hold one and the same value."""
    held = {(type(clash.values[system]), clash.values[system]) for system in systems}
    return min(systems) if len(held) == 1 else None


def _measure(value: Scalar) -> tuple[str, Decimal] | None:
    """What can be compared with what, and the number to compare by; None for text and blanks."""
    if isinstance(value, int) and not isinstance(value, bool):
        return "number", Decimal(value)
    if not isinstance(value, str):
        return None
    for read in (_number, _money, _day, _instant):
        try:
            return read(value)
        except (ValueError, OverflowError):
            continue
    return None


def _number(text: str) -> tuple[str, Decimal]:
    number = parse_decimal(text)
    if decimal_text(number) != text:
        raise ValueError(f"{text!r} is a text that looks like a number")
    return "number", number


def _money(text: str) -> tuple[str, Decimal]:
    money = Money.parse(text)
    return money.currency, money.amount


def _day(text: str) -> tuple[str, Decimal]:
    day = date.fromisoformat(text)
    if date_text(day) != text:
        raise ValueError(f"{text!r} is not spelled as a canonical date")
    return "date", Decimal(day.toordinal())


def _instant(text: str) -> tuple[str, Decimal]:
    moment = parse_instant(text)
    seconds = moment.toordinal() * 86_400 + moment.hour * 3_600 + moment.minute * 60 + moment.second
    return "instant", Decimal(1_000_000 * seconds + moment.microsecond)


def _words(value: Scalar) -> frozenset[str] | None:
    """The words of a canonical list (sorted, joined by commas); None for anything else."""
    if value is None:
        return frozenset()
    if not isinstance(value, str):
        return None
    words = value.split(",")
    return frozenset(words) if words == sorted(set(words)) and all(words) else None
