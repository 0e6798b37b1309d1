"""The Python API: everything the command line and Airflow do, and nothing they do not."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from ..errors import ConfigError

if TYPE_CHECKING:
    from ..engine import Line, Report
    from ..engine.verification import Verification
    from ..store import Store
    from .assembly import Assembly
    from .checking import Finding
    from .matching import Match
    from .plans import Plan, PlannedWrite

Progress = Callable[[str, str, str, int], None]


class Bridge:
    """One configuration, opened. Use it as a context manager, or call `close`.

        with Bridge.open("oppbridge.yaml") as bridge:
            report = bridge.run("quote-to-cash")

    Every call opens the systems it needs and closes them again. Errors are those of
    `oppbridge.errors`; troubles of single records or systems are in what a call returns.
    """

    def __init__(self, assembly: Assembly, store: Store) -> None:
        self._assembly, self._store = assembly, store

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> Bridge:
        """Read a configuration, load its plugins, open its store. Raises ConfigError."""
        from .. import __version__
        from ..config import load, store_url
        from ..hookspecs import Host
        from ..plugins import Plugins
        from ..store import open_store
        from .assembly import Assembly

        found = load(path)
        plugins = Plugins(Host(__version__, home=found.home))
        plugins.load(found.plugins)
        store = open_store(store_url(found).get_secret_value(), found.home)
        return cls(Assembly(found, plugins), store)

    def close(self) -> None:
        """Close the store."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, at: TracebackType | None
    ) -> None:
        self.close()

    # -- looking ------------------------------------------------------------

    def flows(self) -> list[str]:
        """The names of the configured flows."""
        return list(self._assembly.found.flows)

    def limit(self, flow: str) -> int:
        """How many dead letters a run of the flow may leave without failing."""
        return self._assembly.section(flow).limits.dead

    def check(self, flow: str | None = None) -> list[Finding]:
        """Configuration, sign-in, permissions and metadata against the maps; writes nothing."""
        from .checking import check

        sections = [self._assembly.section(name) for name in ([flow] if flow else self.flows())]
        names = {s: None for one in sections for e in one.entities.values() for s in e.systems}
        return check(self._assembly, list(names))

    def map_check(self, system: str, entity: str | None = None) -> list[Finding]:
        """The maps of one system against its live metadata."""
        from .checking import check_maps

        self._known(system)
        return check_maps(self._assembly, system, entity)

    def status(self) -> dict[str, Any]:
        """Last runs, cursors and open writes, as plain data."""
        from .status import status

        return status(self._store, self.flows())

    def why(self, system: str, key: str) -> dict[str, Any]:
        """The stored reasoning about the record behind a native key, as plain data."""
        from .explained import explained
        from .story import why

        self._known(system)
        told = why(self._store, system, key, self._assembly.entities(system))
        score = explained(self._assembly, self._store, told["entity"], told["uid"])
        return {**told, "explained": score}

    # -- running ------------------------------------------------------------

    def observe(self, flow: str, progress: Progress | None = None) -> Report:
        """Finish what was begun and observe every system of a flow. Decides nothing."""
        from ..engine import watch

        return self._stage(flow, progress, lambda line: watch(line, line.flow.entities))

    def decide(self, flow: str, progress: Progress | None = None) -> Report:
        """Decide what was observed. Sends nothing."""
        from ..engine import judge

        return self._stage(flow, progress, lambda line: judge(line, line.flow.entities))

    def deliver(self, flow: str, progress: Progress | None = None) -> Report:
        """Send what was decided."""
        from ..engine import carry_on

        return self._stage(flow, progress, lambda line: carry_on(line, line.flow.entities))

    def plan(
        self, flow: str, entities: Sequence[str] | None = None, progress: Progress | None = None
    ) -> Plan:
        """Observe and decide, send nothing: the writes a run would send, under one digest."""
        from ..engine import judge, watch
        from .plans import plan_of

        def stage(line: Line) -> None:
            chosen = [
                one for one in line.flow.entities if entities is None or one.entity in entities
            ]
            watch(line, chosen)
            judge(line, chosen)

        report = self._stage(flow, progress, stage)
        return plan_of(self._store, flow, [*report.stopped, *report.problems])

    def run(
        self, flow: str, entities: Sequence[str] | None = None, progress: Progress | None = None
    ) -> Report:
        """Bring all systems of a flow to agree. Safe to stop anywhere and to run again."""
        from ..engine import run
        from ..hookspecs import RunFinished, RunStarted

        with self._line(flow, progress) as line:
            line.tell(RunStarted(flow, line.began()))
            try:
                report = run(line, entities)
            except BaseException as exc:
                why = f"{type(exc).__name__}: {exc}"
                line.tell(RunFinished(flow, line.began(), line.report.by_entity(), why))
                raise
            told = "; ".join([*report.stopped, *report.problems]) or None
            line.tell(RunFinished(flow, line.began(), report.by_entity(), told))
            return report

    def apply(self, digest: str, progress: Progress | None = None) -> Report:
        """Deliver exactly the plan with this digest. Raises ConfigError once it has changed."""
        from ..engine import carry_on
        from .plans import plan_of

        for flow in self.flows():
            if plan_of(self._store, flow).digest == digest:
                return self._stage(flow, progress, lambda line: carry_on(line, line.flow.entities))
        raise ConfigError(f"no flow has a plan {digest} now; plan again and look at what changed")

    def verify(
        self,
        flow: str,
        entities: Sequence[str] | None = None,
        progress: Progress | None = None,
        *,
        repair: bool = False,
    ) -> Verification:
        """Compare the systems of a flow and write nothing to them.

        With `repair` the next plan looks at all that differs: it shows what would mend it.
        """
        from .verifying import verified

        with self._line(flow, progress) as line:
            return verified(line, entities, repair=repair)

    def match(self, flow: str, progress: Progress | None = None) -> list[Match]:
        """Observe, and say which records that systems held before they met would be joined.

        Nothing is joined and nobody asked before a plan or a run.
        """
        from ..engine import watch
        from .matching import proposals

        with self._line(flow, progress) as line:
            try:
                watch(line, line.flow.entities)
                return proposals(line)
            finally:
                line.finish()

    # -- people -------------------------------------------------------------

    def held(self, flow: str | None = None) -> list[PlannedWrite]:
        """Writes that wait for a person, clashes included."""
        return self._listed(("held",), flow)

    def dead(self, flow: str | None = None) -> list[PlannedWrite]:
        """Writes and rows that cannot go through, each with its reason."""
        return self._listed(("dead",), flow)

    def approve(self, ids: Sequence[int], by: str, choice: str | None = None) -> int:
        """Let held writes go with the next run; `choice` names the winner of a clash."""
        from .plans import approve

        movers = self._assembly.movers()
        return approve(self._store, ids, by, choice, lambda entity: movers.get(entity, []))

    def refuse(self, ids: Sequence[int], by: str) -> int:
        """Keep held writes from going."""
        from .plans import refuse

        return refuse(self._store, ids, by)

    def retry(self, ids: Sequence[int]) -> int:
        """Try dead letters again: writes with the next run, unreadable rows now."""
        from .plans import retry

        for letter in retry(self._store, ids):
            self._look(letter.flow, letter.system, letter.entity, letter.key or "")
        return len(ids)

    def drop(self, ids: Sequence[int], by: str) -> int:
        """Set dead letters aside; a change of content brings them up again."""
        from .plans import drop

        return drop(self._store, ids, by)

    # -- within -------------------------------------------------------------

    def _listed(self, states: Sequence[str], flow: str | None) -> list[PlannedWrite]:
        from ..store import writes
        from .plans import shown

        if flow is not None:
            self._assembly.section(flow)
        with self._store.read() as tx:
            return shown(tx, writes.in_state(tx, states, flow))

    def _known(self, system: str) -> None:
        from ..nearest import suggestion

        there = self._assembly.found.systems
        if system not in there:
            hint = suggestion(system, there)
            raise ConfigError(f"there is no system {system!r}{hint} (there are {', '.join(there)})")

    @contextmanager
    def _line(self, flow: str, progress: Progress | None) -> Iterator[Line]:
        from ..engine import Line, Report
        from .memory import seldom_collected

        with seldom_collected(), self._assembly.flow(flow, self._store) as opened:
            report = Report(flow, self._store.clock())
            line = Line(self._store, opened, self._assembly.movers(), report)
            line.tell = self._assembly.plugins.tell
            if progress is not None:
                line.progress = progress
            yield line

    def _look(self, flow: str, system: str, entity: str, key: str) -> None:
        """Observe one row now, if the flow still moves it."""
        from ..engine import Post
        from ..engine.observe import look

        with self._line(flow, None) as line:
            section = line.flow.entity(entity)
            if section is not None and system in section.members:
                try:
                    look(Post(line, section.members[system], entity), [key])
                finally:
                    line.finish()

    def _stage(
        self, flow: str, progress: Progress | None, stage: Callable[[Line], object]
    ) -> Report:
        from ..engine import count_open

        with self._line(flow, progress) as line:
            try:
                stage(line)
                count_open(line, line.flow.entities)
            finally:
                line.finish()
            return line.report
