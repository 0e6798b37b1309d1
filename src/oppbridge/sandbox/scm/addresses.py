"""Addresses under `/data`: an entity set, a key in brackets, and what follows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import quote as percent

from ..odata.options import split_outside
from .refusals import NAMESPACE, Malformed, Missing
from .schema import Column, Entity, Schema
from .values import accept

_NAME = re.compile(r"[\w$]+")


@dataclass(frozen=True, slots=True)
class Address:
    """What a path points at. `key` is None for the whole set; `rest` follows behind a slash."""

    entity: Entity
    key: tuple[Any, ...] | None = None
    rest: str = ""


def parse_address(path: str, schema: Schema) -> Address:
    """Take `Set(key)/rest` apart.

    Raises `Missing` for an unknown set and `Malformed` for a bad key.
    """
    found = _NAME.match(path)
    entity = schema.public(found.group()) if found else None
    if found is None or entity is None:
        raise Missing
    after = path[found.end() :]
    key = None
    if after.startswith("("):
        inside, after = _bracket(after)
        key = parse_key(inside, entity, schema)
    if after and not after.startswith("/"):
        raise Missing
    return Address(entity, key, after.strip("/"))


def _bracket(text: str) -> tuple[str, str]:
    """The inside of the bracket that opens `text`, and what follows it.

    Quotes may hold brackets.
    """
    quoted = False
    for at, char in enumerate(text):
        if char == "'":
            quoted = not quoted
        elif char == ")" and not quoted:
            return text[1:at], text[at + 1 :]
    raise Malformed("Bad Request - Error in query syntax.")


def parse_key(text: str, entity: Entity, schema: Schema) -> tuple[Any, ...]:
    """The key's values in the entity's own order. All parts must be given by name, in any order."""
    parts = split_outside(text, ",")
    given: dict[str, Any] = {}
    for part in parts:
        name, equals, literal = part.partition("=")
        if not equals or name.strip().startswith("'"):
            if len(entity.key) != 1 or len(parts) != 1:
                raise Malformed(
                    "The key value from request is not valid. All key properties must be named."
                )
            name, literal = entity.key[0], part
        name = name.strip()
        if name not in entity.key:
            raise Malformed(
                f"The property '{name}' is not a key property of '{NAMESPACE}.{entity.type}'."
            )
        given[name] = accept(
            _literal(literal.strip(), entity.columns[name]), entity.columns[name], entity, schema
        )
    if len(given) != len(entity.key):
        wanted = ", ".join(entity.key)
        raise Malformed(
            f"The number of keys specified in the URI does not match the key properties ({wanted})."
        )
    return tuple(given[name] for name in entity.key)


def _literal(text: str, column: Column) -> Any:
    if text.startswith("'") and text.endswith("'") and len(text) > 1:
        return text[1:-1].replace("''", "'")
    if column.kind in "il" and text.lstrip("-").isdigit():
        return int(text)
    if column.kind == "n":
        return Decimal(text)
    if column.kind in "dtg":
        return text
    raise Malformed(f"Bad Request - Error in query syntax at key property '{column.name}'.")


def key_text(entity: Entity, key: tuple[Any, ...]) -> str:
    """The key in brackets, percent-encoded, as links carry it."""
    parts = []
    for name, value in zip(entity.key, key, strict=True):
        plain = entity.columns[name].kind in "inldt"
        literal = str(value) if plain else "'" + str(value).replace("'", "''") + "'"
        parts.append(f"{name}={percent(literal, safe=chr(39) + ':')}")
    return f"({','.join(parts)})"
