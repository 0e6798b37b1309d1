"""Signing in to Inventory Visibility: an Entra token, exchanged at the security service.

The global security service answers with a redirect (307) to its region's, and expects the same
body there again. The body holds a token, so only the security service's own host, the gateway's
published domain and hosts named in the settings are believed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import requests

from oppbridge.errors import AccessDenied, ConfigError, OppBridgeError
from oppbridge.http.answer import Answer, Call
from oppbridge.http.decode import encode
from oppbridge.http.session import Session
from oppbridge.http.signin import Tokens

from .settings import InventorySettings

VERSION: Mapping[str, str] = {"Api-Version": "1.0", "Content-Type": "application/json"}
_GATEWAY = ".gateway.prod.island.powerapps.com"
_REDIRECTS = 3


class Island:
    """A token source: asks for an Entra token and exchanges it for one of the service."""

    def __init__(self, settings: InventorySettings, entra: Tokens, http: requests.Session) -> None:
        self._settings = settings
        self._entra = entra
        self._http = http

    def __call__(self, *, fresh: bool) -> Mapping[str, Any]:
        """The service's answer with its token. Raises AccessDenied when it refuses."""
        first = self._entra.token()
        try:
            answer = self._asked(first)
        except AccessDenied:  # the Entra token has run out by the service's clock
            answer = self._asked(self._entra.token(refused=first))
        found = _body(answer)
        if answer.ok and isinstance(found, Mapping):
            return found
        raise _refused(answer)

    def _asked(self, entra: str) -> Answer:
        body = {
            "grant_type": "client_credentials",
            "client_assertion_type": "aad_app",
            "client_assertion": entra,
            "scope": self._settings.service_scope,
            "context": self._settings.environment,
            "context_type": "finops-env",
        }
        url = f"{self._settings.security_url.rstrip('/')}/token"
        for _ in range(_REDIRECTS):
            call = Call("POST", url, encode(body), VERSION, repeatable=True)
            root = "{0.scheme}://{0.netloc}".format(urlsplit(url))
            answer = Session(root, self._http, None).send(call)
            if answer.status != 307:
                return answer
            url = self._believed(answer.headers.get("location", ""))
        raise ConfigError("the security service of Inventory Visibility redirects without end")

    def _believed(self, url: str) -> str:
        """The address of a redirect, once it is one the token may be sent to."""
        place = urlsplit(url)
        own = urlsplit(self._settings.security_url)
        host = place.hostname or ""
        known = place.netloc == own.netloc or host in self._settings.security_hosts
        if place.scheme != "https" or not (known or host.endswith(_GATEWAY)):
            raise ConfigError(f"the security service redirects to {host!r}, which is not followed")
        return url


def _body(answer: Answer) -> Any:
    try:
        return answer.json()
    except ValueError:
        return None


def _refused(answer: Answer) -> OppBridgeError:
    found = _body(answer)
    said = found.get("message") or found.get("error") if isinstance(found, Mapping) else ""
    return AccessDenied(f"Inventory Visibility refused to sign in: {answer.status} {said or ''}")
