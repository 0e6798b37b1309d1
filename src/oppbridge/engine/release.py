"""Lifts an undo: what it undid is decided again, as if it had never been sent."""

from __future__ import annotations

from ..errors import Unavailable
from ..merge import PRESENCE
from ..store import links, records, trail, undone, writes
from .behind import UNDO
from .line import Line
from .run import resume


def release(line: Line, run_id: int) -> int:
    """Have the next decision do again what undoing a run has undone. Returns how many records.

    Raises Unavailable while it is not known what became of a write that undid something.
    """
    flow = f"{UNDO}{run_id}"
    resume(line, line.chosen())
    count = 0
    with line.write() as tx:
        if writes.in_state(tx, ("sent",), flow):
            told = "; ".join([*line.report.stopped, *line.report.problems])
            raise Unavailable(f"what undid run {run_id} is not answered yet; try again ({told})")
        writes.drop(tx, [one.id for one in writes.in_state(tx, writes.UNSETTLED, flow)])
        for (system, entity), ids in trail.of_flow(tx, flow).items():
            held = links.of_records(tx, ids, system)
            rows = [link for group in held.values() for link in group]
            gone = [link for link in rows if link.gone]
            for link in gone:
                link.lag[PRESENCE] = None
            links.update(tx, gone)
            undone.forget(tx, [link.id for link in rows])
            records.ask(tx, line.flows(entity), entity, ids)
            count += len(ids)
    return count
