"""Which rows are pointed at by rows that a run did not write."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from ..records import ENTITIES
from ..records.values import pointing, reference_patterns
from ..store import Link, Tx, links
from .line import Line

PAGE = 5000


def pointed_at(
    tx: Tx, line: Line, system: str, entity: str, but: Mapping[tuple[str, str], Collection[int]]
) -> set[str]:
    """The keys of an entity that rows of a system show, as far as they are observed.

    `but` are the records, by (system, entity), whose rows do not count.
    """
    found: set[str] = set()
    for other in ENTITIES:
        if line.flows(other) and entity in reference_patterns(other).values():
            apart = frozenset(but.get((system, other), ()))
            for link in _live(tx, system, other):
                values = link.news or link.shown or {}
                if link.record_id not in apart:
                    found |= {str(values[p]) for p, to in pointing(other, values) if to == entity}
    return found


def _live(tx: Tx, system: str, entity: str) -> Iterator[Link]:
    after = ""
    while page := links.live_after(tx, system, entity, after, PAGE):
        yield from page
        after = page[-1].key
