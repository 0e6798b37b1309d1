"""Scoring in transit: the built-in scorers, and the guard that holds any scorer to its word."""

from __future__ import annotations

from ..decision import Offer, Scorer
from .explain import Judge, explain
from .guard import Scored, guarded
from .rates import Rates
from .rules import Rules
from .settings import RatesSettings, RulesSettings

SCORERS: tuple[Offer[Scorer], ...] = (
    Offer("rules", Rules, RulesSettings),
    Offer("rates", Rates, RatesSettings),
)
"""`rules`: points, no history needed. `rates`: shrunk rates from the first closed deal."""

__all__ = [
    "SCORERS",
    "Judge",
    "Rates",
    "RatesSettings",
    "Rules",
    "RulesSettings",
    "Scored",
    "explain",
    "guarded",
]
