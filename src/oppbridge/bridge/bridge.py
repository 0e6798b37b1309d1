"""The Python API: everything the command line and Airflow do, and nothing they do not."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from .desk import Desk

if TYPE_CHECKING:
    from ..engine import Line, Report, Share
    from ..engine.verification import Verification
    from ..store import Store
    from ..store.audit import Checked
    from .assembly import Assembly
    from .checking import Finding
    from .forgetting import Forgotten
    from .matching import Match
    from .plans import Plan

Progress = Callable[[str, str, str, int], None]


class Bridge(Desk):
    """One configuration, opened. Use it as a context manager, or call `close`.

        with Bridge.open("oppbridge.yaml") as bridge:
            report = bridge.run("quote-to-cash")

    Every call opens the systems it needs and closes them again. Errors are those of
    `oppbridge.errors`; troubles of single records or systems are in what a call returns.
    """

    def __init__(self, assembly: Assembly, store: Store) -> None:
        from .lines import Lines

        self._assembly, self._store = assembly, store
        self._lines = Lines(assembly, store)

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> Bridge:
        """Read a configuration, load its plugins, open its store. Raises ConfigError."""
        from ..config import load, store_keys, store_url
        from ..store import open_store
        from .assembly import Assembly
        from .installed import in_use

        found = load(path)
        plugins = in_use(found)
        store = open_store(store_url(found).get_secret_value(), found.home, store_keys(found))
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

    def systems(self) -> list[str]:
        """The names of the configured systems."""
        return list(self._assembly.found.systems)

    def limit(self, flow: str) -> int:
        """How many dead letters a run of the flow, or its undoing, may leave without failing."""
        return self._assembly.section(self._lines.base_of(flow)).limits.dead

    def check(self, flow: str | None = None, *, accept: bool = False) -> list[Finding]:
        """Configuration, sign-in, permissions, metadata against the maps; systems are only read.

        What tables look like is kept for runs to compare with; `accept` takes it where it changed.
        """
        from .checking import check

        return check(self._assembly, self._store, [flow] if flow else self.flows(), accept=accept)

    def map_check(self, system: str, entity: str | None = None) -> list[Finding]:
        """The maps of one system against its live metadata."""
        from .checking import check_maps

        self._assembly.known(system)
        return check_maps(self._assembly, system, entity)

    def status(self) -> dict[str, Any]:
        """Last runs, cursors and open writes, as plain data."""
        from .status import status

        return status(self._store, self.flows())

    def why(self, system: str, key: str) -> dict[str, Any]:
        """The stored reasoning about the record behind a native key, as plain data."""
        from .explained import explained
        from .story import why

        self._assembly.known(system)
        told = why(self._store, system, key, self._assembly.entities(system))
        score = explained(self._assembly, self._store, told["entity"], told["uid"])
        return {**told, "explained": score}

    # -- running ------------------------------------------------------------

    def observe(
        self, flow: str, progress: Progress | None = None, share: Share | None = None
    ) -> Report:
        """Finish what was begun and observe the systems of a flow. Decides nothing.

        Stages can be shared: workers may observe, and later deliver, several systems at a time,
        each with its own `share`. See `Share` for what happens when one is tried again.
        """
        from ..engine import watch

        return self._stage(flow, progress, share, lambda line: watch(line, line.chosen()))

    def decide(
        self, flow: str, progress: Progress | None = None, share: Share | None = None
    ) -> Report:
        """Decide what was observed, and hold what is more than may go unasked. Sends nothing."""
        from ..engine import weigh_all

        return self._stage(flow, progress, share, lambda line: weigh_all(line, line.chosen()))

    def deliver(
        self, flow: str, progress: Progress | None = None, share: Share | None = None
    ) -> Report:
        """Send what was decided."""
        from ..engine import carry_on

        return self._stage(flow, progress, share, lambda line: carry_on(line, line.chosen()))

    def conclude(
        self, flow: str, progress: Progress | None = None, share: Share | None = None
    ) -> Report:
        """Decide and send what followed from what was sent, until nothing moves."""
        from ..engine import conclude

        report = self._stage(flow, progress, share, lambda line: conclude(line, line.chosen()))
        self.purge()
        return report

    def plan(
        self,
        flow: str,
        entities: Sequence[str] | None = None,
        progress: Progress | None = None,
        by: str = "",
    ) -> Plan:
        """Observe and decide, send nothing: the writes a run would send, under one digest.

        `by` is who plans: where the flow says so, somebody else must approve.
        """
        from .applying import planned

        return planned(self._lines, flow, entities, by, progress)

    def run(
        self, flow: str, entities: Sequence[str] | None = None, progress: Progress | None = None
    ) -> Report:
        """Bring all systems of a flow to agree. Safe to stop anywhere and to run again."""
        from ..engine import run
        from ..hookspecs import RunFinished, RunStarted

        with self._lines.surveyed(flow, progress, entities) as line:
            line.tell(RunStarted(flow, line.began()))
            try:
                report = run(line, entities)
            except BaseException as exc:
                why = f"{type(exc).__name__}: {exc}"
                line.tell(RunFinished(flow, line.began(), line.report.by_entity(), why))
                raise
            told = "; ".join([*report.stopped, *report.problems]) or None
            line.tell(RunFinished(flow, line.began(), report.by_entity(), told))
        self.purge()
        return report

    def apply(self, digest: str, progress: Progress | None = None, by: str = "") -> Report:
        """Deliver exactly the plan with this digest, as far as it still holds.

        What has changed since, in a source or a target, is left alone: `drifted` names it, and the
        next plan shows it anew. Raises ConfigError for a plan nobody was shown.
        """
        from .applying import applied

        return applied(self._lines, digest, by, progress)

    def undo(self, run: int, progress: Progress | None = None, by: str = "") -> Plan:
        """Plan the reverse of a run, from what every row held before it. Sends nothing.

        `stays` tells what it leaves alone: what somebody edited since, rows that are in use. The
        plan is applied like any other.
        """
        from .undoing import undone

        return undone(self._lines, run, by, progress)

    def release(self, run: int, by: str = "") -> int:
        """Have the next plan do again what undoing a run undid. Returns how many records."""
        from .undoing import released

        return released(self._lines, run, by)

    def forget(self, system: str, key: str, by: str = "") -> Forgotten:
        """Erase a person, or any record, from the store once its rows are gone, with proof."""
        from .forgetting import forget

        self._assembly.known(system)
        return forget(self._store, system, key, self._assembly.entities(system), by)

    def rescore(self, flow: str) -> int:
        """Have the next run score every open deal anew. Returns how many; 0 without a scorer."""
        from .rescoring import rescore

        scored = self._assembly.section(flow).scorer is not None
        return rescore(self._store, flow) if scored else 0

    def purge(self) -> dict[str, int]:
        """Take out of the store what is older than `retention` says; rows that went, by table."""
        from .forgetting import purge

        return purge(self._store, self._assembly.found.retention)

    def audit(self, head: str | None = None) -> Checked:
        """Check the audit trail; `head` is a chain that was kept elsewhere and must be in it."""
        from ..store import audit

        with self._store.read() as tx:
            return audit.check(tx, head)

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

        with self._lines.opened(flow, progress) as line:
            return verified(line, entities, repair=repair)

    def match(self, flow: str, progress: Progress | None = None) -> list[Match]:
        """Observe, and say which records that systems held before they met would be joined.

        Nothing is joined and nobody asked before a plan or a run.
        """
        from ..engine import watch
        from .matching import proposals

        with self._lines.surveyed(flow, progress) as line:
            try:
                watch(line, line.chosen())
                return proposals(line)
            finally:
                line.finish()

    # -- within -------------------------------------------------------------

    def _stage(
        self,
        flow: str,
        progress: Progress | None,
        share: Share | None,
        step: Callable[[Line], object],
    ) -> Report:
        from ..engine.share import WHOLE

        return self._lines.stage(flow, progress, step, share=share or WHOLE)
