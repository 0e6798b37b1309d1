"""Rows that stay because others point at them, and rows that stay because those do."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ..records import ENTITIES
from ..records.values import Values, pointing, reference_patterns
from ..store import Link, Tx, links
from .line import Line

PAGE = 5000
Place = tuple[str, str]
"""(entity, native key) within one system."""


@dataclass(slots=True)
class Standing:
    """Who is pointed at in one system by rows that stay."""

    pointed: set[Place] = field(default_factory=set)

    def stays(self, entity: str, values: Values, but: Collection[str] = ()) -> None:
        """A row stays with these values, except for the paths in `but`."""
        self.pointed |= targets(entity, values, but)

    def keep(self, going: Mapping[Place, Collection[Place]]) -> set[Place]:
        """Of rows that would go, with whom each points at: those that have to stay."""
        kept: set[Place] = set()
        fresh = self.pointed & going.keys()
        while fresh:
            kept |= fresh
            fresh = {to for at in fresh for to in going[at]} & going.keys() - kept
        return kept


def targets(entity: str, values: Values, but: Collection[str] = ()) -> set[Place]:
    """Whom a row points at."""
    return {(to, str(values[p])) for p, to in pointing(entity, values) if p not in but}


def outsiders(
    tx: Tx, line: Line, system: str, but: Mapping[tuple[str, str], Sequence[int]]
) -> Standing:
    """Who is pointed at by the rows of a system, as far as they are observed.

    `but` are the records, by (system, entity), whose rows do not count.
    """
    out = Standing()
    for entity in ENTITIES:
        if line.flows(entity) and reference_patterns(entity):
            apart = frozenset(but.get((system, entity), ()))
            for link in _live(tx, system, entity):
                if link.record_id not in apart:
                    out.stays(entity, link.news or link.shown or {})
    return out


def _live(tx: Tx, system: str, entity: str) -> Iterator[Link]:
    after = ""
    while page := links.live_after(tx, system, entity, after, PAGE):
        yield from page
        after = page[-1].key
