"""Rows looked up by keys: many keys in one filter, and many filters in one call."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from oppbridge.errors import Unavailable
from oppbridge.http.answer import Answer, Call
from oppbridge.http.batch import Operation, build, parse
from oppbridge.http.odata import Filter, Query, literal, one_of, raw
from oppbridge.http.paging import all_pages, all_rows, rows_in

from .codes import judge
from .desk import ROOT, Desk, chunks

_LARGEST = 5000
_SHORT = 2000

Rows = list[dict[str, Any]]


def rows_where(
    desk: Desk,
    set_name: str,
    attribute: str,
    values: Iterable[str],
    select: Sequence[str],
) -> Rows:
    """All rows of a table whose id column is one of the values."""
    filters = []
    for some in chunks(sorted(set(values)), desk.settings.keys):
        quoted = "'" in "".join(some)  # an id has none; one by one cost a tenth of a reading
        inside = ",".join(map(literal, some)) if quoted else "'" + "','".join(some) + "'"
        text = f"Microsoft.Dynamics.CRM.In(PropertyName='{attribute}',PropertyValues=[{inside}])"
        filters.append(raw(text))
    return _rows(desk, set_name, filters, select)


def find_rows(
    desk: Desk, set_name: str, column: str, values: Iterable[str], select: Sequence[str]
) -> Rows:
    """All rows of a table whose text column equals one of the values."""
    some = chunks(sorted(set(values)), min(desk.settings.keys, 50))
    return _rows(desk, set_name, [one_of(column, found) for found in some], select)


def _rows(desk: Desk, set_name: str, filters: Sequence[Filter], select: Sequence[str]) -> Rows:
    """The rows of all filters: one by one while they are short, otherwise batches of reads.

    Long links cost more to encode than their rows cost to read.
    """
    headers = desk.reading(_LARGEST, select)
    paths = [Query(select=select, filter=one).of(f"{ROOT}/{set_name}") for one in filters]
    if sum(map(len, paths)) < _SHORT:
        return [row for path in paths for row in all_rows(desk.session, path, headers)]
    found: Rows = []
    for some in chunks(paths, 100):
        found += [row for rows in batched(desk, some, headers) for row in rows]
    return found


def batched(desk: Desk, paths: Sequence[str], headers: dict[str, str]) -> list[Rows]:
    """The rows behind each of some paths, in one call. Raises what any of them is refused for."""
    reads = [Operation("GET", path, None, headers) for path in paths]
    kind, body = build(reads)
    sent = {**desk.headers, "Content-Type": kind, "Prefer": "odata.continue-on-error"}
    call = Call("POST", f"{ROOT}/$batch", body, sent, repeatable=True)
    answer, error = desk.send(call)
    if error is not None:
        raise error
    outcomes = parse(answer)
    if len(outcomes) < len(reads):
        raise Unavailable(f"{call.name}: the answer was cut off")
    return [
        _rows_of(desk, Call("GET", read.url, repeatable=True), outcome.refused, headers)
        for read, outcome in zip(reads, outcomes, strict=False)
    ]


def _rows_of(desk: Desk, call: Call, answer: Answer, headers: dict[str, str]) -> Rows:
    error = judge(call, answer)
    if error is not None:
        raise error
    page = rows_in(desk.session.decoded(call, answer), call.name)
    if page.next is None:
        return page.rows
    rest = all_pages(desk.session, page.next, headers)
    return page.rows + [row for found in rest for row in found.rows]
