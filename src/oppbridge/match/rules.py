"""How records of one entity are matched on first contact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

DOMAIN = "domain"
"""Matched by like a field: the host of `website`, else of `email`, but for public mail hosts."""


@dataclass(frozen=True, slots=True)
class MatchRules:
    """`exact` keys in order of trust, then `fuzzy` fields by weight.

    A score of `link_above` and more joins two records, one of `ask_above` and more asks a person.
    """

    exact: tuple[str, ...] = ()
    fuzzy: Mapping[str, float] = field(default_factory=dict)
    link_above: float = 0.95
    ask_above: float = 0.8

    def __bool__(self) -> bool:
        return bool(self.exact or self.fuzzy)

    @property
    def fields(self) -> tuple[str, ...]:
        """Every field looked at, each once."""
        return tuple(dict.fromkeys((*self.exact, *self.fuzzy)))
