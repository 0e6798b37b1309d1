"""Service protection: requests, execution time and concurrency per user.

Source: powerapps-docs `api-limits.md`: 6,000 requests and 1,200 s of execution time in a sliding
window of 300 s, 52 requests at once. Retry-After grows when a client does not wait for it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from enum import StrEnum

from .clock import Clock


class Facet(StrEnum):
    """Which of the limits was exceeded."""

    REQUESTS = "requests"
    EXECUTION = "execution"
    CONCURRENCY = "concurrency"


@dataclass(frozen=True, slots=True)
class Rules:
    """The limits; seconds for `window` and `execution`."""

    requests: int = 6000
    window: float = 300.0
    execution: float = 1200.0
    concurrent: int = 52

    def scaled(self, factor: float) -> Rules:
        """The same limits `factor` times as high; never below one request."""
        return replace(
            self,
            requests=max(1, int(self.requests * factor)),
            execution=self.execution * factor,
            concurrent=max(1, int(self.concurrent * factor)),
        )


@dataclass(frozen=True, slots=True)
class Throttle:
    """A refusal: the facet exceeded and how many seconds to wait."""

    facet: Facet
    retry_after: int
    rules: Rules


@dataclass(slots=True)
class _User:
    done: deque[tuple[float, float]] = field(default_factory=deque)
    seconds: float = 0.0
    running: int = 0
    until: float = 0.0
    ignored: int = 0


class Limiter:
    """Counts one service's requests; `enter` before, `leave` after each."""

    def __init__(self, clock: Clock, rules: Rules) -> None:
        self.rules = rules
        self._clock = clock
        self._users: dict[str, _User] = {}

    def reset(self, rules: Rules | None = None) -> None:
        """Forget what was counted and, if given, change the limits."""
        self.rules = rules or self.rules
        self._users.clear()

    def enter(self, user: str) -> Throttle | None:
        """Count a request in; a `Throttle` when it must be refused (then do not call `leave`)."""
        state = self._users.setdefault(user, _User())
        now = self._clock.time()
        self._slide(state, now)
        if now < state.until:
            state.ignored += 1
            state.until += min(2.0**state.ignored, 60.0)
            return Throttle(
                self._facet(state) or Facet.REQUESTS, _whole(state.until - now), self.rules
            )
        facet = self._facet(state)
        if facet is not None:
            state.ignored = 0
            state.until = now + self._wait(state, facet, now)
            return Throttle(facet, _whole(state.until - now), self.rules)
        state.running += 1
        return None

    def leave(self, user: str, seconds: float) -> None:
        """Count a request out after `seconds` of execution."""
        state = self._users.setdefault(user, _User())
        state.running = max(0, state.running - 1)
        state.done.append((self._clock.time(), seconds))
        state.seconds += seconds

    def remaining(self, user: str) -> tuple[int, float]:
        """Requests and seconds of execution left to `user` in this window."""
        state = self._users.get(user) or _User()
        return (
            max(0, self.rules.requests - len(state.done)),
            max(0.0, self.rules.execution - state.seconds),
        )

    def _slide(self, state: _User, now: float) -> None:
        while state.done and state.done[0][0] <= now - self.rules.window:
            state.seconds -= state.done.popleft()[1]

    def _facet(self, state: _User) -> Facet | None:
        if state.running >= self.rules.concurrent:
            return Facet.CONCURRENCY
        if len(state.done) + state.running >= self.rules.requests:
            return Facet.REQUESTS
        if state.seconds >= self.rules.execution:
            return Facet.EXECUTION
        return None

    def _wait(self, state: _User, facet: Facet, now: float) -> float:
        if facet is Facet.CONCURRENCY or not state.done:
            return 1.0
        # Enough of the oldest requests must leave the window for a tenth of the limit to be free.
        leaving = state.done[min(len(state.done) - 1, self.rules.requests // 10)][0]
        return max(1.0, leaving + self.rules.window - now)


def _whole(seconds: float) -> int:
    return max(1, int(-(-seconds // 1)))
