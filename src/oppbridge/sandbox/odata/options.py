"""Query options taken apart: $select, $orderby, $expand with its own options, $top and the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


class BadQuery(Exception):
    """The query cannot be carried out; the message is what the caller may read."""


@dataclass(frozen=True, slots=True)
class Order:
    """One column to sort by; `path` goes through single-valued navigations."""

    path: tuple[str, ...]
    descending: bool


@dataclass(frozen=True, slots=True)
class Options:
    """What one level of a query asks for. Absent options are None or empty."""

    select: tuple[str, ...] = ()
    filter: str | None = None
    orderby: tuple[Order, ...] = ()
    expand: tuple[Expand, ...] = ()
    top: int | None = None
    skip: int | None = None
    count: bool = False


@dataclass(frozen=True, slots=True)
class Expand:
    """One navigation to bring along. `reference` is the `nav/$ref` form."""

    name: str
    options: Options
    reference: bool = False


def parse_options(query: Mapping[str, str]) -> Options:
    """The standard options of a query; names are case-sensitive, others are left to the twin."""
    return Options(
        select=tuple(part.strip() for part in query.get("$select", "").split(",") if part.strip()),
        filter=query.get("$filter"),
        orderby=_orderby(query.get("$orderby", "")),
        expand=tuple(_expand(part) for part in split_outside(query.get("$expand", ""), ",")),
        top=_number(query, "$top"),
        skip=_number(query, "$skip"),
        count=query.get("$count", "").lower() == "true",
    )


def split_outside(text: str, separator: str) -> list[str]:
    """Parts of `text` between separators that stand outside quotes and brackets; blanks dropped."""
    parts, depth, quoted, begin = [], 0, False, 0
    for at, char in enumerate(text):
        if char == "'":
            quoted = not quoted
        elif quoted:
            continue
        elif char in "([":
            depth += 1
        elif char in ")]":
            depth -= 1
        elif char == separator and depth == 0:
            parts.append(text[begin:at])
            begin = at + 1
    parts.append(text[begin:])
    return [part.strip() for part in parts if part.strip()]


def _expand(text: str) -> Expand:
    name, bracket, inside = text.partition("(")
    if bracket and not inside.endswith(")"):
        raise BadQuery(f"Syntax error in $expand at '{text}'.")
    options: dict[str, str] = {}
    for part in split_outside(inside[:-1], ";") if bracket else ():
        option, _, value = part.partition("=")
        options[option.strip()] = value.strip()
    unknown = set(options) - {"$select", "$filter", "$orderby", "$expand", "$top"}
    if unknown:
        raise BadQuery(f"The query option '{min(unknown)}' is not supported inside $expand.")
    name = name.strip()
    return Expand(name.removesuffix("/$ref"), parse_options(options), name.endswith("/$ref"))


def _orderby(text: str) -> tuple[Order, ...]:
    orders = []
    for part in split_outside(text, ","):
        words = part.split()
        if len(words) > 2 or (len(words) == 2 and words[1].lower() not in ("asc", "desc")):
            raise BadQuery(f"Syntax error in $orderby at '{part}'.")
        orders.append(
            Order(tuple(words[0].split("/")), len(words) == 2 and words[1].lower() == "desc")
        )
    return tuple(orders)


def _number(query: Mapping[str, str], name: str) -> int | None:
    text = query.get(name)
    if text is None:
        return None
    if not text.isdigit():
        raise BadQuery(f"Invalid value '{text}' for {name} query option found.")
    return int(text)
