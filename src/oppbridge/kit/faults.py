"""What can go wrong on the way to a small CRM, and the words it refuses in."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

T = TypeVar("T")
WAIT = 7.0  # seconds a throttled client is asked to wait


class Refused(Exception):
    """The CRM said no: an HTTP status, a code a program can read, and how long to wait."""

    def __init__(self, status: int, code: str, message: str, after: float = 1.0) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.after = status, code, message, after


class Lost(Exception):
    """The line broke. `sent` says that the request had left: it may have been carried out."""

    def __init__(self, message: str, *, sent: bool) -> None:
        super().__init__(message)
        self.sent = sent


REASONS = {
    401: ("unauthorized", "who are you?"),
    403: ("forbidden", "you may not"),
    429: ("slow_down", "too many calls"),
    500: ("broken", "something went wrong"),
    503: ("closed", "closed for repairs"),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to one call: refused, or an exception before it is served or after."""

    status: int | None = None
    before: BaseException | None = None
    after: BaseException | None = None
    writes_only: bool = False
    wait: float = WAIT

    def play(self, serve: Callable[[], T]) -> T:
        """Serve a call under this fault."""
        if self.before is not None:
            raise self.before
        if self.status is not None:
            code, message = REASONS.get(self.status, ("trouble", "trouble"))
            raise Refused(self.status, code, message, after=self.wait)
        answer = serve()
        if self.after is not None:
            raise self.after
        return answer


@dataclass(slots=True)
class Faults:
    """Faults waiting for their call, first come first served; None is a call that goes well.

    A `standing` fault meets every call while none is waiting.
    """

    waiting: deque[Fault | None] = field(default_factory=deque)
    standing: Fault | None = None

    def refuse(self, status: int, times: int = 1) -> None:
        """The next calls answer with this HTTP status and do nothing."""
        self.waiting.extend([Fault(status=status)] * times)

    def lose_answer(self, times: int = 1) -> None:
        """The next writes are carried out, and their answers never arrive."""
        lost = Lost("the answer never arrived", sent=True)
        self.waiting.extend([Fault(after=lost, writes_only=True)] * times)

    def unreachable(self, times: int = 1) -> None:
        """The next calls find no line."""
        self.waiting.extend([Fault(before=Lost("connection refused", sent=False))] * times)

    def crash(self, with_: BaseException, calls: int = 1, *, served: bool) -> None:
        """The program dies at the `calls`-th call from now, before or after it is served."""
        self.waiting.extend([None] * (calls - 1))
        self.waiting.append(Fault(after=with_) if served else Fault(before=with_))

    def clear(self) -> None:
        """Forget what has not happened yet."""
        self.waiting.clear()
        self.standing = None

    def next(self, *, writes: bool) -> Fault | None:
        """The fault of this call, taken from the queue."""
        fault = self.waiting[0] if self.waiting else self.standing
        if fault is not None and fault.writes_only and not writes:
            return None
        return self.waiting.popleft() if self.waiting else fault
