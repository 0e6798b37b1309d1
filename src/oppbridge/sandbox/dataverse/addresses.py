"""Row addresses: `accounts(<guid>)`, `accounts(accountnumber='A1')`, absolute or not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from ..odata.options import split_outside
from .desk import Desk
from .refusals import KEY_NOT_FOUND, Refused, no_such_row, no_such_set
from .schema.book import Entry
from .values import WrongType, check_value

_GUID = re.compile(r"\{?[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\}?")
_ROOT = re.compile(r"^/?api/data/v\d+\.\d+/")


@dataclass(frozen=True, slots=True)
class Segment:
    """One part of a path: a name, and what the brackets behind it hold (None without)."""

    name: str
    inside: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A row as a URL names it: by id, or by an alternate key with the values given."""

    entry: Entry
    row_id: str | None
    key: Mapping[str, Any]
    text: str


def split_path(path: str) -> list[Segment]:
    """The segments of a path relative to the API root."""
    return [_segment(part) for part in split_outside(path, "/")]


def _segment(text: str) -> Segment:
    name, bracket, inside = text.partition("(")
    if bracket and inside.endswith(")"):
        return Segment(name, inside[:-1].strip())
    return Segment(text)


def relative(address: str) -> str:
    """What follows the API root in an absolute or rooted address."""
    path = unquote(urlsplit(address).path) if "://" in address else address
    return _ROOT.sub("", path).lstrip("/")


def place_of(desk: Desk, segment: Segment) -> Place:
    """The row that `set(key)` names; not looked up yet. Refuses unknown sets and keys."""
    entry = desk.book.sets.get(segment.name)
    if entry is None:
        raise no_such_set(segment.name)
    inside = segment.inside or ""
    text = f"{segment.name}({inside})"
    if _GUID.fullmatch(inside):
        return Place(entry, inside.strip("{}").lower(), {}, text)
    given = _pairs(inside)
    own = entry.definition.key
    if (
        set(given) == {own}
        and _GUID.fullmatch(given[own])
        and entry.logical not in ("systemuser", "team")
    ):
        return Place(entry, given[own].strip("{}").lower(), {}, text)
    names = {n if n in entry.properties else f"_{n}_value": value for n, value in given.items()}
    if not names or frozenset(names) not in {frozenset(key) for key in entry.keys}:
        raise Refused(
            400,
            "0x0",
            "The key in the request URI is not valid for resource "
            f"'Microsoft.Dynamics.CRM.{entry.logical}'. Ensure that the names and "
            "number of key properties match the declared key properties for the resource "
            f"'Microsoft.Dynamics.CRM.{entry.logical}'.",
        )
    return Place(
        entry, None, {name: _key_value(entry, name, value) for name, value in names.items()}, text
    )


def _pairs(inside: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in split_outside(inside, ","))
    return {name.strip(): value.strip() for name, sign, value in pairs if sign}


def _key_value(entry: Entry, name: str, text: str) -> Any:
    column = entry.properties[name]
    value: Any = text[1:-1].replace("''", "'") if text.startswith("'") else text
    try:
        if not isinstance(value, str) or text.startswith("'") or not re.fullmatch(r"-?\d+", text):
            return check_value(column, value, entry.logical)
        return check_value(column, int(text), entry.logical)
    except WrongType as problem:
        raise Refused(400, "0x0", str(problem)) from None


def locate(desk: Desk, place: Place) -> str | None:
    """The id of the row that is there under a place, or None."""
    if place.row_id is not None:
        return place.row_id if desk.has(place.entry.logical, place.row_id) else None
    columns = tuple(place.key)
    row = desk.database.get(place.entry.logical, [place.key[c] for c in columns], columns)
    return str(row[place.entry.definition.key]) if row else None


def need_row(desk: Desk, place: Place) -> str:
    """The id of the row under a place; refuses with 404 in the service's words."""
    found = locate(desk, place)
    if found is None:
        if place.row_id is not None:
            raise no_such_row(place.entry.logical, place.row_id)
        raise Refused(
            404,
            KEY_NOT_FOUND,
            f"A record with the specified key values does not exist in {place.entry.logical} "
            "entity",
        )
    return found


def resolve(desk: Desk, address: str) -> tuple[Entry, str]:
    """The table and id of the row at an address in a body. Refuses what is not there."""
    segments = split_path(relative(address))
    if len(segments) != 1 or segments[0].inside is None:
        raise Refused(
            400,
            "0x80060888",
            f"The URI '{address}' is not valid since it does not address one entity.",
        )
    place = place_of(desk, segments[0])
    return place.entry, need_row(desk, place)
