"""Rows looked up by keys, many keys in one filter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from oppbridge.http.odata import Query, literal, one_of, raw
from oppbridge.http.paging import all_pages

from .desk import ROOT, Desk, chunks

_LARGEST = 5000


def rows_where(
    desk: Desk,
    set_name: str,
    column: str,
    attribute: str,
    values: Iterable[str],
    select: Sequence[str],
) -> list[dict[str, Any]]:
    """All rows of a table whose id column is one of the values, a filter of many keys at a time."""
    found: list[dict[str, Any]] = []
    for some in chunks(sorted(set(values)), desk.settings.keys):
        inside = ",".join(literal(value) for value in some)
        filter = raw(
            f"Microsoft.Dynamics.CRM.In(PropertyName='{attribute}',PropertyValues=[{inside}])"
        )
        path = Query(select=select, filter=filter).of(f"{ROOT}/{set_name}")
        for page in all_pages(desk.session, path, desk.reading(_LARGEST)):
            found += page.rows
    return found


def find_rows(
    desk: Desk, set_name: str, column: str, values: Iterable[str], select: Sequence[str]
) -> list[dict[str, Any]]:
    """All rows of a table whose text column equals one of the values."""
    found: list[dict[str, Any]] = []
    for some in chunks(sorted(set(values)), min(desk.settings.keys, 50)):
        query = Query(select=select, filter=one_of(column, some))
        for page in all_pages(desk.session, query.of(f"{ROOT}/{set_name}"), desk.reading(_LARGEST)):
            found += page.rows
    return found
