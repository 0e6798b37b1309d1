"""Operators: each opens the configuration, calls one thing of the Python API, returns counts."""

from __future__ import annotations

from .comparing import VerifyOperator
from .health import HealthOperator
from .held import AskOperator
from .moving import ApplyOperator, PlanOperator, RescoreOperator, RetryOperator
from .stages import ConcludeOperator, DecideOperator, DeliverOperator, ObserveOperator

__all__ = [
    "ApplyOperator",
    "AskOperator",
    "ConcludeOperator",
    "DecideOperator",
    "DeliverOperator",
    "HealthOperator",
    "ObserveOperator",
    "PlanOperator",
    "RescoreOperator",
    "RetryOperator",
    "VerifyOperator",
]
