"""Writes under way: what was sent, what became of each, and batches of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from oppbridge.errors import (
    AccessDenied,
    ContractBroken,
    Invalid,
    OppBridgeError,
    Throttled,
    Unavailable,
    Unsure,
)
from oppbridge.http.answer import Answer, Call
from oppbridge.http.batch import ChangeSet, Operation, Outcome, build, parse
from oppbridge.http.decode import encode
from oppbridge.http.trouble import error_of

from .codes import judge
from .columns import ETAG
from .desk import JSON, ROOT, Desk

_PART = "part-"


@dataclass(frozen=True, slots=True)
class Job:
    """The operations of one write, carried out together or not at all. `id` is the write's.

    `look` reads the row's version right after them; without it, a single operation that asks for
    its row back says the version itself.
    """

    id: str
    operations: Sequence[Operation]
    look: Operation | None = None

    @property
    def size(self) -> int:
        """How many operations it is in a batch."""
        return len(self.operations) + (self.look is not None)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a job was refused, and the code and message of the service itself."""

    error: OppBridgeError
    code: str = ""
    message: str = ""


@dataclass(slots=True)
class Run:
    """One call of `write` under way. Every write ends up in `done` or in `refused`.

    `versions` holds, by write, the version its row had right after it, where the service said.
    """

    desk: Desk
    done: set[str] = field(default_factory=set)
    versions: dict[str, str] = field(default_factory=dict)
    refused: dict[str, Refusal] = field(default_factory=dict)
    sent: bool = False
    trouble: OppBridgeError | None = None

    def refuse(self, ids: Iterable[str], error: OppBridgeError, code: str = "") -> None:
        """None of these was carried out (or, with Unsure, maybe)."""
        self.refused.update({id: Refusal(error, code) for id in ids})

    def send(self, ids: Sequence[str], call: Call) -> tuple[Answer, OppBridgeError | None] | None:
        """The answer to a call for these writes; None when there is none, and each is refused.

        Trouble with the line is raised while nothing was sent yet; after that, what is left is
        not sent any more and refused for the same reason.
        """
        if self.trouble is None:
            try:
                found = self.desk.send(call)
            except Unsure as error:
                self.sent = True
                self.refuse(ids, error)
                return None
            except (Throttled, Unavailable, AccessDenied) as error:
                if not self.sent:
                    raise
                self.trouble = error
            else:
                self.sent = True
                return found
        self.refuse(ids, self.trouble)
        return None


def operation(
    method: str, path: str, body: Any, *, id: str | None = None, **headers: str
) -> Operation:
    """One operation of a batch; header names are given with underscores for dashes."""
    extra = {name.replace("_", "-"): value for name, value in headers.items()}
    data = None if body is None else encode(body)
    return Operation(method, f"{ROOT}/{path}", data, {**(JSON if data else {}), **extra}, id)


def run_batches(run: Run, jobs: Sequence[Job]) -> None:
    """Carry out jobs in batches that go on after an error."""
    waiting: list[Job] = []
    size = 0
    for job in jobs:
        if waiting and size + job.size > run.desk.settings.batch:
            _run_batch(run, waiting)
            waiting, size = [], 0
        waiting.append(job)
        size += job.size
    if waiting:
        _run_batch(run, waiting)


def _run_batch(run: Run, jobs: Sequence[Job]) -> None:
    if len(jobs) == 1 and jobs[0].size == 1:
        _run_single(run, jobs[0])
        return
    kind, body = build([item for job in jobs for item in _items(job)])
    sent = {**run.desk.headers, "Content-Type": kind, "Prefer": "odata.continue-on-error"}
    call = Call("POST", f"{ROOT}/$batch", body, sent)
    found = run.send([job.id for job in jobs], call)
    if found is None:
        return
    answer, error = found
    outcomes = _outcomes(answer)
    if outcomes is None:
        _without_outcomes(run, jobs, error)
        return
    waiting = iter(outcomes)
    for job in jobs:
        outcome = next(waiting, None)
        if outcome is None:
            run.refuse([job.id], Unsure("the answer to a batch was cut off"))
        else:
            _settle(run, job, outcome, next(waiting, None) if job.look else outcome)


def _outcomes(answer: Answer) -> list[Outcome] | None:
    try:
        return parse(answer)
    except ContractBroken:
        return None


def _without_outcomes(run: Run, jobs: Sequence[Job], error: OppBridgeError | None) -> None:
    """The service refused the batch as a whole: send its jobs one by one, if that may help."""
    if error is None:
        run.refuse([job.id for job in jobs], Unsure("a batch was not answered by a batch"))
    elif isinstance(error, Invalid) and len(jobs) > 1:
        for job in jobs:
            _run_batch(run, [job])
    else:
        run.refuse([job.id for job in jobs], error)


def _items(job: Job) -> list[Operation | ChangeSet]:
    one = len(job.operations) == 1
    item = job.operations[0] if one else ChangeSet(job.operations)
    return [item] if job.look is None else [item, job.look]


def _run_single(run: Run, job: Job) -> None:
    one = job.operations[0]
    call = Call(one.method, one.url, one.body, {**run.desk.headers, **one.headers})
    found = run.send([job.id], call)
    if found is not None:
        outcome = Outcome([found[0]])
        _settle(run, job, outcome, outcome)


def _settle(run: Run, job: Job, outcome: Outcome, looked: Outcome | None) -> None:
    if outcome.ok:
        run.done.add(job.id)
        version = _version(looked.answers[-1]) if looked is not None and looked.ok else None
        if version is not None:
            run.versions[job.id] = version
        return
    answer = outcome.refused
    one = _operation_of(job, answer)
    error = judge(Call(one.method, one.url), answer) or Unsure("a job was half answered")
    if (one.id or "").startswith(_PART) and isinstance(error, Invalid):
        error = Invalid(f"part {(one.id or '').removeprefix(_PART)}: {error}")
    code, message = error_of(answer)
    run.refused[job.id] = Refusal(error, code.lower(), message)


def _version(answer: Answer) -> str | None:
    """The version in the row that came back; None where none did."""
    try:
        row = answer.json()
    except ValueError:
        return None
    version = row.get(ETAG) if isinstance(row, Mapping) else None
    return version if isinstance(version, str) else None


def _operation_of(job: Job, answer: Answer) -> Operation:
    """The operation an answer belongs to: by its Content-ID in a change set."""
    content_id = answer.headers.get("content-id", "")
    for place, one in enumerate(job.operations, start=1):
        if content_id and content_id in (one.id, str(place)):
            return one
    return job.operations[0]


def part_id(id: str) -> str:
    """The Content-ID of an operation on a part."""
    return f"{_PART}{id}"
