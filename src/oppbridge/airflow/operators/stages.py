"""The stages of a run, one task each; tasks of one DAG run share one run of OppBridge."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from .opening import BridgeOperator, counts_of, ended, run_key, within

if TYPE_CHECKING:
    from airflow.sdk import Context

    from ...bridge import Bridge
    from ...engine import Report, Share


class StageOperator(BridgeOperator):
    """One stage of a run.

    A try that was killed is taken up by the next one: it takes over the lease, asks the systems
    what became of the writes under way, and the store refuses the earlier try should it wake.

    :param systems: the systems this task works on (templated); all of the flow where not given.
    """

    template_fields: Sequence[str] = ("flow", "config", "systems")
    stage: ClassVar[str] = ""
    last: ClassVar[bool] = False

    def __init__(self, *, systems: Sequence[str] | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.systems = systems

    def execute(self, context: Context) -> dict[str, Any]:
        """Run the stage. Returns its counts and the run's id."""
        with self.opened() as bridge:
            report = self.step(bridge, self.share(context))
            return self.told(bridge, report, context)

    def share(self, context: Context) -> Share:
        """What of the run is this task's."""
        from ...engine import Share

        systems = frozenset(self.systems) if self.systems else None
        work = " ".join([self.stage, *sorted(systems or ())])
        return Share(run_key(context), work, systems, last=self.last)

    def step(self, bridge: Bridge, share: Share) -> Report:
        """The stage itself."""
        report: Report = getattr(bridge, self.stage)(self.flow, share=share)
        return report

    def told(self, bridge: Bridge, report: Report, context: Context) -> dict[str, Any]:
        """What the task returns, or the error it ends in."""
        return ended(report)


class ObserveOperator(StageOperator):
    """Finish what was begun in some systems, then store what is new there."""

    stage = "observe"


class DecideOperator(StageOperator):
    """Merge, score and gate what is new; plan the writes. Sends nothing."""

    stage = "decide"


class DeliverOperator(StageOperator):
    """Send what was decided for some systems."""

    stage = "deliver"


class ConcludeOperator(StageOperator):
    """Decide and send what followed, until nothing moves; fails on too many dead letters.

    Held writes are left behind: a run never waits for a person. With outlet `holding(flow)` the
    asset `held(flow)` has an event when some wait.
    """

    stage = "conclude"
    last = True

    def told(self, bridge: Bridge, report: Report, context: Context) -> dict[str, Any]:
        """Counts; the asset of held writes hears of them."""
        from ..assets import held, holding

        counts = counts_of(report)
        if counts["held"]:
            event = context["outlet_events"][holding(self.flow)]
            event.add(held(self.flow), extra={"flow": self.flow, "held": counts["held"]})
        ended(report)
        within(bridge, report)
        return counts
