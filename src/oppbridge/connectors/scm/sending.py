"""Sends operations: one alone, several as a `$batch`, those of a document as a change set.

A change set goes through as a whole or not at all. Inside a batch single items may be throttled:
only those are sent again, after the time the service asked for. Content-ID references between
operations are not used; nothing says that the service knows them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from oppbridge.errors import OppBridgeError, Retry, Stop, Throttled, Unsure
from oppbridge.http.answer import Answer, Call
from oppbridge.http.batch import ChangeSet, Operation, Outcome, build, parse
from oppbridge.http.decode import encode
from oppbridge.http.gate import Gate
from oppbridge.http.session import Session

from .rows import HEADERS, Row

_BODY = {"Content-Type": "application/json;odata.metadata=minimal", **HEADERS}
_ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Send:
    """One write to a path of the data service; `about` is what messages call it."""

    method: str
    path: str
    body: Row | None = None
    etag: str | None = None
    about: str = ""

    @property
    def headers(self) -> Mapping[str, str]:
        """The request's headers, with the guard where there is one."""
        own = {"If-Match": self.etag} if self.etag else {}
        return {**(_BODY if self.body is not None else HEADERS), **own}

    @property
    def call(self) -> Call:
        """The write as a call of its own."""
        body = None if self.body is None else encode(self.body)
        return Call(self.method, self.path, body, self.headers)


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one item: the answers when it was carried out, otherwise the error."""

    answers: Sequence[Answer] = ()
    error: OppBridgeError | None = None
    about: str = ""  # which operation was refused


@dataclass(slots=True)
class Post:
    """The way out: sends items and remembers whether anything was sent at all."""

    session: Session
    gate: Gate
    root: str
    most: int
    patience: float
    sent: bool = False

    def all(self, items: Sequence[Sequence[Send]]) -> list[Sent]:
        """What became of each item, in order; an item of several sends is a change set.

        Raises Stop and Retry only as long as nothing was sent.
        """
        done: list[Sent] = []
        for chunk in _chunks(items, self.most):
            done += self._chunk(chunk)
        return done

    def one(self, send: Send) -> Sent:
        """What became of a single write."""
        return self._chunk([[send]])[0]

    def _chunk(self, items: Sequence[Sequence[Send]]) -> list[Sent]:
        try:
            if len(items) == 1 and len(items[0]) == 1:
                found = [self._alone(items[0][0])]
            else:
                found = self._batch(items)
        except (Stop, Retry) as error:
            if not self.sent and not isinstance(error, Unsure):
                raise
            found = [Sent(error=error)] * len(items)
        return self._stopping(found)

    def _stopping(self, found: list[Sent]) -> list[Sent]:
        """What stops everything is raised while nothing was sent; later on it is a receipt's."""
        stops = [sent.error for sent in found if isinstance(sent.error, Stop)]
        if stops and len(stops) == len(found) and not self.sent:
            raise stops[0]
        self.sent = True
        return found

    def _alone(self, send: Send) -> Sent:
        call = send.call
        answer = self.session.send(call)
        error = self.session.refusal(call, answer)
        return Sent((answer,), error, send.about)

    def _batch(self, items: Sequence[Sequence[Send]]) -> list[Sent]:
        lost = Sent(error=Unsure("the service did not answer this part of a batch"))
        done: list[Sent | None] = [None] * len(items)
        waiting = list(range(len(items)))
        for _ in range(_ROUNDS):
            try:
                found = self._round([items[place] for place in waiting])
            except (Stop, Retry) as error:
                if not self.sent and not any(done):
                    raise
                found = [Sent(error=error)] * len(waiting)
            for place, outcome in zip(waiting, found, strict=True):
                done[place] = outcome
            waiting = [place for place in waiting if _to_repeat(done[place])]
            if not waiting or not self._pause([done[place] for place in waiting]):
                break
        return [outcome or lost for outcome in done]

    def _round(self, items: Sequence[Sequence[Send]]) -> list[Sent | None]:
        """What became of each item; None for those the service never came to."""
        kind, body = build([self._item(item) for item in items])
        headers = {**HEADERS, "Content-Type": kind, "Prefer": "odata.continue-on-error"}
        call = Call("POST", "data/$batch", body, headers)
        answer = self.session.send(call)
        error = self.session.refusal(call, answer)
        if error is not None:
            raise error if isinstance(error, Stop | Retry) else Unsure(str(error))
        outcomes = parse(answer)
        found: list[Sent | None] = [
            self._judged(item, outcome) for item, outcome in zip(items, outcomes, strict=False)
        ]
        cut_off = not answer.body.rstrip().endswith(b"--")
        stopped = bool(found) and found[-1] is not None and found[-1].error is not None
        never = stopped and not cut_off  # else it went on, and an answer is missing
        lost = None if never else Sent(error=Unsure("an answer to a part of a batch is missing"))
        return [*found, *[lost] * (len(items) - len(found))]

    def _item(self, sends: Sequence[Send]) -> Operation | ChangeSet:
        operations = [self._operation(send) for send in sends]
        return operations[0] if len(operations) == 1 else ChangeSet(operations)

    def _operation(self, send: Send) -> Operation:
        body = None if send.body is None else encode(send.body)
        return Operation(send.method, f"{self.root}/{send.path}", body, send.headers)

    def _judged(self, sends: Sequence[Send], outcome: Outcome) -> Sent:
        if outcome.ok and len(outcome.answers) == len(sends):
            return Sent(outcome.answers)
        refused = outcome.refused
        if refused.ok:
            return Sent(error=Unsure("a change set was answered in part"))
        name = refused.headers.get("content-id", "")
        place = int(name) - 1 if name.isdecimal() and 0 < int(name) <= len(sends) else 0
        send = sends[place]
        about = send.about if len(sends) == 1 or name else ""
        error = self.session.refusal(Call(send.method, send.path), refused)
        return Sent(outcome.answers, error, about)

    def _pause(self, waiting: Sequence[Sent | None]) -> bool:
        """Shut the gate for as long as the service asked; False when that is out of patience."""
        errors = [sent.error for sent in waiting if sent is not None]
        asked = max((error.after for error in errors if isinstance(error, Throttled)), default=0.0)
        if asked > self.patience:
            return False
        if asked:
            self.gate.shut(asked)
        return True


def _to_repeat(sent: Sent | None) -> bool:
    return sent is None or isinstance(sent.error, Throttled)


def _chunks(items: Sequence[Sequence[Send]], most: int) -> list[list[Sequence[Send]]]:
    """Items in order, as many together as stay within the most operations of a batch."""
    chunks: list[list[Sequence[Send]]] = []
    count = 0
    for item in items:
        if not chunks or count + len(item) > most:
            chunks.append([])
            count = 0
        chunks[-1].append(item)
        count += len(item)
    return chunks
