"""What plugins bring is checked on arrival and held to its word in use.

Built-in parts are not watched: the type checker and the tests already did.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .contract import CONTRACT, ConnectorSpec
from .deadline import within
from .decision import Clash, Gate, Offer, Policy, Proposal
from .errors import ContractBroken, hidden
from .hookspecs import Command, Twin

LONGEST = 1000  # characters of a reason
BUDGET = 10.0
"""Seconds a plugin's answer may take."""


def call(who: str, ask: Callable[[], Any], budget: float = BUDGET) -> Any:
    """What `ask` returns. Raises ContractBroken naming `who` when it raises or takes too long."""
    try:
        return within(budget, ask)
    except TimeoutError as exc:
        raise ContractBroken(f"{who} did not answer within {budget:g} s") from exc
    except ContractBroken:
        raise
    except BaseException as exc:
        raise ContractBroken(f"{who} raised {type(exc).__name__}: {exc}") from exc


def checked(who: str, part: object, kind: type[Any]) -> Any:
    """The part, if it is of the kind its hook promises. Raises ContractBroken naming `who`."""
    if not isinstance(part, kind):
        raise ContractBroken(f"{who} returned {part!r}, which is no {kind.__name__}")
    if isinstance(part, ConnectorSpec):
        _check_spec(who, part)
    elif isinstance(part, Offer):
        _check_settings(who, part.name, part.settings)
    elif isinstance(part, Command | Twin) and not part.name:
        raise ContractBroken(f"{who} returned a {kind.__name__} without a name")
    return part


def _check_spec(who: str, spec: ConnectorSpec) -> None:
    if spec.contract != CONTRACT:
        raise ContractBroken(
            f"{who}: connector {spec.name!r} speaks contract {spec.contract}, "
            f"this OppBridge speaks {CONTRACT}; install versions that fit"
        )
    _check_settings(who, spec.name, spec.settings)
    for entity, path in spec.maps.items():
        if not path.is_file():
            raise ContractBroken(
                f"{who}: {spec.name!r} has no map file for {entity} at {path.name}"
            )


def _check_settings(who: str, name: str, settings: object) -> None:
    from pydantic import BaseModel

    if not (isinstance(settings, type) and issubclass(settings, BaseModel)):
        raise ContractBroken(f"{who}: the settings of {name!r} are no pydantic model")


def careful_policy(who: str, policy: Policy) -> Policy:
    """The plugin's policy; where it breaks its word, a person is asked instead."""

    def settle(clash: Clash) -> str | None:
        try:
            winner = call(who, lambda: policy(clash))
        except ContractBroken:
            return None
        return winner if winner in clash.values else None

    return settle


def careful_gate(who: str, gate: Gate) -> Gate:
    """The plugin's gate; where it breaks its word, the write is held and says so."""

    def judge(proposal: Proposal) -> str | None:
        try:
            reason = call(who, lambda: gate(proposal))
        except ContractBroken as exc:
            return str(exc)
        if isinstance(reason, str):
            return hidden(reason[:LONGEST])
        if reason is None:
            return None
        return f"{who} returned {reason!r}, which is no reason"

    return judge
