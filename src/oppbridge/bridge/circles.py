"""Refuses entities that need each other in one system: none of them could be created first."""

from __future__ import annotations

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter

from ..config import Configuration
from ..config.problems import problem
from ..engine import System
from ..errors import ConfigError


def refuse_circles(found: Configuration, flow: str, systems: Mapping[str, System]) -> None:
    """Raise ConfigError where references that may not be cut lead round in a circle."""
    entities = found.flows[flow].entities
    for name, system in systems.items():
        made = {
            entity
            for entity, one in entities.items()
            if name in one.systems and one.systems[name].writes and one.systems[name].creates
        }
        graph = {entity: _needed(system, entity) & made - {entity} for entity in made}
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as exc:
            circle = " needs ".join(reversed(exc.args[1]))
            told = (
                f"in {name} {circle}: they need each other, and none could be created first; "
                "say `optional: true` of a reference that may be written later"
            )
            raise ConfigError(problem(found.path, ("systems", name, "maps"), told)) from None


def _needed(system: System, entity: str) -> set[str]:
    """The entities that a new row must point at."""
    kinds = system.maps[entity]
    return {to for path, to in kinds.references.items() if path not in kinds.optional_references}
