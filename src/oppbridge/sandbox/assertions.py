"""Checks the signed assertion an application with a certificate signs in with."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from .directory import App, Refused

ALGORITHMS = ("RS256", "PS256")


def check_assertion(app: App, assertion: str, base: str, now: float) -> None:
    """Raise unless `assertion` is signed by a key of `app`, for this host and in date."""
    import jwt

    try:
        header = jwt.get_unverified_header(assertion)
        key = app.certificates.get(_thumbprint(header))
        if key is None:
            text = (
                "The certificate with identifier used to sign the client assertion is not "
                "registered on application."
            )
            raise Refused("invalid_client", 700027, text, 401)
        # Dates are compared with the sandbox's clock below, which a test may have moved.
        claims = jwt.decode(
            assertion,
            key,
            algorithms=list(ALGORITHMS),
            options={
                "verify_exp": False,
                "verify_nbf": False,
                "verify_iat": False,
                "verify_aud": False,
            },
        )
    except jwt.InvalidSignatureError as error:
        text = "Client assertion failed signature validation."
        raise Refused("invalid_client", 700027, text, 401) from error
    except jwt.PyJWTError as error:
        raise Refused(
            "invalid_client", 50027, f"JWT token is invalid or malformed: {error}", 401
        ) from error
    _check_claims(app, claims, base, now)


def _check_claims(app: App, claims: Mapping[str, Any], base: str, now: float) -> None:
    if not str(claims.get("aud", "")).startswith(base):
        text = "Client assertion audience claim does not match Realm issuer."
        raise Refused("invalid_client", 700212, text, 401)
    if app.client_id not in (claims.get("iss"), claims.get("sub")) or claims.get(
        "iss"
    ) != claims.get("sub"):
        text = "Client assertion must contain the application as issuer and subject."
        raise Refused("invalid_client", 700021, text, 401)
    if not float(claims.get("nbf", 0)) - 300 <= now <= float(claims.get("exp", 0)) + 300:
        raise Refused(
            "invalid_client", 700024, "Client assertion is not within its valid time range.", 401
        )


def _thumbprint(header: dict[str, str]) -> str:
    """The certificate's thumbprint in hex, from `x5t#S256` or `x5t`."""
    text = header.get("x5t#S256") or header.get("x5t") or ""
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).hex()
    except binascii.Error:
        return ""
