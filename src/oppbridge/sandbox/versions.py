"""Row versions of one database: given out in order, set aside for writes that commit late."""

from __future__ import annotations

import threading

from .clock import Clock
from .wire import Stamp

RESERVED = 1000


class Versions:
    """One increasing number for all rows, as SQL Server's row version is.

    While `dated` holds a stamp, versions come from what was set aside with it.
    """

    def __init__(self, clock: Clock, last: int) -> None:
        self.last = last
        self.given = 0  # how many were given out: one for each row written
        self.dated: Stamp | None = None
        self._clock = clock
        self._lock = threading.RLock()
        self._open: list[Stamp] = []
        self._used: dict[int, int] = {}  # last version set aside -> version used last

    def time(self) -> float:
        """The instant of the write going on: now, or that of its stamp."""
        return self.dated.time if self.dated else self._clock.time()

    def next(self) -> int:
        """The version of the row being written. Raises `OverflowError` in a long late commit."""
        self.given += 1
        if self.dated is None:
            self.last += 1
            return self.last
        end = self.dated.last
        used = self._used[end] = self._used.get(end, self.dated.version) + 1
        if used > end:
            raise OverflowError(f"a late commit writes at most {RESERVED} rows")
        return used

    def settled(self) -> int:
        """The version up to which nothing can still appear: open late commits hold it back."""
        return min([self.last, *(stamp.version for stamp in self._open)])

    def reserve(self) -> Stamp:
        """Set versions aside at this instant for a transaction that will commit later."""
        with self._lock:
            stamp = Stamp(self.last, self.last + RESERVED, self._clock.time())
            self.last = stamp.last
            self._open.append(stamp)
            return stamp

    def release(self, stamp: Stamp) -> None:
        """Say that the late transaction has ended, one way or the other."""
        with self._lock:
            if stamp in self._open:
                self._open.remove(stamp)
