"""What one run carries along: the store, its lease, the clock, the counts, the quiet cursors."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ..contract import Trait
from ..errors import AccessDenied, OppBridgeError, Unavailable
from ..hookspecs import Event
from ..records.scalars import instant_text
from ..store import Lease, Planned, Store, Tx, audit, cursors, described, runs
from ..store.cursors import Place
from ..store.described import Described
from .flow import EntityFlow, Flow, Member
from .report import UNFINISHED, Report, together
from .scope import Scope
from .share import WHOLE, Share

if TYPE_CHECKING:
    from ..mapping import CompiledMap

Progress = Callable[[str, str, str, int], None]
"""Called with stage, system, entity and how many rows or writes were just dealt with."""


Tell = Callable[[Event], None]
"""Called with what watchers want to know."""


def _unheard(event: Event) -> None:
    """Nobody watches."""


def _silent(stage: str, system: str, entity: str, count: int) -> None:
    """No progress wanted."""


@dataclass(slots=True)
class Line:
    """One run of one flow.

    `others` names, by entity, every flow of the store that moves it: what one flow learns is
    news to all. The lease is taken with the first write, so that a run that finds nothing new
    writes one transaction, at its end.
    """

    store: Store
    flow: Flow
    others: Mapping[str, Sequence[str]]
    report: Report
    progress: Progress = _silent
    tell: Tell = _unheard
    lease: Lease | None = None
    run_id: int | None = None
    renewed: float = 0.0
    quiet: dict[tuple[str, str], Place] = field(default_factory=dict)
    out: set[str] = field(default_factory=set)  # systems nothing more is asked of in this run
    blind: set[tuple[str, str]] = field(default_factory=set)  # (system, entity) that failed
    unseen: set[tuple[str, str]] = field(default_factory=set)  # to be observed, and were not
    unsure: dict[tuple[str, str], str] = field(default_factory=dict)  # not answered, and why
    asked: set[tuple[str, str]] = field(default_factory=set)  # of those, looked at again
    looked: bool = False  # rows moved while they were written, and were looked at again
    looks: int = 2  # passes that are added for such rows: one that always moves is told
    scope: Scope | None = None  # the only writes that may be sent; None where all may
    share: Share = WHOLE  # what of the run is this worker's
    barred: set[str] = field(default_factory=set)  # entities that stand still in this run
    described: list[Described] = field(default_factory=list)  # to be kept with the first write

    def chosen(self, only: Collection[str] | None = None) -> list[EntityFlow]:
        """The flow's entities in order, those of `only` where given, without those barred."""
        return [
            one
            for one in self.flow.entities
            if (only is None or one.entity in only) and one.entity not in self.barred
        ]

    def flows(self, entity: str) -> Sequence[str]:
        """Names of the flows that move an entity."""
        return self.others.get(entity, ())

    def now(self) -> float:
        """Seconds since the epoch, by the store's clock."""
        return self.store.clock()

    def moment(self) -> datetime:
        """Now, as an instant."""
        return datetime.fromtimestamp(self.now(), UTC)

    def began(self) -> datetime:
        """When the run began."""
        return datetime.fromtimestamp(self.report.started, UTC)

    def stamp(self) -> str:
        """Now, as canonical text."""
        return instant_text(self.moment())

    def take_lease(self) -> None:
        """Make sure that no other run writes to this flow's systems; Unavailable where one does."""
        if self.lease is None:
            systems = [name for name in self.flow.systems() if self.share.takes(name)]
            names = [f"system:{name}" for name in systems]
            with self.store.write() as tx:
                self.lease = runs.acquire(tx, names, self.now(), self.share.work)
                self.run_id = self._begin(tx)
                described.keep(tx, self.described, self.now())
            self.described.clear()
            self.renewed = self.now()

    @contextmanager
    def write(self) -> Iterator[Tx]:
        """A transaction under the run's lease, which the first one takes."""
        self.take_lease()
        with self.store.write(self.lease) as tx:
            if self.lease is not None and self.now() - self.renewed > runs.TERM / 3:
                runs.renew(tx, self.lease, self.now())
                self.renewed = self.now()
            yield tx

    def stop(self, system: str, what: str, error: OppBridgeError) -> None:
        """Ask nothing more of a system in this run: someone must act."""
        self.report.stop(what)
        self.report.denied |= isinstance(error, AccessDenied)
        self.out.add(system)

    def finish(self) -> None:
        """Store quiet cursors and the report, and give the lease back: one transaction."""
        self.report.finished = self.now()
        with self.store.write() as tx:
            for (system, entity), at in self.quiet.items():
                try:
                    cursors.move(tx, system, entity, at, self.now())
                except Unavailable as exc:  # another run has read further meanwhile
                    self.report.trouble(str(exc))
            self.quiet.clear()
            described.keep(tx, self.described, self.now())
            self.described.clear()
            if self.lease is not None:
                runs.release(tx, self.lease)
            run_id = self.report.run = self.run_id or self._begin(tx)
            told = self.report.to_json()
            if self.share.run:
                told["unseen"] = sorted(self.unseen)
                told = together(runs.report_of(tx, run_id), told, self.share.work)
                if not self.share.last and told["outcome"] not in ("stopped", "retry"):
                    told["outcome"] = UNFINISHED
            runs.finish(tx, run_id, told["outcome"], told, self.now())
        self.lease = None

    def recall(self) -> None:
        """Write nothing where another worker of this run was to look first and could not."""
        if not self.share.run:
            return
        with self.store.read() as tx:
            works = runs.report_under(tx, self.share.run).get("works", {})
        for name, told in works.items():
            if name != self.share.work:
                self.blind.update((system, entity) for system, entity in told["unseen"])

    def _begin(self, tx: Tx) -> int:
        return runs.begin(tx, self.flow.name, self.report.started, self.share.run)


@dataclass(frozen=True, slots=True)
class Post:
    """One entity in one system within one run: what every step works on."""

    line: Line
    member: Member
    entity: str

    @property
    def system(self) -> str:
        """The system's name."""
        return self.member.system.name

    @property
    def map(self) -> CompiledMap:
        """The entity's map in this system."""
        return self.member.map(self.entity)

    @property
    def connector(self) -> Any:
        """The system's open connector."""
        return self.member.system.connector

    @property
    def watched(self) -> bool:
        """Whether anybody observes the entity in this system, in this flow or another."""
        return self.member.reads or len(self.line.flows(self.entity)) > 1

    def promises(self, trait: Trait) -> bool:
        """Whether the connector promises `trait` for this entity."""
        return self.member.system.promises(self.entity, trait)

    def count(self, what: str, by: int = 1) -> None:
        """Add to one of this post's counters."""
        if by:
            self.line.report.count(self.entity, self.system, what, by)

    def seal(self, tx: Tx, settled: Sequence[Planned]) -> None:
        """Put what became of writes into the audit trail."""
        told = [[one.id, one.action, one.state, one.digest] for one in settled]
        if told:
            where = {"flow": self.line.flow.name, "system": self.system, "entity": self.entity}
            who = f"run {self.line.run_id}"
            audit.note(tx, self.line.now(), who, "wrote", {**where, "writes": told})

    def progress(self, stage: str, count: int) -> None:
        """Tell who watches."""
        self.line.progress(stage, self.system, self.entity, count)
