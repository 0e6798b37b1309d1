"""Carries out writes: bulk messages where no guard is asked, batches otherwise, then an echo."""

from __future__ import annotations

from collections.abc import Sequence

from oppbridge.contract import Action, Change, Receipt, Write
from oppbridge.errors import (
    AccessDenied,
    Gone,
    OppBridgeError,
    Reject,
    Retry,
    Stale,
    Unlinked,
    Unsure,
)

from .bulk import Message, Target, run_bulk
from .converting import convert
from .desk import Desk, Entity
from .documents import create_body, create_job, delete_job, update_job
from .finding import rows_where
from .jobs import Job, Run, run_batches
from .lifecycle import STATE, course_of
from .parcels import parcel
from .parts import look_up, part_key
from .products import finish_products
from .rows import by_keys, complete
from .scores import Scored, write_scores
from .work import Work

_AUTHOR, _EDITOR = "_createdby_value", "_modifiedby_value"
_NEVER = 'W/"0"'


def carry_out(desk: Desk, entity: Entity, writes: Sequence[Write]) -> list[Receipt]:
    """One receipt for each write, in order. See `contract.Writer`."""
    work = Work(desk, entity, Run(desk), {write.id: write for write in writes})
    try:
        shown = _carry_out(work)
    except (Retry, AccessDenied) as error:
        if not work.run.sent:
            raise
        shown = {}
        work.run.refuse([write.id for write in work.open()], error)
        work.run.refuse(_to_show(work), Unsure(f"sent, but not read back: {error}"))
    return [_receipt(work, write, shown) for write in writes]


def _carry_out(work: Work) -> dict[str, Change]:
    """Every step in turn; the rows as stored, by key, of the writes that went."""
    _prepare(work)
    _found_already(work)
    convert(work)
    _headers(work)
    _settle_duplicates(work)
    _settle_missing(work)
    _scores(work)
    shown = _echo(work)
    return _echo(work) if finish_products(work, shown) else shown


def _prepare(work: Work) -> None:
    for write in work.writes.values():
        try:
            work.parcels[write.id] = parcel(work.desk, work.entity, write)
        except Reject as error:
            work.run.refuse([write.id], error)
    try:
        work.known = look_up(work.desk, work.entity, work.open())
    except Reject as error:
        work.run.refuse([write.id for write in work.open() if write.parts], error)


def _found_already(work: Work) -> None:
    """Creates whose first sending was never answered: those whose row is there are done."""
    again = [w for w in work.open() if w.action is Action.CREATE and w.again]
    there = existing(work.desk, work.entity, [write.origin for write in again])
    work.existed |= {write.id for write in again if write.origin.lower() in there}


def existing(desk: Desk, entity: Entity, keys: Sequence[str]) -> set[str]:
    """Those of the keys under which there is a row."""
    table = entity.table
    rows = rows_where(desk, table.set, table.pk, keys, (table.pk,))
    return {str(row[table.pk]) for row in rows}


def _headers(work: Work) -> None:
    creates: list[Target] = []
    updates: list[Target] = []
    jobs: list[str] = []
    met: set[str] = set()
    for write in work.open():
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
        work.run.done.add(id)
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
    try:
        there = existing(work.desk, work.entity, list(suspects.values()))
    except Retry as error:
        work.run.refuse(suspects, Unsure(f"refused, and not looked up: {error}"))
        return
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
            work.run.done.add(id)
            continue
        error = _missing(work, write, refusal.message.lower(), str(refusal.error))
        work.run.refuse([id], error, refusal.code)


def _missing(work: Work, write: Write, message: str, text: str) -> OppBridgeError:
    """What a row not found means for a write: it names the row, a part, or what they point at."""
    if write.action is Action.UPDATE and work.key(write.id).lower() in message:
        return Gone(text)
    if any(part.key and part.key.lower() in message for part in write.parts):
        return Stale(text)
    return Unlinked(text)


def _scores(work: Work) -> None:
    scored = [
        Scored(id, work.key(id), work.parcels[id].score)
        for id in [*work.run.done, *sorted(work.existed)]
        if work.parcels[id].score
    ]
    write_scores(work.run, work.entity, scored)


def _to_show(work: Work) -> list[str]:
    return [id for id in work.succeeded() if _is_shown(work, id)]


def _is_shown(work: Work, id: str) -> bool:
    """Whether a row is read back: asked for, found standing, with parts, or finished by steps."""
    write, asked = work.writes[id], work.parcels[id]
    if write.action is Action.DELETE:
        return False
    steps = course_of(work.entity.table.logical).start is None and asked.state.state is not None
    return bool(write.echo or write.parts or id in work.existed or asked.price or steps)


def _echo(work: Work) -> dict[str, Change]:
    keys = [work.key(id) for id in _to_show(work)]
    rows = by_keys(work.desk, work.entity, keys, _AUTHOR, _EDITOR)
    return {change.key: change for change in complete(work.desk, work.entity, rows)}


def _receipt(work: Work, write: Write, shown: dict[str, Change]) -> Receipt:
    refusal = work.run.refused.get(write.id)
    if refusal is not None:
        return Receipt(write.id, write.key, error=refusal.error)
    key = work.key(write.id)
    if not _is_shown(work, write.id):
        return Receipt(write.id, key, version=work.run.versions.get(write.id))
    change = shown.get(key)
    if change is None:
        error: OppBridgeError = Gone(f"{work.entity.table.set}({key}) vanished after the write")
        return Receipt(write.id, key, error=error)
    created = [part for part in write.parts if part.action is Action.CREATE]
    parts = work.part_keys.get(write.id)
    if parts is None:
        parts = {part.id: part_key(work.entity, part, work.known) for part in created}
    existed = write.id in work.existed
    version = work.run.versions.get(write.id, _bulk_version(work, write, change))
    if existed or version == change.version:
        return Receipt(write.id, key, change.row, change.version, existed, parts)
    # Somebody edited the row since: what it shows is news, not an echo. The version is that of
    # our own write, so that the next one is refused as stale until the news was read.
    return Receipt(write.id, key, None, version, existed, parts)


def _bulk_version(work: Work, write: Write, change: Change) -> str | None:
    """The version of a row just created in bulk; one that never was if another user edited it."""
    row = change.row or {}
    other = row.get(_EDITOR) != row.get(_AUTHOR)
    return _NEVER if write.action is Action.CREATE and other else change.version
