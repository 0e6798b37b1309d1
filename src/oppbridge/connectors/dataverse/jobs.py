"""Writes under way: what was sent, what became of each, and batches of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
from .desk import JSON, ROOT, Desk

_PART = "part-"


@dataclass(frozen=True, slots=True)
class Job:
    """The operations of one write, carried out together or not at all. `id` is the write's."""

    id: str
    operations: Sequence[Operation]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a job was refused, and the code and message of the service itself."""

    error: OppBridgeError
    code: str = ""
    message: str = ""


@dataclass(slots=True)
class Run:
    """One call of `write` under way. Every write ends up in `done` or in `refused`."""

    desk: Desk
    done: dict[str, Sequence[Answer]] = field(default_factory=dict)
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
        if waiting and size + len(job.operations) > run.desk.settings.batch:
            _run_batch(run, waiting)
            waiting, size = [], 0
        waiting.append(job)
        size += len(job.operations)
    if waiting:
        _run_batch(run, waiting)


def _run_batch(run: Run, jobs: Sequence[Job]) -> None:
    if len(jobs) == 1 and len(jobs[0].operations) == 1:
        _run_single(run, jobs[0])
        return
    kind, body = build([_item(job) for job in jobs])
    call = Call("POST", f"{ROOT}/$batch", body, {**run.desk.headers, "Content-Type": kind})
    call = Call(call.method, call.path, body, {**call.headers, "Prefer": "odata.continue-on-error"})
    found = run.send([job.id for job in jobs], call)
    if found is None:
        return
    answer, error = found
    outcomes = _outcomes(answer)
    if outcomes is None:
        _without_outcomes(run, jobs, error)
        return
    for job, outcome in zip(jobs, outcomes, strict=False):
        _settle(run, job, outcome)
    lost = [job.id for job in jobs[len(outcomes) :]]
    run.refuse(lost, Unsure("the answer to a batch was cut off"))


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


def _item(job: Job) -> Operation | ChangeSet:
    return job.operations[0] if len(job.operations) == 1 else ChangeSet(job.operations)


def _run_single(run: Run, job: Job) -> None:
    one = job.operations[0]
    call = Call(one.method, one.url, one.body, {**run.desk.headers, **one.headers})
    found = run.send([job.id], call)
    if found is not None:
        _settle(run, job, Outcome([found[0]]))


def _settle(run: Run, job: Job, outcome: Outcome) -> None:
    if outcome.ok:
        run.done[job.id] = outcome.answers
        return
    answer = outcome.refused
    one = _operation_of(job, answer)
    error = judge(Call(one.method, one.url), answer) or Unsure("a job was half answered")
    if (one.id or "").startswith(_PART) and isinstance(error, Invalid):
        error = Invalid(f"part {(one.id or '').removeprefix(_PART)}: {error}")
    code, message = error_of(answer)
    run.refused[job.id] = Refusal(error, code.lower(), message)


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
