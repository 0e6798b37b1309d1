"""Finds rows that moved where only a full reading can tell: page by page, against the store."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...contract import Page
from ...errors import ContractBroken
from ...store import links
from ..line import Post
from ..observe import sort
from ..sweep import Sweep


@dataclass(slots=True)
class Scan:
    """A full reading that keeps nothing: what it showed, and what it cost."""

    post: Post
    calls: int = 0
    rows: int = 0
    _shown: Sweep = field(default_factory=Sweep)
    _suspects: set[str] = field(default_factory=set)

    def suspects(self) -> set[str]:
        """Keys of rows that are not as the store says, those it knows and nobody showed among."""
        cursor: str | None = None
        limit = self.post.member.system.spec.limits.page
        while True:
            page = self.post.connector.changes(self.post.entity, cursor, limit)
            self.calls += 1
            self._take(page)
            if not page.more:
                break
            if page.cursor == cursor:
                raise ContractBroken(f"{self.post.system}: the cursor did not move")
            cursor = page.cursor
        return self._suspects | self._unshown()

    def _take(self, page: Page) -> None:
        if page.first:  # a reading that began anew has shown nothing yet
            self._shown, self.rows = Sweep(), 0
        seen = sort(self.post, page.changes)
        self._shown.add(seen.known)
        self._suspects |= seen.news.keys()
        self.rows += sum(change.row is not None for change in page.changes)
        self.post.progress("verify", len(page.changes))

    def _unshown(self) -> set[str]:
        """Keys of links that stand for a row no page showed."""
        found: set[str] = set()
        after = ""
        while True:
            with self.post.line.store.read() as tx:
                batch = links.all_after(tx, self.post.system, self.post.entity, after, 20_000)
                found.update(links.live(tx, self._shown.missing(id for _, id in batch)))
            if not batch:
                return found
            after = batch[-1][0]
