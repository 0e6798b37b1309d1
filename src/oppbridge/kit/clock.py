"""The coarse clock of a small CRM: several edits share a second, and none passes without edits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


@cache
def stamp_text(second: int) -> str:
    """The stamp of a second since the CRM began."""
    return (BEGAN + timedelta(seconds=second)).isoformat().replace("+00:00", "Z")


@dataclass(slots=True)
class Clock:
    """Seconds since the CRM began."""

    per_second: int = 3
    edits: int = 0
    moved: int = 0

    @property
    def second(self) -> int:
        """The second in progress: the next edit is stamped with it."""
        return (self.edits + 1) // self.per_second + self.moved

    def tick(self) -> str:
        """The stamp of one more edit."""
        self.edits += 1
        return stamp_text(self.edits // self.per_second + self.moved)

    def advance(self, seconds: int) -> None:
        """Move the clock on."""
        self.moved += seconds
