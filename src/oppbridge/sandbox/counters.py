"""How often each service was called: tests and benchmarks ask "how many write calls?"."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Call:
    """One request answered, in order of arrival; `status` 0 means that no answer left."""

    service: str
    method: str
    path: str
    status: int
    writes: int


class Counters:
    """Totals per service since the last reset, and the last few calls."""

    def __init__(self) -> None:
        self.calls: deque[Call] = deque(maxlen=5000)
        self._totals: dict[str, Counter[str]] = {}

    def note(self, call: Call, rows: int) -> None:
        """Count one call that wrote `rows` rows."""
        total = self._totals.setdefault(call.service, Counter())
        total["requests"] += 1
        total["write_requests"] += call.writes > 0
        total["write_operations"] += call.writes
        total["rows_written"] += rows
        total["throttled"] += call.status == 429
        total["failed"] += call.status >= 500 or call.status == 0
        self.calls.append(call)

    def requests(self, service: str) -> int:
        """HTTP requests received."""
        return self._totals.get(service, Counter())["requests"]

    def writes(self, service: str) -> int:
        """HTTP requests that asked for at least one write; a batch counts once."""
        return self._totals.get(service, Counter())["write_requests"]

    def rows_written(self, service: str) -> int:
        """Rows created, changed or deleted through requests."""
        return self._totals.get(service, Counter())["rows_written"]

    def totals(self) -> dict[str, dict[str, int]]:
        """Every total of every service, for the control endpoint."""
        return {service: dict(total) for service, total in self._totals.items()}

    def reset(self) -> None:
        """Begin at zero."""
        self._totals.clear()
        self.calls.clear()
