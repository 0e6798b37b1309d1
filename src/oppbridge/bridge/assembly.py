"""From a typed configuration to flows the engine can run: plugins asked, systems opened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..config import (
    Configuration,
    EntitySection,
    FlowSection,
    MatchSection,
    build,
    compile_filter,
    connector_of,
    policy_called,
    system_settings,
)
from ..config.problems import problem
from ..contract import ConnectorSpec, Trait
from ..decision import Policy
from ..engine import EntityFlow, Flow, Member, System
from ..engine.flow import Brake
from ..engine.waves import Wave
from ..errors import ConfigError
from ..match.rules import MatchRules
from ..plugins import Plugins
from .circles import refuse_circles

if TYPE_CHECKING:
    from ..decision import Enricher, Gate
    from ..mapping import CompiledMap, EntityMap
    from ..mapping.drift import Part
    from ..scoring.guard import Guarded
    from ..store import Store

SCORER_SECONDS = 30.0
REMEMBERED = frozenset({"opportunity"})


@dataclass(frozen=True, slots=True)
class Assembly:
    """A configuration and the plugins it names: what flows are put together from."""

    found: Configuration
    plugins: Plugins
    _compiled: dict[str, dict[str, CompiledMap]] = field(default_factory=dict)

    def entities(self, system: str) -> list[str]:
        """The entities that any flow moves in a system."""
        named = {
            entity: None
            for flow in self.found.flows.values()
            for entity, section in flow.entities.items()
            if system in section.systems
        }
        return list(named)

    def movers(self) -> dict[str, list[str]]:
        """By entity, the flows that move it."""
        out: dict[str, list[str]] = {}
        for name, flow in self.found.flows.items():
            for entity in flow.entities:
                out.setdefault(entity, []).append(name)
        return out

    def known(self, system: str) -> None:
        """Raise ConfigError, with the nearest name there is, for a system that there is not."""
        there = self.found.systems
        if system not in there:
            from ..nearest import suggestion

            hint = suggestion(system, there)
            raise ConfigError(f"there is no system {system!r}{hint} (there are {', '.join(there)})")

    def part(self, system: str, entity: str) -> Part:
        """What a system does with an entity in any flow."""
        from ..mapping.drift import Part

        sections = (flow.entities.get(entity) for flow in self.found.flows.values())
        parts = [one.systems[system] for one in sections if one and system in one.systems]
        natives = {name: one.native for name, one in self.maps(system).items()}
        writes = any(one.writes for one in parts)
        return Part(writes, any(one.writes and one.creates for one in parts), natives)

    def map_file(self, system: str, entity: str) -> str:
        """Where the map of an entity stands, as people call it."""
        own = self.found.systems[system].maps.get(entity)
        return str(own) if own else f"the built-in map of {self.found.systems[system].connector}"

    def section(self, flow: str) -> FlowSection:
        """One flow's section. Raises ConfigError with the nearest name there is."""
        if flow not in self.found.flows:
            from ..nearest import suggestion

            have = ", ".join(self.found.flows)
            hint = suggestion(flow, self.found.flows)
            raise ConfigError(f"there is no flow {flow!r}{hint} (there are {have})")
        return self.found.flows[flow]

    def maps(self, system: str) -> dict[str, EntityMap]:
        """The maps of a system, the user's additions laid over the connector's."""
        from ..mapping import load_map

        spec = connector_of(self.found, system, self.plugins.connectors())
        out: dict[str, EntityMap] = {}
        for entity in self.entities(system):
            own = self.found.systems[system].maps.get(entity)
            overlay = self.found.home / own if own else None
            if entity in spec.maps:
                out[entity] = load_map(spec.maps[entity], overlay)
            elif overlay is not None:
                out[entity] = load_map(overlay)
            else:
                raise ConfigError(
                    f"{self.found.path}: systems.{system}: connector {spec.name!r} has no map for "
                    f"{entity}; give one under systems.{system}.maps.{entity}"
                )
        return out

    @contextmanager
    def opened(self, names: Sequence[str]) -> Iterator[dict[str, System]]:
        """These systems, open; closed again at the end."""
        specs = self.plugins.connectors()
        with ExitStack() as stack:
            out: dict[str, System] = {}
            for name in names:
                out[name] = self._open(name, specs, stack)
            yield out

    def _open(self, name: str, specs: Mapping[str, ConnectorSpec], stack: ExitStack) -> System:
        from ..mapping import compile_map

        spec = connector_of(self.found, name, specs)
        if name not in self._compiled:  # reading them takes 0.1 s, each run of a process anew
            self._compiled[name] = {e: compile_map(one) for e, one in self.maps(name).items()}
        maps = self._compiled[name]
        selections = {entity: one.selection for entity, one in maps.items()}
        connector = spec.open(system_settings(self.found, name, spec), selections)
        stack.callback(connector.close)
        return System(name, connector, spec, maps)

    @contextmanager
    def flow(self, name: str, store: Store) -> Iterator[Flow]:
        """One flow with its systems open; what it is told of products is looked up in `store`."""
        section = self.section(name)
        names = {one: None for part in section.entities.values() for one in part.systems}
        with self.opened(list(names)) as systems:
            refuse_circles(self.found, name, systems)
            yield self._flow(name, section, systems, store)

    def _flow(
        self, name: str, section: FlowSection, systems: Mapping[str, System], store: Store
    ) -> Flow:
        at = ("flows", name)
        gates: list[tuple[str, Gate]] = [
            (part.use, build(self.found, part, self.plugins.gates(), [*at, "gates", i]))
            for i, part in enumerate(section.gates)
        ]
        parts = [
            build(self.found, part, self.plugins.enrichers(), [*at, "enrichers", i])
            for i, part in enumerate(section.enrichers)
        ]
        enrichers = _supplied(parts, systems, store)
        scorer = self._scorer(section, [*at, "scorer"])
        policies = self.plugins.policies()
        for entity, one in section.entities.items():
            self._check_stamps(one, entity, systems, [*at, "entities", entity])
            self._check_creates(one, entity, systems, [*at, "entities", entity])
        return Flow(
            name,
            [
                EntityFlow(
                    entity,
                    _members(one, entity, systems),
                    self._policy(one, policies, [*at, "entities", entity]),
                    policies=self._policies(one, policies, [*at, "entities", entity]),
                    owners={path: rule.owner for path, rule in one.fields.items() if rule.owner},
                    owner_of_all=one.owner,
                    deletions=one.deletions,
                    match=_match(one.match),
                    remembered=entity in REMEMBERED,
                    scorer=scorer if entity == "opportunity" else None,
                    enrichers=[e for e in enrichers if entity in e.entities],
                    gates=gates,
                    waves=_waves(one, entity),
                )
                for entity, one in section.entities.items()
            ],
            Brake(section.limits.creates, section.limits.changed),
        )

    def _scorer(self, section: FlowSection, path: Sequence[str]) -> Guarded | None:
        if section.scorer is None:
            return None
        from ..scoring import guarded

        scorer = build(self.found, section.scorer, self.plugins.scorers(), path)
        return guarded(scorer, SCORER_SECONDS)

    def _check_stamps(
        self, one: EntitySection, entity: str, systems: Mapping[str, System], path: Sequence[str]
    ) -> None:
        """Policy `latest` compares what every system that is read says of when a row changed."""
        silent = [
            name
            for name, part in one.systems.items()
            if part.reads and not systems[name].promises(entity, Trait.STAMPED)
        ]
        places = [[*path, "policy"]] if one.policy == "latest" else []
        places += [
            [*path, "fields", name, "policy"]
            for name, rule in one.fields.items()
            if rule.policy == "latest"
        ]
        if silent and places:
            told = f"{', '.join(silent)} does not say when a row changed: `latest` cannot decide"
            raise ConfigError(problem(self.found.path, places[0], f"{told}; name an owner, or ask"))

    def _check_creates(
        self, one: EntitySection, entity: str, systems: Mapping[str, System], path: Sequence[str]
    ) -> None:
        """A create whose answer is lost must be found again, or its twin accepted in writing."""
        for name, part in one.systems.items():
            creates = part.writes and part.creates and not part.at_least_once
            if creates and not systems[name].finds_creates(entity):
                told = (
                    f"{name} can neither take a key for a new {entity} nor look one up: a lost "
                    "answer could make it twice; set `creates: false`, or accept that with "
                    "`at_least_once: true`"
                )
                raise ConfigError(problem(self.found.path, [*path, "systems", name], told))

    def _policy(
        self, one: EntitySection, policies: Mapping[str, Policy], path: Sequence[str]
    ) -> tuple[str, Policy]:
        return one.policy, policy_called(self.found, one.policy, policies, [*path, "policy"])

    def _policies(
        self, one: EntitySection, policies: Mapping[str, Policy], path: Sequence[str]
    ) -> dict[str, tuple[str, Policy]]:
        out: dict[str, tuple[str, Policy]] = {}
        for of, rule in one.fields.items():
            name = rule.policy or "owner"
            where = [*path, "fields", of, "policy"]
            out[of] = (name, policy_called(self.found, name, policies, where))
        return out


def _supplied(
    parts: Sequence[Enricher], systems: Mapping[str, System], store: Store
) -> list[Enricher]:
    from .stock import supplied

    return [supplied(part, systems, store) for part in parts]


def _waves(one: EntitySection, entity: str) -> list[Wave]:
    return [
        Wave(
            wave.owner,
            wave.fields,
            compile_filter(wave.when, entity) if wave.when else None,
            wave.since,
            wave.alone,
        )
        for wave in one.waves
    ]


def _match(one: MatchSection) -> MatchRules:
    if one.fuzzy is None:
        return MatchRules(one.exact)
    alike = one.fuzzy
    return MatchRules(one.exact, alike.fields, alike.link_above, alike.ask_above)


def _members(one: EntitySection, entity: str, systems: Mapping[str, System]) -> dict[str, Member]:
    return {
        name: Member(
            systems[name],
            part.reads,
            part.writes,
            part.creates,
            part.owns,
            compile_filter(part.filter, entity) if part.filter else None,
        )
        for name, part in one.systems.items()
    }
