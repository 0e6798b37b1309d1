"""Values at rest under a key that is kept elsewhere: sealed, or made blind to be compared alone.

AES-256-GCM (NIST SP 800-38D) under random nonces: a value that was altered, or put into another
column, is not opened. Keys of their own for sealing and blinding follow from the secret by HKDF.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from collections.abc import Sequence

from ..errors import ConfigError

LEAST = 32  # characters of a secret
_MARK, _NONCE = "~", 12


class Vault:
    """Seals under the first of several secrets, opens what any of them sealed.

    Raises ConfigError for a secret that is too short to be a key.
    """

    def __init__(self, secrets: Sequence[str]) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        short = [secret for secret in secrets if len(secret) < LEAST]
        if short:
            raise ConfigError(
                f"store.key: a key has {LEAST} characters or more; "
                "`openssl rand -base64 32` makes a good one"
            )
        self._ciphers = {_name(one): AESGCM(_derived(one, b"seal")) for one in secrets}
        self._first = _name(secrets[0])
        self._blinding = _derived(secrets[0], b"blind")

    def seal(self, text: str, place: str) -> str:
        """A text for one place, as in `record.agreed`, that only its key opens, and only there."""
        nonce = os.urandom(_NONCE)
        sealed = self._ciphers[self._first].encrypt(nonce, text.encode(), place.encode())
        return f"{_MARK}{self._first}.{base64.b64encode(nonce + sealed).decode()}"

    def open(self, text: str, place: str) -> str:
        """The text that was sealed. Raises ConfigError where it was altered, or no key opens it."""
        from cryptography.exceptions import InvalidTag

        name, _, sealed = text.removeprefix(_MARK).partition(".")
        cipher = self._ciphers.get(name)
        if cipher is None or not text.startswith(_MARK):
            raise ConfigError(f"the store's {place} is not sealed under the key given as store.key")
        try:
            whole = base64.b64decode(sealed, validate=True)
            return cipher.decrypt(whole[:_NONCE], whole[_NONCE:], place.encode()).decode()
        except (InvalidTag, ValueError):
            raise ConfigError(
                f"the store's {place} holds a value that was altered; restore a backup of the store"
            ) from None

    def newest(self, text: str) -> bool:
        """Whether a text is sealed under the first of the secrets."""
        return text.startswith(f"{_MARK}{self._first}.")

    def blind(self, text: str) -> str:
        """A text that equals another where the two it was made from are equal."""
        return hmac.new(self._blinding, text.encode(), hashlib.sha256).hexdigest()


def _name(secret: str) -> str:
    """What tells keys apart, and nothing about them."""
    return _derived(secret, b"name").hex()[:8]


def _derived(secret: str, purpose: bytes) -> bytes:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(hashes.SHA256(), 32, b"oppbridge store", purpose).derive(secret.encode())
