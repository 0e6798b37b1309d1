"""Carries one write out on the documents at hand. Pure: files are rewritten later, once for all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from ...contract import Action, Part, Receipt, Write, split_key
from ...errors import Gone, Invalid, OppBridgeError, Stale
from ...mapping.consistent import nearest
from ...mapping.digest import BROKEN
from .desk import Desk, Sheet, natural_key, origin_column
from .index import key_of
from .reading import version_of

Row = dict[str, Any]


def carry_out(desk: Desk, write: Write) -> Receipt:
    """The receipt of one write; the desk then holds what it made of its document."""
    try:
        if write.action is Action.CREATE:
            return _create(desk, write)
        if write.action is Action.UPDATE:
            return _update(desk, write)
        return _delete(desk, write)
    except OppBridgeError as exc:
        return Receipt(write.id, write.key, error=exc)


def _create(desk: Desk, write: Write) -> Receipt:
    known = desk.by_origin.get(write.origin)
    if known is not None and (row := desk.documents.get(known)) is not None:
        parts = _standing(desk, known, row, write)
        return Receipt(write.id, known, row, version_of(row), existed=True, parts=parts)
    name = desk.sheet.path.name
    wanted = natural_key(desk.given, write)
    if wanted is None:
        raise Invalid(f"{name}: a new row needs {' and '.join(desk.given.key)}")
    row = dict.fromkeys(desk.sheet.columns)
    row |= {collection: [] for collection in desk.given.collections}
    _put(row, write.row, desk.sheet)
    if wanted == write.origin:
        _put(row, {desk.given.key[0]: wanted}, desk.sheet)
    _put(row, {origin_column(desk.given, write): write.origin}, desk.sheet)
    key = key_of([row[column] for column in desk.given.key], range(len(desk.given.key)))
    if key is None:
        raise Invalid(f"{name}: a new row needs {' and '.join(desk.given.key)}")
    if desk.documents.get(key) is not None:
        raise Invalid(f"{name}: there is a row with the key {key!r} already")
    made = _parts(desk, key, row, write)
    desk.by_origin[write.origin] = key
    if key not in desk.documents:
        desk.created.append(key)
    _settle(desk, key, row, write)
    return Receipt(write.id, key, row, version_of(row), parts=made)


def _standing(desk: Desk, key: str, row: Row, write: Write) -> dict[str, str]:
    """The keys of a create's parts that stand already, by part id."""
    found: dict[str, str] = {}
    for part in write.parts:
        if part.collection in desk.given.collections:
            names = desk.parts_of(part.collection).key
            wanted = _part_key(_new_part(desk, key, part), names)
            if wanted in {_part_key(line, names) for line in row[part.collection]}:
                found[part.id] = wanted
    return found


def _part_key(line: Row, names: Sequence[str]) -> str:
    return str(key_of([line[name] for name in names], range(len(names))))


def _update(desk: Desk, write: Write) -> Receipt:
    key, row = _current(desk, write)
    row = deepcopy(row)
    before = {column: row[column] for column in desk.given.key}
    _put(row, write.row, desk.sheet)
    if {column: row[column] for column in desk.given.key} != before:
        raise Invalid(f"{desk.sheet.path.name}: the key of {key!r} cannot be changed")
    made = _parts(desk, key, row, write)
    _settle(desk, key, row, write)
    return Receipt(write.id, key, row, version_of(row), parts=made)


def _delete(desk: Desk, write: Write) -> Receipt:
    if write.again and desk.documents.get(write.key or "") is None:
        return Receipt(write.id, write.key)
    key, _ = _current(desk, write)
    desk.documents[key] = None
    desk.changed.add(key)
    return Receipt(write.id, key)


def _current(desk: Desk, write: Write) -> tuple[str, Row]:
    key = write.key or ""
    row = desk.documents.get(key)
    name = desk.sheet.path.name
    if row is None:
        raise Gone(f"{name}: there is no row with the key {key!r} any more")
    if BROKEN in row:
        raise Invalid(str(row[BROKEN]))
    if write.version is not None and write.version != version_of(row):
        raise Stale(f"{name}: the row {key!r} has changed since it was read")
    return key, row


def _put(row: Row, given: Mapping[str, Any], sheet: Sheet) -> None:
    for column, value in given.items():
        if column not in sheet.columns:
            hint = nearest(column, sheet.columns)
            raise Invalid(f"{sheet.path.name}: has no column {column!r}{hint}")
        row[column] = sheet.format.kept(column, value)


def _settle(desk: Desk, key: str, row: Row, write: Write) -> None:
    desk.documents[key] = row
    desk.changed.add(key)
    for part in write.parts:
        desk.touched.setdefault(part.collection, {})[key] = None


def _parts(desk: Desk, key: str, row: Row, write: Write) -> dict[str, str]:
    """Apply a write's parts to its document; the native keys of those created, by part id."""
    made: dict[str, str] = {}
    for part in write.parts:
        if part.collection not in desk.given.collections:
            hint = nearest(part.collection, desk.given.collections)
            raise Invalid(f"settings.collections: no {part.collection!r} here{hint}")
        lines: list[Row] = row[part.collection]
        names = desk.parts_of(part.collection).key
        by_key = {_part_key(line, names): line for line in lines}
        if part.action is Action.DELETE:
            lines[:] = [line for one, line in by_key.items() if one != part.key]
        elif part.action is Action.UPDATE:
            _change_part(desk, by_key.get(part.key or ""), part)
        else:
            line = _new_part(desk, key, part)
            made[part.id] = _part_key(line, names)
            if made[part.id] in by_key:
                by_key[made[part.id]].update(line)
            else:
                lines.append(line)
    return made


def _change_part(desk: Desk, line: Row | None, part: Part) -> None:
    sheet, names = desk.sheets[part.collection], desk.parts_of(part.collection).key
    if line is None:
        raise Gone(f"{sheet.path.name}: there is no line with the key {part.key!r} any more")
    before = [line[name] for name in names]
    _put(line, part.row, sheet)
    if [line[name] for name in names] != before:
        raise Invalid(f"{sheet.path.name}: the key of line {part.key!r} cannot be changed")


def _new_part(desk: Desk, key: str, part: Part) -> Row:
    sheet, given = desk.sheets[part.collection], desk.parts_of(part.collection)
    line: Row = dict.fromkeys(sheet.columns)
    _put(line, part.row, sheet)
    parents = split_key(key) if len(given.parent) > 1 else (key,)
    _put(line, dict(zip(given.parent, parents, strict=True)), sheet)
    missing = [name for name in given.key if line[name] is None]
    if len(missing) > 1:
        raise Invalid(f"{sheet.path.name}: a new line needs {' and '.join(missing)}")
    if missing:
        _put(line, {missing[0]: part.id}, sheet)
    return line
