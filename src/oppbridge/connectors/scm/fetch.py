"""Rows by their keys or by a column, as they are now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from oppbridge.http.session import Session

from .joined import Found, complete
from .keys import by_company, folded
from .rows import Row, matching
from .settings import ScmSettings
from .view import View


def fetch(session: Session, view: View, keys: Iterable[str]) -> list[Found]:
    """The rows with these keys; absent ones are left out."""
    table = view.table
    rows: list[Row] = []
    for company, numbers in by_company(keys).items():
        by = (table.number, numbers)
        rows += matching(session, table.set, view.columns, company, by, (table.number,))
    return complete(session, view, rows, running=False)


def fetched(session: Session, view: View, keys: Iterable[str]) -> dict[str, Found]:
    """The rows with these keys, by key as keys are compared."""
    return {folded(found.key): found for found in fetch(session, view, keys)}


def find(
    session: Session, settings: ScmSettings, view: View, column: str, values: Sequence[str]
) -> list[Found]:
    """Every row of the configured companies whose column equals one of the values."""
    columns = tuple(dict.fromkeys((*view.columns, column)))
    rows: list[Row] = []
    for company in settings.companies:
        by = (column, values)
        rows += matching(session, view.table.set, columns, company, by, (view.table.number,))
    return complete(session, view, rows, running=False)
