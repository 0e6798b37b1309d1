"""The Python API. The command line and every other door use nothing else.

from oppbridge import Bridge

with Bridge.open("oppbridge.yaml") as bridge:
    report = bridge.run("quote-to-cash")
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import TracebackType

from .. import __version__
from ..config import Configuration, load, store_url
from ..engine import EntityFlow, Flow, Line, Member, Post, Report, System
from ..engine.line import Progress
from ..engine.observe import look
from ..engine.run import carry_out, judge, watch
from ..errors import ConfigError
from ..hookspecs import Host
from ..nearest import suggestion
from ..plugins import Plugins
from ..store import Store, open_store
from . import people, proving, running, telling
from .answers import FieldChange, Finding, FlowStatus, Plan, PlannedWrite, Seat, Why
from .opening import assemble, entities_of, open_system

__all__ = [
    "Bridge",
    "FieldChange",
    "Finding",
    "FlowStatus",
    "Plan",
    "PlannedWrite",
    "Report",
    "Seat",
    "Why",
]


class Bridge:
    """An opened configuration. The store and each system are opened when first needed."""

    def __init__(self, found: Configuration, plugins: Plugins) -> None:
        self.configuration = found
        self.plugins = plugins
        self._store: Store | None = None
        self._systems: dict[str, System] = {}

    @classmethod
    def open(cls, path: str | os.PathLike[str] = "oppbridge.yaml") -> Bridge:
        """Read a configuration and import the plugins it names. Raises ConfigError."""
        found = load(path)
        plugins = Plugins(Host(__version__, home=Path(path).absolute().parent))
        plugins.load(found.plugins)
        return cls(found, plugins)

    def __enter__(self) -> Bridge:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of systems and store. Harmless when called again."""
        while self._systems:
            self._systems.popitem()[1].connector.close()
        if self._store is not None:
            self._store.close()
            self._store = None

    @property
    def store(self) -> Store:
        """The store, opened and upgraded at first use. Raises ConfigError."""
        if self._store is None:
            url = store_url(self.configuration).get_secret_value()
            self._store = open_store(url, self.configuration.home)
        return self._store

    def system(self, name: str) -> System:
        """A system, opened at first use. Raises what opening raises."""
        _known(name, self.configuration.systems, "system")
        if name not in self._systems:
            self._systems[name] = open_system(self.configuration, self.plugins, name)
        return self._systems[name]

    def flow(self, name: str) -> Flow:
        """A flow as the engine runs it, its systems opened. Raises ConfigError."""
        _known(name, self.configuration.flows, "flow")
        return assemble(self.configuration, self.plugins, name, self.system)

    def flows(self) -> list[str]:
        """The names of the flows."""
        return list(self.configuration.flows)

    def check(self, flow: str | None = None) -> list[Finding]:
        """Prove configuration, sign-in, permissions and maps; raises nothing for what it finds."""
        if flow is not None:
            _known(flow, self.configuration.flows, "flow")
        chosen = self.flows() if flow is None else [flow]
        found = self.configuration
        return list(proving.check(found, self.plugins, chosen, self.system, self.flow))

    def map_check(self, system: str, entity: str) -> list[Finding]:
        """Prove one map against the system's metadata. Raises what opening the system raises."""
        opened = self.system(system)
        _known(entity, opened.maps, f"map of {system} for an entity")
        return list(proving.entity_findings(self.configuration, self.plugins, opened, entity))

    def observe(
        self, flow: str, entities: Sequence[str] | None = None, progress: Progress | None = None
    ) -> Report:
        """See what every system shows now; nothing is decided or sent."""
        return self._step(flow, entities, progress, watch)

    def decide(
        self, flow: str, entities: Sequence[str] | None = None, progress: Progress | None = None
    ) -> Report:
        """Decide what was observed; nothing is sent."""
        return self._step(flow, entities, progress, judge)

    def deliver(
        self, flow: str, entities: Sequence[str] | None = None, progress: Progress | None = None
    ) -> Report:
        """Send what was decided."""
        return self._step(flow, entities, progress, carry_out)

    def plan(
        self, flow: str, entities: Sequence[str] | None = None, progress: Progress | None = None
    ) -> Plan:
        """Observe and decide; the writes that a run would send, under one digest."""
        line = self._line(flow, progress)
        return running.observe_and_decide(line, _chosen(line.flow, entities))

    def run(
        self, flow: str, entities: Sequence[str] | None = None, progress: Progress | None = None
    ) -> Report:
        """Bring the flow's systems to agree. Safe to stop anywhere and to run again."""
        line = self._line(flow, progress)
        running.run_all(line, self.plugins, _chosen(line.flow, entities))
        return line.report

    def apply(self, digest: str, progress: Progress | None = None) -> Report:
        """Send exactly the plan called `digest`. Raises ConfigError when no flow has it now."""
        with self.store.read() as tx:
            plans = {name: running.plan_of(tx, name) for name in self.flows()}
        named = {name: plan.digest for name, plan in plans.items() if plan.writes}
        flow = next((name for name, known in named.items() if known == digest), None)
        if flow is None:
            have = ", ".join(f"{known} ({name})" for name, known in named.items()) or "none"
            raise ConfigError(f"no plan called {digest!r} (there is {have}); `oppbridge plan` anew")
        line = self._line(flow, progress)
        running.apply(line, digest)
        return line.report

    def status(self) -> list[FlowStatus]:
        """How every flow stands: its last run, what is open."""
        return telling.status(self.store, self.flows())

    def why(self, system: str, key: str) -> Why:
        """What is known of the record behind a native key, and its last writes."""
        _known(system, self.configuration.systems, "system")
        return telling.why(self.store, system, key, entities_of(self.configuration, system))

    def held(self, flow: str | None = None) -> list[PlannedWrite]:
        """Writes and clashes that wait for a person."""
        return people.list_in(self.store, "held", flow)

    def approve(self, ids: Sequence[int], by: str, choice: str | None = None) -> int:
        """Let held writes go with the next run; for a clash `choice` names the winning system."""
        return people.approve(self.store, ids, by, choice, self._movers())

    def refuse(self, ids: Sequence[int], by: str) -> int:
        """Never send these held writes."""
        return people.refuse(self.store, ids, by)

    def dead(self, flow: str | None = None) -> list[PlannedWrite]:
        """Dead letters: writes that cannot go through, and rows that cannot be read."""
        return people.list_in(self.store, "dead", flow)

    def retry(self, ids: Sequence[int]) -> int:
        """Try dead letters again: reads unreadable rows now, decides the others with the next run.

        Returns how many. Raises ConfigError for an id that is not dead.
        """
        for one in people.take_dead(self.store, ids, self._movers()):
            line = self._line(one.flow, None)
            try:
                member = _member(line.flow, one.system, one.entity)
                look(Post(line, member, one.entity), [one.key or ""])
            finally:
                line.finish()
        return len(ids)

    def drop(self, ids: Sequence[int], by: str) -> int:
        """Set dead letters aside for good."""
        return people.drop(self.store, ids, by)

    def _movers(self) -> dict[str, list[str]]:
        """By entity, the flows that move it."""
        movers: dict[str, list[str]] = {}
        for name, flow in self.configuration.flows.items():
            for entity in flow.entities:
                movers.setdefault(entity, []).append(name)
        return movers

    def _line(self, name: str, progress: Progress | None) -> Line:
        flow, store = self.flow(name), self.store
        line = Line(store, flow, self._movers(), Report(name, store.clock()))
        if progress is not None:
            line.progress = progress
        return line

    def _step(
        self,
        name: str,
        entities: Sequence[str] | None,
        progress: Progress | None,
        step: Callable[[Line, Sequence[EntityFlow]], object],
    ) -> Report:
        line = self._line(name, progress)
        names = _chosen(line.flow, entities)
        try:
            step(line, [one for one in line.flow.entities if names is None or one.entity in names])
        finally:
            line.finish()
        return line.report


def _chosen(flow: Flow, entities: Sequence[str] | None) -> Sequence[str] | None:
    for entity in entities or ():
        _known(entity, [one.entity for one in flow.entities], f"entity in flow {flow.name}")
    return entities


def _member(flow: Flow, system: str, entity: str) -> Member:
    section = flow.entity(entity)
    if section is None or system not in section.members:
        raise ConfigError(f"flow {flow.name} no longer moves {entity} from or to {system}")
    return section.members[system]


def _known(name: str, valid: Iterable[str], what: str) -> None:
    there = list(valid)
    if name not in there:
        have = ", ".join(there) or "none"
        hint = suggestion(name, there)
        raise ConfigError(f"there is no {what} called {name!r}{hint} (there are {have})")
