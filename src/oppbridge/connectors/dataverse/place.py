"""Where the reading of one entity stands, as the text of a cursor.

An entity is read from several tables: those of its parts first, its own last. Each has a feed of
its own. In a full reading the feeds of the parts are only wound forward, before any document is
shown with its parts: whatever moves meanwhile appears in the next reading.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from typing import Self

from oppbridge.http.hosts import on_host


@dataclass(frozen=True, slots=True)
class Feed:
    """Where the reading of one table stands.

    A tracked table has a `link`: to the next page, or to what changed since. One that is not
    tracked is walked by `modifiedon` from `floor` on; `link` leads on within the walk, and `newest`
    is the newest stamp it has shown, `began` the server's clock at its first page.
    """

    tracked: bool = True
    link: str | None = None
    floor: str | None = None
    newest: str | None = None
    began: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """One place in the reading of an entity.

    `shape` stands for the columns asked for: a link keeps those it was made with. `turn` is the
    table that is read next. `walk` leads through all documents again, which happens where parts
    vanished without saying whose they were: `again` says that it must, "" that it begins.
    `swept` is when the last full reading began, in seconds since 1970.
    """

    shape: str
    swept: float
    feeds: tuple[Feed, ...]
    sweep: bool = True
    turn: int = 0
    again: bool = False
    walk: str | None = None

    @classmethod
    def begin(cls, shape: str, now: float, tables: int) -> Self:
        """The beginning of a full reading of so many tables."""
        return cls(shape, now, (Feed(),) * tables)

    @classmethod
    def parse(cls, text: str | None, shape: str, tables: int) -> Self | None:
        """The place a cursor names; None where it fits the tables or columns of today no more."""
        if text is None:
            return None
        try:
            found = json.loads(text)
            feeds = tuple(Feed(*feed) for feed in found.pop("feeds"))
            place = cls(feeds=feeds, **found)
        except (ValueError, TypeError, AttributeError, KeyError):
            return None
        return place if place.shape == shape and len(feeds) == tables else None

    def __str__(self) -> str:
        feeds = [list(astuple(feed)) for feed in self.feeds]
        rest = {"sweep": self.sweep, "turn": self.turn, "again": self.again, "walk": self.walk}
        found = {"shape": self.shape, "swept": self.swept, "feeds": feeds, **rest}
        return json.dumps(found, separators=(",", ":"))

    @property
    def began(self) -> bool:
        """Whether nothing of a full reading has been read."""
        return self.sweep and self.turn == 0 and self.walk is None and self.feeds[0] == Feed()

    @property
    def full_because_untracked(self) -> bool:
        """Whether a table is read without change tracking, which never shows deletions."""
        return any(not feed.tracked for feed in self.feeds)

    def after(self, feed: Feed, *, more: bool) -> Self:
        """The place after a page of the table whose turn it is."""
        feeds = (*self.feeds[: self.turn], feed, *self.feeds[self.turn + 1 :])
        return replace(self, feeds=feeds, turn=self.turn if more else self.turn + 1)

    def rested(self) -> Self:
        """The place once everything was read: the next reading begins with the first table."""
        return replace(self, sweep=False, turn=0, again=False, walk=None)


def hosts_left(place: Place, root: str) -> bool:
    """Whether a link of the place leads elsewhere: the environment was moved or copied."""
    links: Sequence[str | None] = [*(feed.link for feed in place.feeds), place.walk]
    return any(link is not None and not on_host(root, link) for link in links)
