"""Pages of an OData collection: the rows, and the links to what follows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from oppbridge.errors import ContractBroken, Unavailable

from .answer import Call
from .session import Session


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows, the link to the next page, and, at the end of a tracked read, the delta link."""

    rows: list[dict[str, Any]]
    next: str | None = None
    delta: str | None = None


def rows_in(found: Any, name: str) -> Rows:
    """The page in a decoded body. Raises Unavailable when it is no collection of rows."""
    rows = found.get("value") if isinstance(found, Mapping) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Unavailable(f"{name} did not answer with a collection of rows")
    return Rows(rows, _link(found, "nextLink"), _link(found, "deltaLink"))


def page(session: Session, path: str, headers: Mapping[str, str]) -> Rows:
    """One page from a path or a link. Raises what the session raises."""
    call = Call("GET", path, None, headers, repeatable=True)
    return rows_in(session.json(call), call.name)


def all_pages(session: Session, path: str, headers: Mapping[str, str]) -> Iterator[Rows]:
    """Page after page to the end. Raises ContractBroken when a next link repeats."""
    seen: set[str] = set()
    following: str | None = path
    while following:
        if following in seen:
            raise ContractBroken(f"{session.host} gave the same next link twice")
        seen.add(following)
        found = page(session, following, headers)
        yield found
        following = found.next


def all_rows(session: Session, path: str, headers: Mapping[str, str]) -> list[dict[str, Any]]:
    """The rows of all pages; for small tables."""
    return [row for found in all_pages(session, path, headers) for row in found.rows]


def _link(found: Mapping[str, Any], name: str) -> str | None:
    link = found.get(f"@odata.{name}")
    return link if isinstance(link, str) and link else None
