"""The cursor for feeds ordered by (stamp, id): it never passes by a row stamped behind its back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

Stamp = str | int


@dataclass(frozen=True, slots=True)
class Keyset:
    """A place in a feed ordered by stamp, then id; its text is the cursor.

    Stamps are coarse: edits of the same second share one, and a transaction may become visible
    after others with a younger stamp. Walking on by (stamp, id) alone passes by such rows. So the
    place remembers its *floor*: the oldest stamp with which rows could still appear when the walk
    first stepped that far. Once the walk is over, the next one begins at the floor again. Rows read
    twice cost a look each, because unchanged rows are free.

    `stamp` None is the beginning of the feed.
    """

    stamp: Stamp | None = None
    id: str = ""
    floor: Stamp | None = None

    @classmethod
    def parse(cls, text: str | None) -> Keyset:
        """The place a cursor names; the beginning for None. Raises ValueError for other text."""
        if text is None:
            return cls()
        found = json.loads(text)
        if not isinstance(found, list) or len(found) != 3 or not isinstance(found[1], str):
            raise ValueError(f"{text!r} is not a keyset cursor")
        return cls(*found)

    def __str__(self) -> str:
        return json.dumps([self.stamp, self.id, self.floor], separators=(",", ":"))

    def advance(self, seen: Sequence[tuple[Stamp, str]], settled: Stamp, *, more: bool) -> Keyset:
        """The place after a page that showed these (stamp, id) rows, in order.

        Rows stamped before `settled` were all visible when the page was served; others may still
        appear. It is spelled like the stamps: the system's clock at that moment, rounded down to
        the resolution of the stamps, less the time a commit may take to become visible. When in
        doubt, too early costs reads and too late costs rows.
        """
        stamp, id = seen[-1] if seen else (self.stamp, self.id)
        floor = self.floor
        if seen and floor is None and not _before(stamp, settled):
            floor = settled
        if more:
            return Keyset(stamp, id, floor)
        if floor is None and (stamp is None or not _before(stamp, settled)):
            return Keyset(stamp, id)
        return Keyset(settled if floor is None else floor)


def _before(stamp: Stamp | None, other: Stamp) -> bool:
    """Whether `stamp` is earlier; both are spelled the same way. Raises TypeError if not."""
    if isinstance(stamp, str) and isinstance(other, str):
        return stamp < other
    if isinstance(stamp, int) and isinstance(other, int):
        return stamp < other
    raise TypeError(f"stamps {stamp!r} and {other!r} cannot be compared")
