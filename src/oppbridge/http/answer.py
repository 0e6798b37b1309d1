"""One call to a system and its answer, as plain values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from .decode import decode


@dataclass(frozen=True, slots=True)
class Call:
    """One request. `path` is relative to the session's root, or a link the system gave out.

    `repeatable` says that sending it twice does no more than sending it once and that the answer of
    the second is as good: true of reads, hardly ever of writes.
    """

    method: str
    path: str
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    repeatable: bool = False

    @property
    def name(self) -> str:
        """The call as messages spell it: method and path, without query (it may hold values)."""
        return f"{self.method} {urlsplit(self.path).path}"


def get(path: str, **headers: str) -> Call:
    """A read; header names are given with underscores for dashes."""
    return Call(
        "GET", path, None, {name.replace("_", "-"): value for name, value in headers.items()}, True
    )


_ERROR = re.compile(rb'\s*\{\s*"error"\s*:\s*[{"]')
"""How an OData error begins: a proxy may hand one on with a status that says 200."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status, headers with lower-case names, and the undecoded body."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    _found: list[Any] = field(default_factory=list, repr=False, compare=False)

    @property
    def ok(self) -> bool:
        """Whether the call was carried out: a good status, and no error in the body."""
        return 200 <= self.status < 300 and not _ERROR.match(self.body)

    def json(self) -> Any:
        """The decoded body; None when it is empty. Raises ValueError when it is not JSON."""
        if not self._found:
            self._found.append(decode(self.body) if self.body else None)
        return self._found[0]
