"""Reads what systems show and stores only what differs from what they last showed.

The page and its cursor are committed together. An unchanged row costs a hash and its share of a
bulk look-up. The echo of our own write is an unchanged row; nobody needs to recognise it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..contract import Change, Page
from ..errors import ContractBroken
from ..store import cursors, links
from ..store.cursors import Place
from .learn import Seen, learn
from .line import Post
from .sweep import Sweep

QUIET_PAGES = 50  # pages without news after which the cursor is kept all the same


@dataclass(slots=True)
class _Reading:
    """A reading under way: where it stands, and what a full one has shown."""

    at: Place
    sweep: Sweep
    unkept: int = 0


def observe(post: Post) -> None:
    """Bring the store up to date with one entity of one system."""
    with post.line.store.read() as tx:
        at = cursors.place(tx, post.system, post.entity)
    reading = _Reading(at, Sweep.parse(at.sweep))
    while True:
        page = _next(post, reading)
        _take(post, reading, page)
        if not page.more:
            break
    if reading.unkept:
        at.sweep = None
        post.line.quiet[post.system, post.entity] = at


def look(post: Post, keys: Sequence[str]) -> None:
    """Observe some rows now: those we were wrong about, or whose write was never answered."""
    changes = list(post.connector.fetch(post.entity, keys))
    there = {change.key for change in changes}
    changes += [Change(key, None) for key in keys if key not in there]
    seen = sort(post, changes)
    with post.line.write() as tx:
        learn(tx, post, seen)


def sort(post: Post, changes: Sequence[Change]) -> Seen:
    """Tell unchanged rows from news by one hash and one bulk look-up."""
    digest = post.map.digest
    seen = Seen()
    with post.line.store.read() as tx:
        marks = links.marks(tx, post.system, post.entity, [change.key for change in changes])
    unknown = (None, None, None, None, None)
    known = seen.known
    for change in changes:
        key, row, version, _ = change
        fresh = None if row is None else digest(row)
        _, id, old, at, gone = marks.get(key, unknown)
        if id is None:
            if fresh is not None:
                seen.news[key] = (change, fresh)
            continue
        known.append(id)
        if fresh != old or bool(gone) != (fresh is None):
            seen.news[key] = (change, fresh)
            continue
        seen.unchanged += 1
        if version is not None and version != at:
            seen.versions.append((id, version))
    return seen


def _next(post: Post, reading: _Reading) -> Page:
    limit = post.member.system.spec.limits.page
    page = post.connector.changes(post.entity, reading.at.text, limit)
    if not isinstance(page, Page) or not isinstance(page.cursor, str):
        raise ContractBroken(f"{post.system}: `changes` must return a Page whose cursor is text")
    if page.more and not page.first and page.cursor == reading.at.text:
        raise ContractBroken(f"{post.system}: the cursor of {post.entity} did not move")
    if len(page.changes) > limit:
        got = f"{len(page.changes)} {post.entity} rows"
        raise ContractBroken(f"{post.system}: a page of {got}, where {limit} were asked for")
    return page


def _take(post: Post, reading: _Reading, page: Page) -> None:
    if page.first:
        reading.sweep = Sweep()
    seen = sort(post, page.changes)
    if page.sweep and not page.more:  # before the place moves on: who dies here reads it again
        reading.sweep.add(seen.known)
        _find_lost(post, reading.sweep)
    post.count("observed", len(page.changes))
    post.count("unchanged", seen.unchanged)
    post.progress("observe", len(page.changes))
    reading.at.text = page.cursor
    reading.unkept += 1
    if not (seen.news or seen.versions or reading.unkept >= QUIET_PAGES):
        reading.sweep.add(seen.known if page.sweep else ())
        return
    with post.line.write() as tx:
        known = learn(tx, post, seen)
        reading.sweep.add(known if page.sweep else ())
        reading.at.sweep = reading.sweep.text() if page.sweep and page.more else None
        cursors.move(tx, post.system, post.entity, reading.at, post.line.now())
    reading.unkept = 0


def _find_lost(post: Post, sweep: Sweep) -> None:
    """At the end of a full reading, look again for every linked row it did not show."""
    after = ""
    while True:
        with post.line.store.read() as tx:
            batch = links.all_after(tx, post.system, post.entity, after, 20_000)
            missing = links.live(tx, sweep.missing(id for _, id in batch))
        if not batch:
            return
        after = batch[-1][0]
        for start in range(0, len(missing), 200):
            look(post, missing[start : start + 200])
