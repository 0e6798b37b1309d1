"""The sandbox's own time: every stamp, token expiry, window and retention comes from it."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    """Real time plus whatever a test added to it; it can also be stopped."""

    def __init__(self) -> None:
        self._added = 0.0
        self._stopped: float | None = None

    def time(self) -> float:
        """Seconds since 1970 as the sandbox sees them."""
        return self._stopped if self._stopped is not None else time.time() + self._added

    def now(self) -> datetime:
        """The sandbox's instant, UTC-aware."""
        return datetime.fromtimestamp(self.time(), UTC)

    def stamp(self) -> str:
        """Now in the form both services write instants: `2026-01-02T03:04:05Z`."""
        return instant(self.time())

    def move(self, seconds: float) -> None:
        """Add `seconds` (negative goes back)."""
        if self._stopped is not None:
            self._stopped += seconds
        self._added += seconds

    def stop(self) -> None:
        """Freeze time here until `resume`."""
        self._stopped = self.time()

    def resume(self) -> None:
        """Let time pass again, from where it was stopped."""
        if self._stopped is not None:
            self._added = self._stopped - time.time()
            self._stopped = None


def instant(seconds: float) -> str:
    """Seconds since 1970 as `YYYY-MM-DDTHH:MM:SSZ`; fractions are dropped."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
