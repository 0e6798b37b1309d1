"""Paging cookies: the XML element in `$skiptoken` that holds the last keys of a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

import orjson

from .refusals import bad_query


@dataclass(frozen=True, slots=True)
class Cookie:
    """Where the next page begins: its number, the last row's sort values, the version read."""

    page: int
    last: tuple[Any, ...]
    tracking: bool = False
    version: int = 0


def write_cookie(key: str, first: str, last_id: str, cookie: Cookie) -> str:
    """The `$skiptoken` text, not yet percent-encoded for a URL."""
    position = orjson.dumps(cookie.last).decode()
    inner = (
        f'<cookie page="{cookie.page - 1}">'
        f'<{key} last="{{{last_id.upper()}}}" first="{{{first.upper()}}}" />'
        f'<position last={quoteattr(position)} version="{cookie.version}" /></cookie>'
    )
    encoded = quote(inner, safe="")
    return (
        f'<cookie pagenumber="{cookie.page}" pagingcookie="{encoded}" '
        f'istracking="{cookie.tracking}" />'
    )


def read_cookie(text: str) -> Cookie:
    """The cookie of a `$skiptoken`. Refuses what this service did not write."""
    outer = _element(text)
    inner = _element(unquote(outer.get("pagingcookie", "")))
    position = inner.find("position")
    if position is None:
        raise bad_query("The paging cookie is not valid.")
    try:
        last = tuple(orjson.loads(position.get("last", "")))
        return Cookie(
            int(outer.get("pagenumber", "")),
            last,
            outer.get("istracking") == "True",
            int(position.get("version", "0")),
        )
    except ValueError:
        raise bad_query("The paging cookie is not valid.") from None


def _element(text: str) -> ElementTree.Element:
    if "<!" in text:  # neither entities nor document types
        raise bad_query("The paging cookie is not valid.")
    try:
        return ElementTree.fromstring(text)
    except ElementTree.ParseError:
        raise bad_query("Malformed XML in the Paging Cookie") from None
