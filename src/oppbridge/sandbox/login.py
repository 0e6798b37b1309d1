"""The login twin: the parts of Microsoft Entra that `msal` and managed identities talk to.

 Tokens are opaque: who they speak for, their audience and their expiry are looked up by the other
twins. Error numbers are those of learn.microsoft.com, "Microsoft Entra authentication and
authorization error codes".
"""

from __future__ import annotations

import base64
import re
import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import orjson

from .assertions import check_assertion
from .directory import DEVICE_CODE_INTERVAL, DEVICE_CODE_LIFE, Directory, Refused
from .identities import IDENTITY_PATHS, answer_identity
from .wire import Request, Response, Stamp
from .world import World

LIFETIME = 3599
INVENTORY_APP = (
    "0cdb527f-a8d1-4bf8-9436-b352c68682b2"  # the scope of Inventory Visibility's first step
)
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_JSON = {
    "Content-Type": "application/json; charset=utf-8",
    "Cache-Control": "no-store",
    "Pragma": "no-cache",
}


class Login:
    """The service behind the login port."""

    name = "login"

    def __init__(self, world: World) -> None:
        """Signs the sandbox's own application in, also as the managed identity."""
        self.directory = Directory(world.clock, world.identity.tenant)
        self.directory.register(world.identity.client_id, world.identity.client_secret)
        hosts = [world.urls["dataverse"], world.urls["scm"]]
        named = [url.replace("127.0.0.1", "localhost") for url in hosts]
        self.directory.resources.update({*hosts, *named, INVENTORY_APP})
        self._clock = world.clock
        self._tokens = world.tokens
        self._identity = world.identity.client_id
        self._refresh: dict[str, tuple[str, str, str]] = {}

    def user(self, request: Request) -> str:
        """Sign-in is not limited per user."""
        return "anyone"

    def answer(self, request: Request) -> Response:
        """Answer one request; refusals are in the form Entra gives them."""
        try:
            return self._route(request)
        except Refused as refused:
            return self._refuse(refused, request)

    def refusal(self, status: int, message: str, request: Request) -> Response:
        """A refusal the front decided on, as Entra words one."""
        word = "temporarily_unavailable" if status in (429, 503) else "server_error"
        return self._refuse(Refused(word, 90033, message, status), request)

    def command(self, name: str, body: Mapping[str, Any]) -> Any:
        """Control commands: device approval, more applications, certificates, expired secrets."""
        return self.directory.command(name, body)

    def reserve(self) -> Stamp | None:
        """Nothing here commits late."""
        return None

    def rows_written(self) -> int:
        """Nothing here is a row."""
        return 0

    def close(self) -> None:
        """Nothing to let go of."""

    def _route(self, request: Request) -> Response:
        path = request.path.rstrip("/")
        if path in IDENTITY_PATHS:
            return answer_identity(path, request, self._identity, self._issue_managed)
        found = re.fullmatch(r"/([^/]+)/(.+)", path)
        if found is None:
            return Response(404)
        tenant, rest = found.groups()
        if tenant.lower() not in (self.directory.tenant.lower(), "common", "organizations"):
            raise Refused(
                "invalid_tenant",
                90002,
                f"Tenant '{tenant}' not found. Check to make sure it is correct.",
            )
        match request.method, rest:
            case (
                "GET",
                "v2.0/.well-known/openid-configuration" | ".well-known/openid-configuration",
            ):
                return _json(200, self._discovery(request.base, tenant))
            case "GET", "discovery/v2.0/keys":
                return _json(200, {"keys": []})
            case "POST", "oauth2/v2.0/token":
                return _json(200, self._token(request, numbers_as_text=False))
            case "POST", "oauth2/token":
                return _json(200, self._token(request, numbers_as_text=True))
            case "POST", "oauth2/v2.0/devicecode" | "oauth2/devicecode":
                return _json(200, self._device(request))
        return Response(404)

    def _discovery(self, base: str, tenant: str) -> dict[str, Any]:
        root = f"{base}/{tenant}"
        return {
            "issuer": f"{root}/v2.0",
            "authorization_endpoint": f"{root}/oauth2/v2.0/authorize",
            "token_endpoint": f"{root}/oauth2/v2.0/token",
            "device_authorization_endpoint": f"{root}/oauth2/v2.0/devicecode",
            "jwks_uri": f"{root}/discovery/v2.0/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
            "response_types_supported": ["code", "id_token"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    def _token(self, request: Request, *, numbers_as_text: bool) -> dict[str, Any]:
        form = _form(request)
        match _required(form, "grant_type"):
            case "client_credentials":
                answer = self._application(form, request, v1=numbers_as_text)
            case grant if grant == DEVICE_GRANT:
                code = self.directory.poll_device(
                    _required(form, "device_code"), _required(form, "client_id")
                )
                answer = self._person(code.client_id, code.user, code.scope)
            case "refresh_token":
                client, user, scope = self._refresh.get(
                    _required(form, "refresh_token"), ("", "", "")
                )
                if not client or client != form.get("client_id"):
                    raise Refused(
                        "invalid_grant",
                        9002313,
                        "The refresh token is malformed or was not issued here.",
                    )
                answer = self._person(client, user, form.get("scope") or scope)
            case other:
                raise Refused(
                    "unsupported_grant_type",
                    70003,
                    f"The app requested an unsupported grant type '{other}'.",
                )
        if numbers_as_text:
            return {
                key: str(value) if isinstance(value, int) else value
                for key, value in answer.items()
            }
        return answer

    def _application(
        self, form: Mapping[str, str], request: Request, *, v1: bool
    ) -> dict[str, Any]:
        app = self.directory.app(_required(form, "client_id"))
        if form.get("client_assertion_type") == ASSERTION_TYPE:
            check_assertion(
                app, _required(form, "client_assertion"), request.base, self._clock.time()
            )
        elif "client_secret" in form:
            self.directory.check_secret(app, form["client_secret"])
        else:
            text = (
                "The request body must contain the following parameter: "
                "'client_assertion' or 'client_secret'."
            )
            raise Refused("invalid_client", 7000218, text, 401)
        resource = _required(form, "resource") if v1 else _resource(_required(form, "scope"))
        return self._issue(app.client_id, resource)

    def _person(self, client_id: str, user: str, scope: str) -> dict[str, Any]:
        words = [
            word
            for word in scope.split()
            if word not in ("openid", "profile", "offline_access", "email")
        ]
        if not words:
            raise Refused(
                "invalid_scope",
                70011,
                f"The provided value for the input parameter 'scope' ({scope}) is empty.",
            )
        answer = self._issue(user, words[0].rpartition("/")[0])
        refresh = f"refresh-{uuid.uuid4().hex}"
        self._refresh[refresh] = (client_id, user, scope)
        person = str(uuid.uuid5(uuid.NAMESPACE_URL, user))
        who = orjson.dumps({"uid": person, "utid": self.directory.tenant})
        return answer | {
            "scope": " ".join(words),
            "refresh_token": refresh,
            "client_info": base64.urlsafe_b64encode(who).decode().rstrip("="),
        }

    def _issue(self, subject: str, resource: str) -> dict[str, Any]:
        self.directory.check_resource(resource)
        token = self._tokens.issue(subject, resource, LIFETIME)
        return {
            "token_type": "Bearer",
            "expires_in": LIFETIME,
            "ext_expires_in": LIFETIME,
            "access_token": token,
        }

    def _issue_managed(self, client_id: str, resource: str) -> dict[str, Any] | None:
        """A token for a managed identity, None where there is no such identity."""
        if client_id not in self.directory.apps:
            return None
        expires = str(int(self._clock.time()) + LIFETIME)
        return self._issue(client_id, resource) | {"expires_on": expires}

    def _device(self, request: Request) -> dict[str, Any]:
        form = _form(request)
        scope = form.get("scope") or f"{_required(form, 'resource')}/user_impersonation"
        device, user = self.directory.begin_device(_required(form, "client_id"), scope)
        place = f"{request.base}/device"
        return {
            "user_code": user,
            "device_code": device,
            "verification_uri": place,
            "expires_in": int(DEVICE_CODE_LIFE),
            "interval": DEVICE_CODE_INTERVAL,
            "message": (
                f"To sign in, use a web browser to open the page {place} and enter the code {user}."
            ),
        }

    def _refuse(self, refused: Refused, request: Request) -> Response:
        trace, correlation = (
            str(uuid.uuid4()),
            request.headers.get("client-request-id") or str(uuid.uuid4()),
        )
        stamp = self._clock.now().strftime("%Y-%m-%d %H:%M:%SZ")
        text = (
            f"AADSTS{refused.number}: {refused} Trace ID: {trace} Correlation ID: "
            f"{correlation} Timestamp: {stamp}"
        )
        body = {
            "error": refused.error,
            "error_description": text,
            "error_codes": [refused.number],
            "timestamp": stamp,
            "trace_id": trace,
            "correlation_id": correlation,
        }
        return _json(refused.status, body)


def _form(request: Request) -> dict[str, str]:
    return dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))


def _required(form: Mapping[str, str], name: str) -> str:
    value = form.get(name, "")
    if not value:
        text = f"The request body must contain the following parameter: '{name}'."
        raise Refused("invalid_request", 900144, text)
    return value


def _resource(scope: str) -> str:
    """The audience named by `<resource>/.default`.

    What stands before, a slash at its end included.
    """
    if not scope.endswith("/.default") or " " in scope:
        text = (
            f"The provided value for scope {scope} is not valid. Client credential flows "
            "must have a scope value with "
            "/.default suffixed to the resource identifier (application ID URI)."
        )
        raise Refused("invalid_scope", 1002012, text)
    return scope.removesuffix("/.default")


def _json(status: int, body: Any) -> Response:
    return Response(status, _JSON, orjson.dumps(body))
