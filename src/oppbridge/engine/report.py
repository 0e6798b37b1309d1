"""The counts of one run, and what went wrong in it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from ..errors import Retry, Throttled

UNFINISHED = "unfinished"
"""The outcome of a run whose last piece of work is still to come, or was killed."""

OPEN = ("waiting", "held", "dead")
"""Counts that tell how many there are now; the others tell what was done and add up."""

COUNTS = (
    "observed",
    "unchanged",
    "created",
    "updated",
    "deleted",
    "waiting",
    "held",
    "dead",
    "clashes",
)


MOST_NOTICES = 50


@dataclass(slots=True)
class Report:
    """Counts by entity and system, and problems in words."""

    flow: str
    started: float
    finished: float | None = None
    counts: dict[tuple[str, str], Counter[str]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    drifted: list[str] = field(default_factory=list)  # of a plan, what is no longer as it was shown
    run: int | None = None  # the run's number, once it has ended
    denied: bool = False  # whether a system refused access
    after: float | None = None  # seconds a system asked to be left alone, the longest

    def count(self, entity: str, system: str, what: str, by: int = 1) -> None:
        """Add to one counter."""
        self.counts.setdefault((entity, system), Counter())[what] += by

    def place(self, entity: str, system: str, what: str, value: int) -> None:
        """Set one counter."""
        self.counts.setdefault((entity, system), Counter())[what] = value

    def trouble(self, what: str, error: Retry | None = None) -> None:
        """Note a passing problem: the next run tries again, no sooner than the system allows."""
        if isinstance(error, Throttled):
            self.after = max(self.after or 0.0, error.after)
        if what not in self.problems:
            self.problems.append(what)

    def notice(self, what: str) -> None:
        """Note something that kept nothing back."""
        if what not in self.notices and len(self.notices) < MOST_NOTICES:
            self.notices.append(what)

    def drift(self, what: str) -> None:
        """Note what stays as it is, though a plan or an undo was to change it."""
        if what not in self.drifted:
            self.drifted.append(what)

    def stop(self, what: str) -> None:
        """Note a problem that someone must act on."""
        if what not in self.stopped:
            self.stopped.append(what)

    def total(self, what: str) -> int:
        """One counter over all entities and systems."""
        return sum(counter[what] for counter in self.counts.values())

    @property
    def wrote(self) -> int:
        """How many writes went through."""
        return self.total("created") + self.total("updated") + self.total("deleted")

    @property
    def outcome(self) -> str:
        """stopped, retry (something could not be reached), dead, waiting or done."""
        if self.stopped:
            return "stopped"
        if self.problems:
            return "retry"
        if self.total("dead"):
            return "dead"
        waits = self.total("held") or self.total("waiting") or self.drifted
        return "waiting" if waits else "done"

    def by_entity(self) -> dict[str, dict[str, dict[str, int]]]:
        """The counters by entity, then system."""
        entities: dict[str, dict[str, dict[str, int]]] = {}
        for (entity, system), counter in sorted(self.counts.items()):
            entities.setdefault(entity, {})[system] = {name: counter[name] for name in COUNTS}
        return entities

    def to_json(self) -> dict[str, Any]:
        """The report as plain data, keys stable."""
        return {
            "flow": self.flow,
            "run": self.run,
            "outcome": self.outcome,
            "entities": self.by_entity(),
            "problems": list(self.problems),
            "stopped": list(self.stopped),
            "notices": list(self.notices),
            "drifted": list(self.drifted),
            "seconds": None if self.finished is None else round(self.finished - self.started, 3),
        }


def together(before: dict[str, Any], now: dict[str, Any], work: str) -> dict[str, Any]:
    """One report of a run that several workers share: `now` is what `work` has just told.

    What was done adds up, over tries too. What is open, and what is wrong, is told as of the
    latest try of each piece of work; what is over is not held against the run.
    """
    entities = {
        name: {system: {**told, **dict.fromkeys(OPEN, 0)} for system, told in systems.items()}
        for name, systems in before.get("entities", {}).items()
    }
    for entity, systems in now["entities"].items():
        for system, told in systems.items():
            known = entities.setdefault(entity, {}).get(system, {})
            added = {n: told[n] + (0 if n in OPEN else known.get(n, 0)) for n in COUNTS}
            entities[entity][system] = added
    said = {**before.get("works", {}), work: {n: now[n] for n in (*_SAID, "unseen")}}
    whole = {name: sorted({t for one in said.values() for t in one[name]}) for name in _SAID}
    seconds = (before.get("seconds") or 0.0) + (now["seconds"] or 0.0)
    dead = sum(told["dead"] for systems in entities.values() for told in systems.values())
    waits = now["outcome"] == "waiting" or whole["drifted"]
    outcome = "stopped" if whole["stopped"] else "retry" if whole["problems"] else None
    outcome = outcome or ("dead" if dead else "waiting" if waits else "done")
    shared = {"entities": entities, "works": said, "seconds": round(seconds, 3), **whole}
    return {**now, **shared, "outcome": outcome}


_SAID = ("problems", "stopped", "notices", "drifted")
