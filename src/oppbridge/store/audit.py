"""The audit trail: lines that are only ever added, each sealed with all that came before it.

A line is written in the transaction of what it tells. It names writes by digest and keeps no
values, so that erasing a person leaves the trail whole.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from ..records.scalars import instant_text
from .prepared import Prepared
from .rows import canonical
from .schema import audit, sequence
from .transaction import Tx

FIRST = "0" * 64
PAGE = 5000


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: when, who did what, and what there is to tell of it as JSON text."""

    id: int
    at: str
    who: str
    what: str
    told: str
    chain: str


_CHAIN = Prepared(lambda _: sa.select(audit.c.chain).where(audit.c.id == sa.bindparam("line")))


def note(tx: Tx, now: float, who: str, what: str, told: Any) -> None:
    """Add a line. Whoever adds one waits for whoever is adding one: there is one order."""
    [id] = tx.allocate("audit", 1)
    rows = tx.ask(_CHAIN, line=id - 1)
    before = rows[0][0] if rows else FIRST
    at, text = instant_text(datetime.fromtimestamp(now, UTC)), canonical(told)
    row = (id, at, who, what, text, seal(before, id, at, who, what, text))
    tx.insert(audit, ("id", "at", "who", "what", "told", "chain"), [row])


def seal(before: str, *line: Any) -> str:
    """The chain of a line, from the chain before it."""
    return hashlib.sha256(canonical([before, *line]).encode()).hexdigest()


def entries(tx: Tx, after: int = 0) -> Iterator[Entry]:
    """Every line after one, in order."""
    while True:
        query = sa.select(audit).where(audit.c.id > after).order_by(audit.c.id).limit(PAGE)
        page = [Entry(*row) for row in tx.plain(query)]
        yield from page
        if len(page) < PAGE:
            return
        after = page[-1].id


def last(tx: Tx) -> int:
    """How many lines were ever added."""
    rows = tx.rows(sa.select(sequence.c.value).where(sequence.c.name == "audit"))
    return int(rows[0][0]) if rows else 0


@dataclass(frozen=True, slots=True)
class Checked:
    """What checking the trail came to: how many lines, the last chain, and what is wrong."""

    lines: int
    head: str
    problems: list[str]

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {"lines": self.lines, "head": self.head, "problems": self.problems}


def check(tx: Tx, head: str | None = None) -> Checked:
    """Follow the chain from its first line.

    A line that was edited, dropped, added or moved breaks it; lines cut off at the end are missed
    by their number. Who rewrote all of it is found by a `head` that was kept elsewhere: the chain
    of any line.
    """
    problems: list[str] = []
    before, count, known = FIRST, 0, head in (None, FIRST)
    for count, line in enumerate(entries(tx), start=1):
        if line.id != count:
            problems.append(f"line {count} is missing: line {line.id} follows {count - 1}")
            return Checked(count - 1, before, problems)
        if seal(before, line.id, line.at, line.who, line.what, line.told) != line.chain:
            problems.append(f"line {line.id} ({line.at}, {line.what}) is not what was written")
            return Checked(count - 1, before, problems)
        before, known = line.chain, known or line.chain == head
    if count != last(tx):
        problems.append(f"{last(tx) - count} lines are missing after line {count}")
    if not known:
        problems.append(f"no line has the chain {head}: the trail is not the one that was kept")
    return Checked(count, before, problems)
