"""Access tokens in force: issued by the login twin, looked up by the others."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from .clock import Clock


@dataclass(frozen=True, slots=True)
class Token:
    """Who a token speaks for, which resource it opens, and until when (sandbox seconds)."""

    subject: str
    audience: str
    expires: float


class Tokens:
    """Opaque tokens, lost with the process: after a restart clients must sign in again."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._issued: dict[str, Token] = {}

    def issue(self, subject: str, audience: str, lifetime: float = 3599.0) -> str:
        """A new token for `subject`, good for `lifetime` seconds of sandbox time."""
        text = f"sandbox-{secrets.token_urlsafe(32)}"
        self._issued[text] = Token(subject, audience, self._clock.time() + lifetime)
        return text

    def find(self, text: str) -> Token | None:
        """The token, also when it has expired; None when it was never issued."""
        return self._issued.get(text)

    def valid(self, text: str) -> Token | None:
        """The token unless it is unknown or has expired."""
        token = self._issued.get(text)
        return token if token and token.expires > self._clock.time() else None

    def revoke_all(self) -> None:
        """Expire every token at once."""
        self._issued.clear()
