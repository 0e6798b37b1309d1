"""What a product needs after its row is there: its state, and its list price."""

from __future__ import annotations

from collections.abc import Mapping

from oppbridge.contract import Action, Change
from oppbridge.errors import Invalid

from .documents import state_job
from .jobs import Job, run_batches
from .lifecycle import STATE, STATUS, Now, course_of
from .prices import Priced, price_jobs
from .work import Work


def finish_products(work: Work, shown: Mapping[str, Change]) -> bool:
    """Bring new products to their state, and list prices into their lists; True if any."""
    priced: list[Priced] = []
    jobs: list[Job] = []
    for id in work.succeeded():
        asked, change = work.parcels[id], shown.get(work.key(id))
        if change is None or change.row is None:
            continue
        if asked.price is not None:
            priced.append(Priced(id, change.row, *asked.price))
        created = work.writes[id].action is Action.CREATE and id not in work.existed
        if created and course_of(work.entity.table.logical).start is None:
            jobs += _state_jobs(work, id, change)
    if priced:
        for found in price_jobs(work.desk, priced):
            if isinstance(found, Job):
                jobs.append(found)
            else:
                work.run.refuse([found[0]], found[1])
    run_batches(work.run, jobs)
    return bool(jobs)


def _state_jobs(work: Work, id: str, change: Change) -> list[Job]:
    wanted, row = work.parcels[id].state, change.row or {}
    if wanted.state is None:
        return []
    now = Now(row.get(STATE), row.get(STATUS))
    try:
        job = state_job(work.entity, id, change.key, now, wanted)
    except Invalid as error:
        work.run.refuse([id], error)
        return []
    return [job] if job else []
