"""The place in a reading of one entity, and its text: the cursor of a system without a delta feed.

A *full* scan walks every row of every company in key order. Between full scans an *open* scan walks
the documents that still move, then a *left* scan shows those that were open before and no longer
are. A scan that has ended stays as the text from which the next one starts.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum


class Kind(StrEnum):
    """What a scan walks."""

    FULL = "full"
    OPEN = "open"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Scan:
    """A place: in the first of the `companies` still to be read, right after the number `after`.

    `ended` says that everything was shown. `companies` are read in order; `ahead` of them are done.
    `swept` is when the last full scan began. `watched` are the keys that were open when the scan
    before ended, `seen` those found open by this one; None when there are too many to remember,
    which makes the next scan a full one.
    """

    kind: Kind
    swept: datetime
    companies: tuple[str, ...]
    ahead: int = 0
    after: str = ""
    ended: bool = False
    watched: tuple[str, ...] | None = ()
    seen: tuple[str, ...] | None = ()

    def __str__(self) -> str:
        swept = self.swept.isoformat()
        place = [self.kind.value, swept, self.companies, self.ahead, self.after, self.ended]
        return json.dumps([*place, _pack(self.watched), _pack(self.seen)], separators=(",", ":"))

    @property
    def company(self) -> str:
        """The company that is being read."""
        return self.companies[self.ahead]

    def passed(self, number: str, open_keys: Iterable[str], most: int) -> Scan:
        """The place after a page that ended with `number` and showed these open keys."""
        return replace(self, after=number).noted(open_keys, most)

    def following(self) -> Scan | None:
        """The beginning of the next company; None after the last one."""
        if self.ahead + 1 == len(self.companies):
            return None
        return replace(self, ahead=self.ahead + 1, after="")

    def noted(self, open_keys: Iterable[str], most: int) -> Scan:
        """The same place with more keys known to be open; forgets all beyond `most`."""
        if self.seen is None:
            return self
        seen = (*self.seen, *open_keys)
        return replace(self, seen=seen if len(seen) <= most else None)

    def left(self) -> tuple[str, ...]:
        """The keys that were open before and were not met again, in order."""
        met = set(self.seen or ())
        return tuple(sorted(key for key in self.watched or () if key not in met))

    def end(self) -> Scan:
        """The place once this scan has shown everything."""
        return replace(self, ended=True, after="", watched=self.seen, seen=())


def parse(text: str) -> Scan:
    """The place a cursor names. Raises ValueError for other text."""
    found = json.loads(text)
    if not isinstance(found, list) or len(found) != 8:
        raise ValueError(f"{text!r} is not a cursor of the Supply Chain connector")
    kind, swept, companies, ahead, after, ended, watched, seen = found
    try:
        began, keys = datetime.fromisoformat(swept), (_unpack(watched), _unpack(seen))
        scan = Scan(Kind(kind), began, tuple(companies), int(ahead), str(after), bool(ended), *keys)
    except (TypeError, zlib.error) as error:
        raise ValueError(f"{text!r} is not a whole cursor") from error
    if scan.ahead not in range(len(scan.companies)):
        raise ValueError(f"{text!r} is in no company")
    return scan


def start(
    last: Scan | None, now: datetime, companies: tuple[str, ...], full_every: timedelta | None
) -> Scan:
    """The scan that begins now: open documents, or everything when a full scan is due.

    `full_every` is None for entities without a narrow scan.
    """
    if last is None or full_every is None or last.watched is None or now - last.swept >= full_every:
        return Scan(Kind.FULL, now, companies)
    return Scan(Kind.OPEN, last.swept, companies, watched=last.watched)


def _pack(keys: tuple[str, ...] | None) -> str | None:
    if keys is None or not keys:
        return None if keys is None else ""
    return base64.b64encode(zlib.compress(json.dumps(keys).encode(), 6)).decode()


def _unpack(text: str | None) -> tuple[str, ...] | None:
    if not text:
        return None if text is None else ()
    return tuple(json.loads(zlib.decompress(base64.b64decode(text))))
