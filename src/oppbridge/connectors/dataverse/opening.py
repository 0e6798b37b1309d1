"""Opens the line to an environment: sign-in, session, tables of the entities asked for."""

from __future__ import annotations

from collections.abc import Mapping

import requests

from oppbridge.contract import Selection
from oppbridge.errors import ConfigError
from oppbridge.http.gate import gate_of
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

from .codes import judge
from .connector import Dataverse
from .desk import ROOT, Desk, Entity
from .named import Names
from .settings import CertificateSettings, DataverseSettings
from .tables import table_of


def open_line(settings: DataverseSettings, selections: Mapping[str, Selection]) -> Dataverse:
    """The connector to one environment. Signs in with the first call. Raises ConfigError."""
    root = checked_root(settings.url)
    http = pool(settings.ca_file)
    session = Session(
        root,
        http,
        Tokens(token_source(settings, root, http)),
        gate_of(root, settings.identity),
        judge,
        Bounds(patience=settings.patience),
    )
    entities = {
        name: Entity(selection, table_of(selection)) for name, selection in selections.items()
    }
    return Dataverse(Desk(session, settings, Names(session, ROOT), entities))


def token_source(settings: DataverseSettings, root: str, http: requests.Session) -> TokenSource:
    """Where tokens come from, by the one way to sign in that the settings give."""
    app = Application(settings.tenant or "", settings.client_id or "", settings.authority)
    if settings.secret is not None:
        return with_secret(app, settings.secret.get_secret_value(), f"{root}/.default", http)
    if settings.certificate is not None:
        return with_certificate(app, _certificate(settings.certificate), f"{root}/.default", http)
    if settings.device_code is not None:
        cache = settings.device_code.cache
        return with_device_code(app, f"{root}/user_impersonation", http, cache=cache)
    managed = settings.managed_identity
    return with_managed_identity(managed.client_id if managed else None, root, http)


def _certificate(given: CertificateSettings) -> Certificate:
    try:
        key = given.file.read_text("utf-8")
    except OSError as error:
        raise ConfigError(
            f"the certificate {given.file} cannot be read: {error.strerror}"
        ) from error
    passphrase = given.passphrase.get_secret_value() if given.passphrase else None
    return Certificate(key, given.thumbprint, passphrase)
