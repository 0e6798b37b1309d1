"""The gate of a system: nothing passes inside a Retry-After, and not too many pass at once.

The limits a service enforces belong to the identity that calls, so all threads and all lines of one
identity to one system share one gate. How many may be in flight adapts: halved when the service
refuses, one more after as many good answers as are allowed at once, up to what the service hints.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from oppbridge.errors import Throttled

_HIGHEST = 52
_START = 5


class Gate:
    """Lets calls through, a few at a time, and none while the system wants to be left alone."""

    def __init__(self, most: int = 8, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._moved = threading.Condition()
        self._ceiling = most
        self._allowed = min(_START, most)
        self._inside = 0
        self._good = 0
        self._opens = 0.0

    @property
    def allowed(self) -> int:
        """How many calls may be in flight now."""
        return self._allowed

    @property
    def shut_for(self) -> float:
        """Seconds until the gate opens; 0 when it is open."""
        return max(0.0, self._opens - self._clock())

    @contextmanager
    def passing(self, patience: float) -> Iterator[None]:
        """Wait for the turn and hold it; Throttled when that would take over `patience` seconds."""
        self._enter(self._clock() + patience)
        try:
            yield
        finally:
            with self._moved:
                self._inside -= 1
                self._moved.notify()

    def shut(self, after: float) -> None:
        """The system refused: nothing is sent for `after` seconds, and fewer calls at once then."""
        with self._moved:
            if self._opens <= self._clock():
                self._allowed = max(1, self._allowed // 2)
            self._good = 0
            self._opens = max(self._opens, self._clock() + after)

    def answered(self, hint: str | None = None) -> None:
        """The system answered; `hint` is its own word on how many calls at once suit it."""
        if hint is None and self._allowed == self._ceiling:
            return
        with self._moved:
            if hint is not None and hint.isdecimal() and int(hint) > 0:
                self._ceiling = min(int(hint), _HIGHEST)
                self._allowed = min(self._allowed, self._ceiling)
            self._good += 1
            if self._good >= self._allowed and self._allowed < self._ceiling:
                self._allowed += 1
                self._good = 0
                self._moved.notify()

    def _enter(self, deadline: float) -> None:
        with self._moved:
            while True:
                now = self._clock()
                if self._opens > deadline:
                    wait = self._opens - now
                    raise Throttled(f"the system asked for {wait:.0f} s without calls", wait)
                if self._opens <= now and self._inside < self._allowed:
                    self._inside += 1
                    return
                if now >= deadline:
                    raise Throttled("no call could be sent in time: too many are in flight", 1.0)
                until = self._opens if self._opens > now else deadline
                self._moved.wait(until - now)


_gates: dict[tuple[str, str], Gate] = {}
_gates_lock = threading.Lock()


def gate_of(system: str, identity: str) -> Gate:
    """The one gate of this identity at this system, shared by the whole process."""
    with _gates_lock:
        return _gates.setdefault((system, identity), Gate())
