"""Typed configuration: one model a section, unknown keys refused, every mistake named."""

from .filters import Filter, compile_filter
from .place import store_keys, store_url
from .reading import load
from .sections import (
    Configuration,
    EntitySection,
    FieldRule,
    FlowSection,
    MatchSection,
    Participant,
    PartSection,
    SystemSection,
)
from .settings import build, connector_of, policy_called, system_settings

__all__ = [
    "Configuration",
    "EntitySection",
    "FieldRule",
    "Filter",
    "FlowSection",
    "MatchSection",
    "PartSection",
    "Participant",
    "SystemSection",
    "build",
    "compile_filter",
    "connector_of",
    "load",
    "policy_called",
    "store_keys",
    "store_url",
    "system_settings",
]
