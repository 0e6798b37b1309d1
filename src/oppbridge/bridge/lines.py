"""Opens a flow for one call: its systems, a line to run it on, and what was asked of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from ..engine import Line, Post, Report, count_open
from ..engine.observe import look
from ..engine.share import WHOLE, Share
from ..engine.undo import base_of
from ..store import Store, Tx
from .assembly import Assembly
from .drifting import survey
from .memory import seldom_collected

Progress = Callable[[str, str, str, int], None]


@dataclass(frozen=True, slots=True)
class Lines:
    """The flows of one configuration over one store."""

    assembly: Assembly
    store: Store

    def strict(self, tx: Tx, flow: str) -> bool:
        """Whether nobody approves what they planned themselves in a flow, or its undoing."""
        return self.assembly.section(base_of(tx, flow)).approval.by_another

    def base_of(self, flow: str) -> str:
        """The configured flow behind a flow that undoes a run."""
        with self.store.read() as tx:
            return base_of(tx, flow)

    @contextmanager
    def opened(
        self, flow: str, progress: Progress | None = None, share: Share = WHOLE
    ) -> Iterator[Line]:
        """A flow with its systems open, closed again at the end; `undo 7` undoes run 7."""
        base = self.base_of(flow)
        with seldom_collected(), self.assembly.flow(base, self.store) as opened:
            report = Report(flow, self.store.clock())
            line = Line(self.store, replace(opened, name=flow), self.assembly.movers(), report)
            line.tell, line.share = self.assembly.plugins.tell, share
            line.recall()
            if progress is not None:
                line.progress = progress
            yield line

    @contextmanager
    def surveyed(
        self,
        flow: str,
        progress: Progress | None = None,
        only: Sequence[str] | None = None,
        share: Share = WHOLE,
    ) -> Iterator[Line]:
        """A flow opened without the entities whose maps no longer fit what systems look like."""
        with self.opened(flow, progress, share) as line:
            survey(self.assembly, line, only)
            yield line

    def stage(
        self,
        flow: str,
        progress: Progress | None,
        stage: Callable[[Line], object],
        only: Sequence[str] | None = None,
        share: Share = WHOLE,
    ) -> Report:
        """What one stage of a flow came to."""
        with self.surveyed(flow, progress, only, share) as line:
            try:
                stage(line)
                count_open(line, line.flow.entities)
            finally:
                line.finish()
            return line.report

    def look(self, flow: str, system: str, entity: str, key: str) -> None:
        """Observe one row now, if the flow still moves it and its table is what it was."""
        with self.surveyed(flow, None, [entity]) as line:
            for section in line.chosen([entity]):
                if system in section.members:
                    try:
                        look(Post(line, section.members[system], entity), [key])
                    finally:
                        line.finish()
