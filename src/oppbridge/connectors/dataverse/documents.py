"""The operations of one write, in order: reopen, header, parts, close. Carried out as one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from oppbridge.contract import Write
from oppbridge.errors import Invalid
from oppbridge.http.batch import Operation

from .desk import ROOT, Desk, Entity
from .jobs import Job, operation
from .lifecycle import (
    STATE,
    STATUS,
    Now,
    Passage,
    Step,
    Way,
    action_body,
    cautious,
    course_of,
    passage,
)
from .parcels import Parcel
from .parts import Known, child_of, part_operations
from .tables import Kind

_MOST = 999
_CLOSING_FACTS = frozenset({"actualvalue", "actualclosedate"})
_UNLOCKED_HEADERS = frozenset({"opportunity", "account", "contact"})


def create_job(desk: Desk, entity: Entity, write: Write, parcel: Parcel, known: Known) -> Job:
    """The job of a create: header, parts, then the steps to its state. Raises Invalid."""
    found = [operation("POST", entity.table.set, create_body(entity, write, parcel))]
    for part in write.parts:
        found += part_operations(desk, entity, write.origin, part, known)
    found += document_steps(entity, write.origin, parcel.state, parcel.columns)
    return told(entity, write.id, write.origin, found)


def create_body(entity: Entity, write: Write, parcel: Parcel) -> dict[str, Any]:
    """The header row of a create, under the primary key chosen by its origin."""
    columns = {name: value for name, value in parcel.columns.items() if value is not None}
    return {entity.table.pk: write.origin, **columns}


def update_job(desk: Desk, entity: Entity, write: Write, parcel: Parcel, known: Known) -> Job:
    """The job of an update, guarded by its version where it has one. Raises Invalid."""
    key, columns = str(write.key), dict(parcel.columns)
    path = _passage(desk, entity, write, parcel)
    closes = entity.table.logical == "opportunity" and _acts(path)
    facts = {name: columns.pop(name) for name in _CLOSING_FACTS & columns.keys() if closes}
    found = _steps(entity, key, path.before, {})
    if columns:
        found.append(header_patch(entity, key, columns))
    for part in write.parts:
        found += part_operations(desk, entity, key, part, known)
    found += _steps(entity, key, path.after, facts)
    return told(entity, write.id, key, _guarded(entity, key, found, write.version))


def document_steps(
    entity: Entity, key: str, wanted: Now, facts: Mapping[str, Any]
) -> list[Operation]:
    """The operations that take a new document to its state. Raises Invalid.

    `facts` are its columns: those a close activity takes are told to it.
    """
    course = course_of(entity.table.logical)
    if course.start is None or wanted.state in (None, course.start):
        return []
    begun = Now(course.start, course.reasons[course.start])
    path = passage(course, begun, wanted, edits=True, reopen=False)
    return _steps(entity, key, path.after, facts)


def state_job(entity: Entity, id: str, key: str, now: Now, wanted: Now) -> Job | None:
    """The job that takes a row to its state; None where it is there. Raises Invalid."""
    path = passage(course_of(entity.table.logical), now, wanted, edits=False, reopen=False)
    found = _steps(entity, key, path.after, {})
    return told(entity, id, key, found) if found else None


def told(entity: Entity, id: str, key: str, found: list[Operation]) -> Job:
    """The job of these operations, after which the service tells the version of the row.

    What people edit between the write and its echo is known by it. Raises Invalid for more
    operations than can be carried out as one.
    """
    if len(found) > _MOST:
        raise Invalid(f"{len(found)} operations are more than one change set takes ({_MOST})")
    table = entity.table
    row = f"{ROOT}/{table.set}({key})"
    select = f"?$select={table.pk}"
    one = found[0] if len(found) == 1 else None
    if one is not None and one.url in (row, f"{ROOT}/{table.set}"):
        headers = {**one.headers, "Prefer": "return=representation"}
        return Job(id, [Operation(one.method, one.url + select, one.body, headers, one.id)])
    return Job(id, found, Operation("GET", row + select) if found else None)


def delete_job(entity: Entity, write: Write) -> Job:
    """The job of a delete, guarded by its version where it has one."""
    path = f"{entity.table.set}({write.key})"
    return Job(write.id, [operation("DELETE", path, None, If_Match=write.version or "*")])


def _passage(desk: Desk, entity: Entity, write: Write, parcel: Parcel) -> Passage:
    logical = entity.table.logical
    lines = any(child_of(entity, part).kind is Kind.LINES for part in write.parts)
    edits = lines or (logical not in _UNLOCKED_HEADERS and bool(parcel.columns or write.parts))
    reopen, course = desk.settings.reopen_locked, course_of(logical)
    return passage(
        cautious(course) if reopen else course,
        Now(write.current.get(STATE), write.current.get(STATUS)),
        parcel.state,
        edits=edits,
        reopen=reopen,
    )


def _acts(path: Passage) -> bool:
    return any(step.way is not Way.UPDATE for step in path.after)


def _steps(
    entity: Entity, key: str, steps: tuple[Step, ...], facts: Mapping[str, Any]
) -> list[Operation]:
    return [_step(entity, key, step, facts) for step in steps]


def _step(entity: Entity, key: str, step: Step, facts: Mapping[str, Any]) -> Operation:
    if step.way is Way.UPDATE:
        return header_patch(entity, key, {STATE: step.state, STATUS: step.status})
    body = action_body(step, entity.table.logical, key, facts)
    return operation("POST", step.way.value, body)


def header_patch(entity: Entity, key: str, columns: Mapping[str, Any]) -> Operation:
    """The operation that changes columns of a header, whatever its version."""
    return operation("PATCH", f"{entity.table.set}({key})", dict(columns), If_Match="*")


def _guarded(
    entity: Entity, key: str, found: list[Operation], version: str | None
) -> list[Operation]:
    """The operations with the version asked of the first, which must be one on the header.

    Parts and actions cannot be guarded themselves; an update of nothing before them can.
    """
    if version is None or not found:
        return found
    header = f"/{entity.table.set}({key})"
    if found[0].method != "PATCH" or not found[0].url.endswith(header):
        found = [header_patch(entity, key, {}), *found]
    first = found[0]
    headers = {**first.headers, "If-Match": version}
    return [Operation(first.method, first.url, first.body, headers, first.id), *found[1:]]
