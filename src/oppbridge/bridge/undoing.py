"""Plans what undoes a run, and what does again what was undone."""

from __future__ import annotations

from ..engine import Line, watch
from ..engine.behind import UNDO
from ..engine.release import release
from ..engine.undo import plan_undo
from ..errors import ConfigError
from ..store import audit, trail
from .applying import keep
from .lines import Lines, Progress
from .plans import Plan


def undone(lines: Lines, run: int, by: str, progress: Progress | None) -> Plan:
    """The reverse of a run as a plan; `stays` tells what it leaves alone."""
    with lines.store.read() as tx:
        touched = {entity for _, entity in trail.of_run(tx, run)}

    def stage(line: Line) -> None:
        watch(line, line.chosen(touched))
        plan_undo(line, run)

    report = lines.stage(f"{UNDO}{run}", progress, stage)
    problems = [*report.stopped, *report.problems]
    return keep(lines.store, f"{UNDO}{run}", by, None, problems, report.drifted)


def released(lines: Lines, run: int, by: str) -> int:
    """Ask anew for whatever undoing a run has undone. Returns how many records."""
    with lines.surveyed(f"{UNDO}{run}") as line:
        try:
            count = release(line, run)
        finally:
            line.finish()
    if not count:
        raise ConfigError(f"nothing of run {run} was undone")
    with lines.store.write() as tx:
        audit.note(tx, lines.store.clock(), by, "released", {"run": run, "records": count})
    return count
