"""Token sources by settings: the one way to sign in that a system's settings give."""

from __future__ import annotations

import requests

from oppbridge.errors import ConfigError

from .entra import CertificateSettings, EntraSettings
from .signin import (
    Application,
    Certificate,
    TokenSource,
    with_certificate,
    with_device_code,
    with_managed_identity,
    with_secret,
)


def token_source(settings: EntraSettings, root: str, http: requests.Session) -> TokenSource:
    """Where tokens for the system at `root` come from.

    The audience is the root without a slash; with one it is refused. Raises ConfigError for a
    certificate that cannot be read.
    """
    if settings.device_code is not None:
        app, cache = _application(settings), settings.device_code.cache
        return with_device_code(app, f"{root}/user_impersonation", http, cache=cache)
    if settings.managed_identity is not None:
        return with_managed_identity(settings.managed_identity.client_id, root, http)
    return application_tokens(settings, f"{root}/.default", http)


def application_tokens(settings: EntraSettings, scope: str, http: requests.Session) -> TokenSource:
    """Where the application's own tokens come from. Raises ConfigError where it has no secret."""
    app = _application(settings)
    if settings.secret is not None:
        return with_secret(app, settings.secret.get_secret_value(), scope, http)
    if settings.certificate is not None:
        return with_certificate(app, _certificate(settings.certificate), scope, http)
    raise ConfigError(f"{scope} needs an application with a secret or a certificate")


def _application(settings: EntraSettings) -> Application:
    return Application(settings.tenant or "", settings.client_id or "", settings.authority)


def _certificate(given: CertificateSettings) -> Certificate:
    try:
        key = given.file.read_text("utf-8")
    except OSError as error:
        said = f"the certificate {given.file} cannot be read: {error.strerror}"
        raise ConfigError(said) from error
    passphrase = given.passphrase.get_secret_value() if given.passphrase else None
    return Certificate(key, given.thumbprint, passphrase)
