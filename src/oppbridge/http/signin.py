"""Sign-in with Microsoft Entra through `msal`: secret, certificate, managed identity, device code.

Each way gives a `TokenSource`; `Tokens` keeps its token until shortly before it expires.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import msal
import requests

from oppbridge.errors import AccessDenied, ConfigError, OppBridgeError, Throttled, Unavailable

from .trouble import NETWORK_ERRORS, retry_after, untrusted

_MARGIN = 300.0
_TIMEOUT = (10.0, 30.0)
_PUBLIC = "https://login.microsoftonline.com"


class TokenSource(Protocol):
    """Gets the directory's answer to a request for a token."""

    def __call__(self, *, fresh: bool) -> Mapping[str, Any]:
        """The answer, good or bad; `fresh` asks for a token that no cache has seen."""
        ...


@dataclass(frozen=True, slots=True)
class Certificate:
    """A private key in PEM, the SHA-1 thumbprint of its certificate, and the key's passphrase."""

    private_key: str
    thumbprint: str
    passphrase: str | None = None


@dataclass(frozen=True, slots=True)
class Application:
    """Who signs in, where: `authority` without tenant replaces the public directory."""

    tenant: str
    client_id: str
    authority: str | None = None


class Tokens:
    """Hands out one token to all threads and gets the next one before it expires."""

    def __init__(self, source: TokenSource, clock: Callable[[], float] = time.monotonic) -> None:
        self._source = source
        self._clock = clock
        self._lock = threading.Lock()
        self._token: str | None = None
        self._ends = 0.0

    def token(self, refused: str | None = None) -> str:
        """A token that works now; a fresh one if the current one is `refused`.

        Raises AccessDenied when the directory refuses, Unavailable when it cannot be reached.
        """
        with self._lock:
            if self._token is None or self._clock() >= self._ends or self._token == refused:
                self._renew(fresh=self._token is not None and self._token == refused)
            if self._token is None:
                raise AccessDenied("the directory gave no token")
            return self._token

    def _renew(self, *, fresh: bool) -> None:
        asked = self._clock()
        try:
            found = self._source(fresh=fresh)
        except NETWORK_ERRORS as error:
            directory = f"the directory{_host(error)}"
            refused = untrusted(directory, error)
            if refused is not None:
                raise refused from error
            why = f"{directory} cannot be reached ({type(error).__name__})"
            raise Unavailable(why) from error
        self._token = _token_in(found)
        seconds = float(found.get("expires_in") or 3600)
        self._ends = asked + seconds - min(_MARGIN, seconds / 4)


def with_secret(app: Application, secret: str, scope: str, http: requests.Session) -> TokenSource:
    """Client credentials with a secret; `scope` is `<address>/.default`."""
    return _confidential(app, secret, scope, http)


def with_certificate(
    app: Application, certificate: Certificate, scope: str, http: requests.Session
) -> TokenSource:
    """Client credentials with a certificate instead of a secret.

    Raises ConfigError when the key cannot be read, be it broken or its passphrase wrong.
    """
    _check_key(certificate)
    credential = {"thumbprint": certificate.thumbprint, "private_key": certificate.private_key}
    if certificate.passphrase is not None:
        credential["passphrase"] = certificate.passphrase
    return _confidential(app, credential, scope, http)


def with_managed_identity(
    client_id: str | None, resource: str, http: requests.Session
) -> TokenSource:
    """The identity of the machine OppBridge runs on; `client_id` picks a user-assigned one."""

    def source(*, fresh: bool) -> Mapping[str, Any]:
        # A new client each time: msal would serve a refused token again from its own cache.
        identity = msal.UserAssignedManagedIdentity(client_id=client_id) if client_id else None
        client = msal.ManagedIdentityClient(
            identity or msal.SystemAssignedManagedIdentity(), http_client=_Line(http)
        )
        found: Mapping[str, Any] = client.acquire_token_for_client(resource=resource)
        return found

    return source


def with_device_code(
    app: Application,
    scope: str,
    http: requests.Session,
    tell: Callable[[str], None] | None = None,
    cache: Path | None = None,
) -> TokenSource:
    """A person signs in on another device: `tell` (standard error by default) gets the message.

    `scope` is `<address>/user_impersonation`. `cache` keeps the sign-in for later runs, mode 0600.
    """
    kept = _opened(cache)
    client = msal.PublicClientApplication(app.client_id, token_cache=kept, **_where(app, http))

    def source(*, fresh: bool) -> Mapping[str, Any]:
        found: Mapping[str, Any] | None = None
        for account in client.get_accounts()[:1]:
            found = client.acquire_token_silent_with_error([scope], account, force_refresh=fresh)
        if not found or "access_token" not in found:
            flow = client.initiate_device_flow(scopes=[scope])
            if "user_code" not in flow:
                return dict(flow)
            (tell or _print)(str(flow["message"]))
            found = client.acquire_token_by_device_flow(flow)
        _keep(cache, kept)
        return found or {}

    return source


def _host(error: Exception) -> str:
    """Where the call went, ` at HOST`; nothing where the error does not say."""
    asked = getattr(error, "request", None)
    host = urlsplit(str(getattr(asked, "url", None) or "")).netloc
    return f" at {host}" if host else ""


class _Line:
    """The session as msal wants it: without redirects and with a time limit.

    What a gateway or an overloaded directory answers is told apart here: msal raises errors of its
    own about it, or takes it for a refusal.
    """

    def __init__(self, http: requests.Session) -> None:
        self._http = http

    def get(self, url: str, **given: Any) -> requests.Response:
        given = {"timeout": _TIMEOUT, "allow_redirects": False, **given}
        return _answered(self._http.get(url, **given))

    def post(self, url: str, **given: Any) -> requests.Response:
        given = {"timeout": _TIMEOUT, "allow_redirects": False, **given}
        return _answered(self._http.post(url, **given))

    def close(self) -> None:
        """Nothing: the session belongs to the connector."""


def _answered(answer: requests.Response) -> requests.Response:
    """The directory's own answer. Raises what any other stands for."""
    status = answer.status_code
    if 300 <= status < 400:
        raise ConfigError(
            f"the directory answers {status}: a redirect, which is not followed. "
            "Is the authority right?"
        )
    if status == 429:
        headers = {name.lower(): value for name, value in answer.headers.items()}
        raise Throttled("the directory wants to be asked later", retry_after(headers))
    if status in (407, 408) or status >= 500:
        raise Unavailable(f"the directory answered {status}")
    try:
        answer.json()
    except ValueError as error:
        raise Unavailable(f"the directory did not answer with JSON ({status})") from error
    return answer


def _check_key(certificate: Certificate) -> None:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    passphrase = None if certificate.passphrase is None else certificate.passphrase.encode()
    try:
        load_pem_private_key(certificate.private_key.encode(), passphrase)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise ConfigError(
            "the private key of the certificate cannot be read: is it PEM, its passphrase right?"
        ) from error


def _confidential(
    app: Application, credential: Any, scope: str, http: requests.Session
) -> TokenSource:
    made: list[msal.ConfidentialClientApplication] = []

    def source(*, fresh: bool) -> Mapping[str, Any]:
        if not made:
            made.append(_client(app, credential, http))
        if fresh:
            made[0].remove_tokens_for_client()
        found: Mapping[str, Any] = made[0].acquire_token_for_client(scopes=[scope])
        return found

    return source


def _client(
    app: Application, credential: Any, http: requests.Session
) -> msal.ConfidentialClientApplication:
    try:
        return msal.ConfidentialClientApplication(
            app.client_id, client_credential=credential, **_where(app, http)
        )
    except ValueError as error:
        raise ConfigError(
            f"the sign-in of {app.client_id} cannot be set up: {_first(str(error))}"
        ) from error


def _where(app: Application, http: requests.Session) -> dict[str, Any]:
    if not app.authority:
        return {"authority": f"{_PUBLIC}/{app.tenant}", "http_client": _Line(http)}
    if urlsplit(app.authority).scheme != "https":
        raise ConfigError(f"the authority {app.authority!r} is not an https address")
    authority = f"{app.authority.rstrip('/')}/{app.tenant}"
    # Only Microsoft's own hosts are known to the discovery service; a named authority is trusted.
    return {"authority": authority, "http_client": _Line(http), "instance_discovery": False}


def _token_in(found: Mapping[str, Any]) -> str:
    token = found.get("access_token")
    if isinstance(token, str) and token:
        return token
    raise _refused(found)


def _refused(found: Mapping[str, Any]) -> OppBridgeError:
    error = str(found.get("error") or "no token")
    text = f"sign-in refused: {error}: {_first(str(found.get('error_description') or ''))}"
    if error in ("temporarily_unavailable", "server_error"):
        return Unavailable(text)
    return AccessDenied(text)


def _first(text: str) -> str:
    return " ".join(text.split("\n", 1)[0].split())[:400]


def _print(message: str) -> None:
    sys.stderr.write(message + "\n")


def _opened(cache: Path | None) -> msal.SerializableTokenCache:
    kept = msal.SerializableTokenCache()
    if cache is not None and cache.is_file():
        kept.deserialize(cache.read_text("utf-8"))
    return kept


def _keep(cache: Path | None, kept: msal.SerializableTokenCache) -> None:
    if cache is not None and kept.has_state_changed:
        cache.touch(mode=0o600)
        cache.chmod(0o600)
        cache.write_text(kept.serialize(), "utf-8")
