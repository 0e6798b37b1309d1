"""What one worker does of a run that several share: some systems, and the run's own key."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Share:
    """A worker's part of a run.

    `run` is the same for every worker and every try of one run: what they report is one run's,
    and undone as one. `work` is the same for every try of one piece of work: a later try takes
    over what an earlier one holds, and the store refuses the earlier one from then on. Only with
    the `last` piece of work has the run ended: until then it is unfinished, whatever went well.
    """

    run: str = ""
    work: str = ""
    systems: frozenset[str] | None = None  # None: all of the flow
    last: bool = False

    def takes(self, system: str) -> bool:
        """Whether the worker works on a system."""
        return self.systems is None or system in self.systems


WHOLE = Share()
