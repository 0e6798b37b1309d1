"""Reads of one entity set: a run of rows in key order, rows by their numbers, rows by a column.

Every read says `cross-company=true` and names its company: without the option the service answers
from the user's default company alone, and an empty page looks like success.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from oppbridge.http.odata import Filter, Query, eq, every, ge, gt, le, some
from oppbridge.http.paging import page
from oppbridge.http.session import Session

from .tables import COMPANY

Row = dict[str, Any]
HEADERS: Mapping[str, str] = {
    "Accept": "application/json;odata.metadata=minimal",
    "OData-Version": "4.0",
    "OData-MaxVersion": "4.0",
}
EVERYWHERE = (("cross-company", "true"),)
CHAIN = 25
_TEXT = 1_500  # characters of one chain: addresses must stay short
_RUN = 5_000


def path(inside: str) -> str:
    """A path of the data service that reaches rows of every company."""
    return f"data/{inside}?cross-company=true"


def run(
    session: Session,
    entity_set: str,
    columns: Sequence[str],
    number: str,
    place: tuple[str, str, int],
    narrow: Filter | None = None,
) -> tuple[list[Row], bool]:
    """Rows of a company after a number, in key order, and whether more follow.

    `place` is company, number ("" for the beginning) and how many rows at most.
    """
    company, last, top = place
    wanted = [eq(COMPANY, company)]
    if last:
        wanted.append(gt(number, last))
    if narrow is not None:
        wanted.append(narrow)
    query = Query(columns, every(wanted), (number,), top=top, extra=EVERYWHERE)
    found = page(session, query.of(f"data/{entity_set}"), HEADERS)
    return found.rows, len(found.rows) >= top or found.next is not None


def where(
    session: Session, entity_set: str, columns: Sequence[str], key: tuple[str, ...], wanted: Filter
) -> Iterator[Row]:
    """Every row that passes a filter, walked by `key`, whose columns are unique together.

    Links to further pages are offsets and lose rows when others come and go; this walk does not.
    """
    last: tuple[str, ...] | None = None
    while True:
        here = wanted if last is None else wanted & _after(key, last)
        query = Query(columns, here, key, top=_RUN, extra=EVERYWHERE)
        found = page(session, query.of(f"data/{entity_set}"), HEADERS)
        yield from found.rows
        if not found.rows or (len(found.rows) < _RUN and found.next is None):
            return
        last = tuple(str(found.rows[-1][name]) for name in key)


def any_of(column: str, values: Iterable[str]) -> Iterator[tuple[Filter, frozenset[str]]]:
    """Filters that together find rows by the values of a column, a bounded chain each.

    In an equality `*` stands for anything; a value that holds one is asked for as a range, and the
    caller keeps only rows whose value is among those given with the filter.
    """
    chunk: list[str] = []
    room = _TEXT
    for value in dict.fromkeys(values):
        length = len(_equal(column, value).text)
        if chunk and (len(chunk) >= CHAIN or length > room):
            yield _chain(column, chunk)
            chunk, room = [], _TEXT
        chunk.append(value)
        room -= length
    if chunk:
        yield _chain(column, chunk)


def _chain(column: str, chunk: Sequence[str]) -> tuple[Filter, frozenset[str]]:
    chain = some(_equal(column, value) for value in chunk)
    return chain, frozenset(map(str.casefold, chunk))


def matching(
    session: Session,
    entity_set: str,
    columns: Sequence[str],
    company: str,
    found_by: tuple[str, Sequence[str]],
    key: tuple[str, ...],
) -> list[Row]:
    """Rows of a company whose column (`found_by`, with its values) equals one of the values."""
    column, values = found_by
    rows: list[Row] = []
    for chain, wanted in any_of(column, [value for value in values if value]):
        here = eq(COMPANY, company) & chain
        found = where(session, entity_set, columns, key, here)
        rows += [row for row in found if str(row[column]).casefold() in wanted]
    return rows


def between(column: str, first: str, last: str) -> Filter:
    """Rows from one value of a column to another, both included."""
    return ge(column, first) & le(column, last)


def _after(columns: Sequence[str], values: Sequence[str]) -> Filter:
    """Rows that come after these values when sorted by the columns."""
    steps = []
    for place, column in enumerate(columns):
        equal = [_equal(columns[before], values[before]) for before in range(place)]
        steps.append(every([*equal, gt(column, values[place])]))
    return some(steps)


def _equal(column: str, value: str) -> Filter:
    return between(column, value, value) if "*" in value else eq(column, value)
