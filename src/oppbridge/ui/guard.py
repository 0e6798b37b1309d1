"""Who may look and who may act; where a form may come from."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from fastapi import Depends, HTTPException, Request

COOKIE = "oppbridge_key"


@dataclass(frozen=True, slots=True)
class Guard:
    """Dependencies that refuse who may not look, or not act, and the name of who asks."""

    looks: Sequence[Any]
    acts: Sequence[Any]
    who: Callable[[Request], str]


def same_origin(request: Request) -> None:
    """Refuse a form that another site sends in the name of whoever is signed in."""
    origin = request.headers.get("origin")
    if origin is None or urlsplit(origin).netloc != request.headers.get("host"):
        raise HTTPException(403, "this form was not sent by this page")


@dataclass(slots=True)
class Key:
    """A key that the address names once and a cookie keeps: whoever has it is `name`."""

    name: str
    text: str = field(default_factory=lambda: secrets.token_urlsafe(24))

    def check(self, request: Request) -> None:
        """Refuse who does not have the key, and hosts that a foreign name was made to lead to."""
        host = (request.url.hostname or "").lower()
        if host not in ("127.0.0.1", "localhost", "::1"):
            raise HTTPException(400, "ask by the address that was printed")
        given = request.cookies.get(COOKIE) or request.query_params.get("token") or ""
        if not hmac.compare_digest(given.encode(), self.text.encode()):
            raise HTTPException(401, "open the address that `oppbridge ui` printed")

    def guard(self) -> Guard:
        """Whoever has the key may look and act."""
        allowed = [Depends(self.check)]
        return Guard(allowed, allowed, lambda _: self.name)
