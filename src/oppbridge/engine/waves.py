"""Ownership that depends on the record and the day, so that a cutover can go in waves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase

from ..errors import Invalid
from ..records.values import Values, pattern


@dataclass(frozen=True, slots=True)
class Wave:
    """From a day on, `owner` owns these fields of the records that `when` admits.

    With `alone` edits elsewhere do not count; else it only wins where policy `owner` decides.
    """

    owner: str
    fields: tuple[str, ...] = ("*",)
    when: Callable[[Values], bool] | None = None
    since: date | None = None
    alone: bool = True

    def covers(self, path: str) -> bool:
        """Whether a path is among the fields."""
        kind = pattern(path)
        return any(fnmatchcase(kind, owned) for owned in self.fields)


def in_force(
    waves: Sequence[Wave], values: Values, today: date
) -> tuple[tuple[Wave, ...], str | None]:
    """The waves that hold for a record today, first come first, and why one cannot be judged."""
    found: list[Wave] = []
    for wave in waves:
        if wave.since is not None and today < wave.since:
            continue
        try:
            if wave.when is None or wave.when(values):
                found.append(wave)
        except Invalid as exc:
            return tuple(found), str(exc)
    return tuple(found), None
