"""Rewrites an entity's files, once for all writes of a call.

Lines go first and the documents last, so that a new document never shows half: a crash in
between leaves lines of no document, and the same create sent again finds them. Lines of deleted
documents go after their documents.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ...contract import Receipt, Selection, Write
from ...errors import Unavailable, Unsure
from .deciding import carry_out
from .desk import Desk, lay_out
from .index import key_of, open_parts, places
from .locking import locked
from .reading import Shelf
from .source import Position, Row


def write_all(
    folder: Path,
    shelf_of: Callable[[], Shelf],
    selection: Selection | None,
    writes: Sequence[Write],
) -> list[Receipt]:
    """One receipt each, in order. Raises Unavailable when nothing could be written."""
    try:
        with locked(folder):
            shelf = shelf_of()
            desk = lay_out(shelf, folder, selection, writes)
            receipts = [carry_out(desk, write) for write in writes]
            if shelf_of().index is not shelf.index:
                raise Unavailable(f"{folder.name}: a file changed meanwhile; nothing was written")
            return _saved(desk, shelf, receipts)
    except OSError as exc:
        raise Unavailable(f"{folder.name}: cannot be written: {exc.strerror}") from exc


def _saved(desk: Desk, shelf: Shelf, receipts: list[Receipt]) -> list[Receipt]:
    """Save everything; once one file was replaced, a failure leaves the writes unsure."""
    dropped = {key for key in desk.changed if desk.documents[key] is None}
    begun = False
    try:
        for name, keys in desk.touched.items():
            _save_parts(desk, shelf, name, [key for key in keys if key not in dropped], set())
            begun = True
        if desk.changed:
            _save_documents(desk, shelf)
            begun = True
        for name, lines in shelf.index.lines.items():
            if dropped & set(lines.first):
                _save_parts(desk, shelf, name, [], dropped)
    except OSError as exc:
        if not begun:
            raise
        unsure = Unsure(f"{desk.sheet.path.name}: writing was cut short: {exc.strerror}")
        return [one if one.error else replace(one, error=unsure) for one in receipts]
    return receipts


def _save_documents(desk: Desk, shelf: Shelf) -> None:
    sheet, blank = desk.sheet, desk.sheet.format.blank

    def rows() -> Iterator[list[Any] | str]:
        for source, found in shelf.all():
            if found.key in desk.changed and found.error is None:
                row = desk.documents[found.key]
                if row is not None:
                    yield sheet.format.stored(sheet.columns, [row[c] for c in sheet.columns])
            else:
                yield _copied(found.row, len(sheet.columns) - len(source.columns), blank)
        for key in desk.created:
            row = desk.documents[key]
            if row is not None:
                yield sheet.format.stored(sheet.columns, [row[c] for c in sheet.columns])

    sheet.format.save(sheet.path, sheet.columns, rows())


def _copied(row: Row, added: int, blank: Any) -> list[Any] | str:
    """A row as it stood, with blanks under new columns. Lines that are no row stay as they are."""
    if isinstance(row.raw, str):
        return row.raw
    return [*(row.raw or []), *([blank] * (0 if row.error else added))]


def _save_parts(
    desk: Desk, shelf: Shelf, name: str, keys: Sequence[str], dropped: set[str]
) -> None:
    """Rewrite the lines of some documents, leave out those of others, copy the rest."""
    sheet, given = desk.sheets[name], desk.parts_of(name)
    due = {key: _by_key(desk, name, key) for key in keys}

    def rows() -> Iterator[list[Any] | str]:
        if not sheet.is_new:
            source = open_parts(shelf.entity, given, sheet.path)
            parent_at = places(source.columns, given.parent)
            key_at = places(source.columns, given.key)
            try:
                for row in source.rows(Position()):
                    parent = key_of(row.values, parent_at)
                    if parent in due and row.error is None:
                        line = due[parent].pop(key_of(row.values, key_at), None)
                        if line is not None:
                            yield _line(sheet.columns, line, desk, name)
                    elif parent not in dropped:
                        yield _copied(row, 0, None)
            finally:
                source.close()
        for lines in due.values():
            for line in lines.values():
                yield _line(sheet.columns, line, desk, name)

    sheet.format.save(sheet.path, sheet.columns, rows())
    sheet.is_new = False


def _line(columns: Sequence[str], line: dict[str, Any], desk: Desk, name: str) -> list[Any]:
    return desk.sheets[name].format.stored(columns, [line[column] for column in columns])


def _by_key(desk: Desk, name: str, key: str) -> dict[str | None, dict[str, Any]]:
    names = desk.parts_of(name).key
    lines = (desk.documents[key] or {}).get(name, [])
    return {key_of([line[one] for one in names], range(len(names))): line for line in lines}
