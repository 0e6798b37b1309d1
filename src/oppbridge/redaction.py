"""Keeps secrets out of whatever is told: every error's words pass through `hidden`.

A secret is known from the moment it is looked up, as it is and as a URL or a JSON text spells it.
"""

from __future__ import annotations

import json
from urllib.parse import quote

SHORTEST = 6  # characters; a shorter secret would hide ordinary words
_secrets: set[str] = set()


def remember(secret: str) -> None:
    """Hide this from now on."""
    if len(secret) >= SHORTEST:
        _secrets.update({secret, quote(secret, safe=""), json.dumps(secret)[1:-1]})


def hidden(text: str) -> str:
    """The text with `***` for each secret that was looked up in this process."""
    for secret in sorted(_secrets, key=len, reverse=True):
        if secret in text:
            text = text.replace(secret, "***")
    return text
