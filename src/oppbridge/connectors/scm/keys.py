"""Native keys: company and natural key, as one text, as a path, and as the number inside a key.

Companies are compared without case, as the service does, and spelled in lower case, as it shows
them. Numbers are never trimmed: an item number may begin with a blank.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from oppbridge.contract import join_key, split_key
from oppbridge.errors import Invalid
from oppbridge.http.odata import key as odata_key

from .tables import COMPANY, NAMESPACE, Lines, Table

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LONGEST = 20


def key_of(table: Table, row: Mapping[str, Any]) -> str:
    """The native key of a row, `usmf|US-001`."""
    company, number = str(row[COMPANY]).lower(), str(row[table.number])
    if "|" in number or "%" in number:
        return join_key(company, number)
    return f"{company}|{number}"


def parts_of(key: str) -> tuple[str, str]:
    """Company and number of a native key. Raises Invalid for other text."""
    parts = split_key(key)
    if len(parts) != 2 or not all(parts):
        raise Invalid(f"{key!r} is not a Supply Chain key, as in 'usmf|US-001'")
    return parts[0].lower(), parts[1]


def folded(key: str) -> str:
    """The key as keys are compared: without case, like the service's own collation."""
    return key.casefold()


def row_path(table: Table, key: str, action: str = "") -> str:
    """The path of a row, or of an action bound to it, that reaches every company."""
    company, number = parts_of(key)
    inside = odata_key(**{COMPANY: company, table.number: number})
    called = f"/{NAMESPACE}.{action}" if action else ""
    return f"data/{table.set}{inside}{called}?cross-company=true"


def line_path(lines: Lines, company: str, key: str) -> str:
    """The path of a line, that reaches every company."""
    inside = odata_key(**{COMPANY: company, lines.key: key})
    return f"data/{lines.set}{inside}?cross-company=true"


def by_company(keys: Iterable[str]) -> dict[str, list[str]]:
    """Numbers by company, each once, in order; text that is no key of any row is left out."""
    found: dict[str, dict[str, None]] = {}
    for key in keys:
        try:
            company, number = parts_of(key)
        except Invalid:
            continue
        found.setdefault(company, {})[number] = None
    return {company: list(numbers) for company, numbers in found.items()}


def number_from(origin: str) -> str:
    """A number of 20 characters that depends on the record's id alone, for sequences that are ours.

    Raises Invalid when `origin` is not a UUID.
    """
    try:
        bits = UUID(origin).int >> (128 - 5 * _LONGEST)
    except ValueError:
        raise Invalid(f"{origin!r} is not a record id") from None
    return "".join(_ALPHABET[bits >> (5 * place) & 31] for place in reversed(range(_LONGEST)))
