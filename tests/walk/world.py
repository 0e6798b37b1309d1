"""Two small CRMs with different dialects, one store, one flow: the world the walk happens in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from oppbridge.decision import Clash, Policy
from oppbridge.engine import EntityFlow, Flow, Line, Member, Report, System, run
from oppbridge.kit.crm import FakeCrm, Manners
from oppbridge.kit.direct import Direct, DirectSettings, direct_spec
from oppbridge.kit.north import NORTH
from oppbridge.kit.south import SOUTH
from oppbridge.mapping import compile_map, load_map
from oppbridge.match.rules import MatchRules
from oppbridge.store import Store, open_store

ENTITIES = ("account", "contact", "product", "opportunity", "quote", "order")
DIALECTS = {"north": NORTH, "south": SOUTH}
MAPS = {
    name: {
        entity: compile_map(load_map(path)) for entity, path in direct_spec(dialect).maps.items()
    }
    for name, dialect in DIALECTS.items()
}


def prefer(system: str) -> Policy:
    """A policy under which one named system wins."""

    def policy(clash: Clash) -> str | None:
        return system if system in clash.values else None

    return policy


@dataclass
class World:
    """Both CRMs and everything OppBridge knows about them."""

    winner: str = "north"
    manners: Mapping[str, Manners] = field(default_factory=dict)
    pages: tuple[int, int] = (7, 50)  # rows a page, writes a call
    deletions: str = "propagate"
    entities: Sequence[str] = ENTITIES
    sweep_every: int = 0
    fresh: Callable[[], str] = lambda: "sqlite://"  # the address of an empty database
    match: MatchRules = field(default_factory=MatchRules)
    keys: Sequence[str] = ()  # what the store is encrypted under
    planner: Any = None  # who plans, applies and undoes; None where there are only runs

    def __post_init__(self) -> None:
        self.seconds = count(1_800_000_000)
        self.crms = {
            name: FakeCrm(dialect, name, self.manners.get(name))
            for name, dialect in DIALECTS.items()
        }
        self.store = self.fresh_store()

    def fresh_store(self) -> Store:
        """An empty store whose clock moves a second with every look at it."""
        store = open_store(self.fresh(), keys=self.keys)
        store.clock = lambda: float(next(self.seconds))
        return store

    def flow(self) -> Flow:
        """The flow as a process that has just started opens it."""
        members = {}
        for name, crm in self.crms.items():
            manners = self.manners.get(name) or Manners()
            spec = direct_spec(DIALECTS[name], manners)
            page, batch = self.pages
            spec = replace(spec, limits=replace(spec.limits, page=page, batch=batch))
            selections = {entity: one.selection for entity, one in MAPS[name].items()}
            connector = Direct(DirectSettings(crm=crm, sweep_every=self.sweep_every), selections)
            members[name] = Member(System(name, connector, spec, MAPS[name]))
        policy = (f"prefer {self.winner}", prefer(self.winner))
        return Flow(
            "walk",
            [
                EntityFlow(
                    entity,
                    members,
                    policy,
                    deletions=self.deletions,
                    match=self.match,
                    remembered=entity == "opportunity",
                )
                for entity in self.entities
            ],
        )

    def line(self, name: str = "walk") -> Line:
        """A run that begins, of the flow or of one that undoes a run."""
        flow = replace(self.flow(), name=name)
        others = {one.entity: ["walk"] for one in flow.entities}
        return Line(self.store, flow, others, Report(name, self.store.clock()))

    def run(self) -> Report:
        """One run, as the command line or a task would do it."""
        line = self.line()
        try:
            return run(line)
        finally:
            self.ran(line)

    def ran(self, line: Line) -> None:
        """Somebody may want to undo what was written."""
        if self.planner is not None and line.run_id is not None:
            self.planner.runs.append(line.run_id)
