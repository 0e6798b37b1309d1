"""Carries out writes: bulk messages where no guard is asked, batches otherwise, then an echo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from oppbridge.contract import Action, Change, Receipt, Write
from oppbridge.errors import Gone, Invalid, OppBridgeError, Reject, Retry, Unlinked, Unsure

from .bulk import Message, Target, run_bulk
from .desk import Desk, Entity
from .documents import create_body, create_job, delete_job, state_job, update_job
from .finding import rows_where
from .jobs import Job, Run, run_batches
from .lifecycle import STATE, STATUS, Now, course_of
from .parcels import Parcel, parcel
from .parts import Known, look_up, part_key
from .prices import Priced, price_jobs
from .rows import by_keys, complete
from .scores import Scored, write_scores


@dataclass(slots=True)
class Work:
    """The writes of one call, what each asks for, and what is known about them."""

    desk: Desk
    entity: Entity
    run: Run
    writes: dict[str, Write]
    parcels: dict[str, Parcel] = field(default_factory=dict)
    known: Known = field(default_factory=Known)
    existed: set[str] = field(default_factory=set)


def carry_out(desk: Desk, entity: Entity, writes: Sequence[Write]) -> list[Receipt]:
    """One receipt for each write, in order. See `contract.Writer`."""
    work = Work(desk, entity, Run(desk), {write.id: write for write in writes})
    _prepare(work)
    _found_already(work)
    _headers(work)
    _settle_duplicates(work)
    _settle_missing(work)
    _scores(work)
    shown = _echo(work)
    if _finish_products(work, shown):
        shown = _echo(work)
    return [_receipt(work, write, shown) for write in writes]


def _prepare(work: Work) -> None:
    for write in work.writes.values():
        try:
            work.parcels[write.id] = parcel(work.desk, work.entity, write)
        except Reject as error:
            work.run.refuse([write.id], error)
    try:
        work.known = look_up(work.desk, work.entity, _open(work))
    except Reject as error:
        work.run.refuse([write.id for write in _open(work) if write.parts], error)


def _open(work: Work) -> list[Write]:
    """The writes of which nothing became yet."""
    run = work.run
    settled = run.done.keys() | run.refused.keys() | work.existed
    return [write for write in work.writes.values() if write.id not in settled]


def _found_already(work: Work) -> None:
    """Creates whose first sending was never answered: those whose row is there are done."""
    again = [w for w in _open(work) if w.action is Action.CREATE and w.again]
    there = existing(work.desk, work.entity, [write.origin for write in again])
    work.existed |= {write.id for write in again if write.origin.lower() in there}


def existing(desk: Desk, entity: Entity, keys: Sequence[str]) -> set[str]:
    """Those of the keys under which there is a row."""
    table = entity.table
    rows = rows_where(desk, table.set, table.pk, table.pk, keys, (table.pk,))
    return {str(row[table.pk]) for row in rows}


def _headers(work: Work) -> None:
    creates: list[Target] = []
    updates: list[Target] = []
    jobs: list[str] = []
    met: set[str] = set()
    for write in _open(work):
        key = write.origin if write.action is Action.CREATE else str(write.key)
        target = _bulk_target(work, write) if key not in met else None
        met.add(key)
        if target is None:
            jobs.append(write.id)
        else:
            (creates if write.action is Action.CREATE else updates).append(target)
    jobs += [target.id for target in run_bulk(work.run, _create_message(work), creates)]
    table = work.entity.table
    update = Message("UpdateMultiple", table.set, table.logical)
    jobs += [target.id for target in run_bulk(work.run, update, updates)]
    chosen = set(jobs)
    run_batches(work.run, [job for id in work.writes if id in chosen for job in _job(work, id)])


def _create_message(work: Work) -> Message:
    table = work.entity.table

    def there(keys: Sequence[str]) -> set[str]:
        return existing(work.desk, work.entity, keys)

    return Message("CreateMultiple", table.set, table.logical, there)


def _bulk_target(work: Work, write: Write) -> Target | None:
    """The write as a row of a bulk call; None where it needs a guard, parts or steps."""
    asked = work.parcels[write.id]
    course = course_of(work.entity.table.logical)
    if write.parts or write.version is not None or write.action is Action.DELETE:
        return None
    if write.action is Action.CREATE:
        if course.start is not None and asked.state.state not in (None, course.start):
            return None
        return Target(write.id, write.origin, create_body(work.entity, write, asked))
    if asked.state.state is not None or not asked.columns:
        return None
    if write.current.get(STATE) not in (None, *course.open):
        return None
    body = {work.entity.table.pk: write.key, **asked.columns}
    return Target(write.id, str(write.key), body)


def _job(work: Work, id: str) -> list[Job]:
    write, asked = work.writes[id], work.parcels[id]
    make = create_job if write.action is Action.CREATE else update_job
    try:
        if write.action is Action.DELETE:
            return [delete_job(work.entity, write)]
        job = make(work.desk, work.entity, write, asked, work.known)
    except Reject as error:
        work.run.refuse([id], error)
        return []
    if not job.operations:
        work.run.done[id] = []
        return []
    return [job]


def _settle_duplicates(work: Work) -> None:
    """A create that was refused is done if its row is there under its own key.

    The code alone does not tell: a second sending can break another unique column first.
    """
    suspects = {
        id: work.writes[id].origin
        for id, refusal in work.run.refused.items()
        if work.writes[id].action is Action.CREATE and isinstance(refusal.error, Reject)
    }
    there = existing(work.desk, work.entity, list(suspects.values()))
    for id, origin in suspects.items():
        if origin.lower() in there:
            del work.run.refused[id]
            work.existed.add(id)


def _settle_missing(work: Work) -> None:
    """A row that is not there: the one to delete is gone as wanted, others are told apart."""
    for id, refusal in list(work.run.refused.items()):
        write = work.writes[id]
        if not isinstance(refusal.error, Gone):
            continue
        if write.action is Action.DELETE:
            del work.run.refused[id]
            work.run.done[id] = []
        elif (
            write.action is Action.CREATE
            or str(write.key).lower() not in str(refusal.error).lower()
        ):
            work.run.refuse([id], Unlinked(str(refusal.error)), refusal.code)


def _scores(work: Work) -> None:
    scored = [
        Scored(id, _key(work, id), work.parcels[id].score)
        for id in [*work.run.done, *sorted(work.existed)]
        if work.parcels[id].score
    ]
    write_scores(work.run, work.entity, scored)


def _key(work: Work, id: str) -> str:
    write = work.writes[id]
    return write.origin.lower() if write.action is Action.CREATE else str(write.key)


def _succeeded(work: Work) -> list[str]:
    ids = work.run.done.keys() | work.existed
    return [id for id in work.writes if id in ids and id not in work.run.refused]


def _echo(work: Work) -> dict[str, Change]:
    """The rows as stored, by key, of the writes that went."""
    ids = [id for id in _succeeded(work) if work.writes[id].action is not Action.DELETE]
    try:
        rows = by_keys(work.desk, work.entity, [_key(work, id) for id in ids])
        return {change.key: change for change in complete(work.desk, work.entity, rows)}
    except Retry as error:
        work.run.refuse(ids, Unsure(f"written, but not read back: {error}"))
        return {}


def _finish_products(work: Work, shown: dict[str, Change]) -> bool:
    """Bring new products to their state, and list prices into their lists; True if any."""
    priced: list[Priced] = []
    jobs: list[Job] = []
    for id in _succeeded(work):
        asked, change = work.parcels[id], shown.get(_key(work, id))
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


def _receipt(work: Work, write: Write, shown: dict[str, Change]) -> Receipt:
    refusal = work.run.refused.get(write.id)
    if refusal is not None:
        return Receipt(write.id, write.key, error=refusal.error)
    key = _key(work, write.id)
    if write.action is Action.DELETE:
        return Receipt(write.id, key)
    change = shown.get(key)
    if change is None:
        error: OppBridgeError = Gone(f"{work.entity.table.set}({key}) vanished after the write")
        return Receipt(write.id, key, error=error)
    created = [part for part in write.parts if part.action is Action.CREATE]
    parts = {part.id: part_key(work.entity, part, work.known) for part in created}
    existed = write.id in work.existed
    return Receipt(write.id, key, change.row, change.version, existed, parts)
