"""Opens the line to one environment: signed in, gated, and with errors told by their cause."""

from __future__ import annotations

import requests

from oppbridge.errors import ConfigError
from oppbridge.http.gate import Gate, gate_of
from oppbridge.http.hosts import checked_root
from oppbridge.http.session import Bounds, Session, pool
from oppbridge.http.signin import (
    Application,
    Certificate,
    Tokens,
    TokenSource,
    with_certificate,
    with_device_code,
    with_managed_identity,
    with_secret,
)

from .infolog import judge
from .inventory import Inventory
from .island import Island
from .settings import ScmSettings


def session_of(settings: ScmSettings) -> tuple[Session, Gate]:
    """A session at the environment's root, and its gate. Nothing is sent yet.

    Raises ConfigError for addresses and files that cannot be used.
    """
    root = checked_root(settings.url)
    http = pool(settings.ca_file)
    gate = gate_of(root, settings.identity)
    tokens = Tokens(_source(settings, root, http))
    bounds = Bounds(patience=settings.patience)
    return Session(root, http, tokens, gate, judge, bounds), gate


def entra_tokens(settings: ScmSettings, scope: str, http: requests.Session) -> Tokens:
    """Tokens for another service, by the same application. Raises ConfigError without a secret."""
    app = _application(settings)
    if settings.secret is not None:
        return Tokens(with_secret(app, settings.secret.get_secret_value(), scope, http))
    if settings.certificate is not None:
        return Tokens(with_certificate(app, _certificate(settings), scope, http))
    raise ConfigError("Inventory Visibility needs an application with a secret or a certificate")


def inventory_of(settings: ScmSettings) -> Inventory | None:
    """The line to Inventory Visibility; None where it is not configured. Nothing is sent yet."""
    given = settings.inventory
    if given is None:
        return None
    http = pool(settings.ca_file)
    entra = entra_tokens(settings, given.scope, http)
    bounds = Bounds(patience=settings.patience)
    root = checked_root(given.url)
    gate = gate_of(root, settings.identity)
    session = Session(root, http, Tokens(Island(given, entra, http)), gate, bounds=bounds)
    return Inventory(session, given)


def _source(settings: ScmSettings, root: str, http: requests.Session) -> TokenSource:
    """Where tokens come from. The audience is the root without a slash; with one it is refused."""
    app = _application(settings)
    scope = f"{root}/.default"
    if settings.secret is not None:
        return with_secret(app, settings.secret.get_secret_value(), scope, http)
    if settings.certificate is not None:
        return with_certificate(app, _certificate(settings), scope, http)
    if settings.managed_identity is not None:
        return with_managed_identity(settings.managed_identity.client_id, root, http)
    cache = settings.device_code.cache if settings.device_code else None
    return with_device_code(app, f"{root}/user_impersonation", http, None, cache)


def _application(settings: ScmSettings) -> Application:
    return Application(settings.tenant or "", settings.client_id or "", settings.authority)


def _certificate(settings: ScmSettings) -> Certificate:
    given = settings.certificate
    if given is None:
        raise ConfigError("no certificate is configured")
    try:
        text = given.file.read_text("utf-8")
    except OSError as error:
        raise ConfigError(f"the certificate file {given.file} cannot be read") from error
    passphrase = given.passphrase.get_secret_value() if given.passphrase else None
    return Certificate(text, given.thumbprint, passphrase)
