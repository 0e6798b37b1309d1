"""Managed identities: the token endpoints of a virtual machine and of an app platform.

The first answers requests with the header `Metadata: true`, the second those that carry the secret
it put into the program's environment (`X-IDENTITY-HEADER`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from .wire import Request, Response

MACHINE, PLATFORM = "/metadata/identity/oauth2/token", "/msi/token"
IDENTITY_PATHS = (MACHINE, PLATFORM)
IDENTITY_HEADER = "sandbox-identity"
_VERSIONS = {MACHINE: "2018-02-01", PLATFORM: "2019-08-01"}

Issue = Callable[[str, str], Mapping[str, Any] | None]


def answer_identity(path: str, request: Request, identity: str, issue: Issue) -> Response:
    """The answer of either endpoint. `identity` is who signs in when no client is named."""
    refused = _refusal(path, request)
    if refused is not None:
        return refused
    resource = request.query["resource"]
    client = request.query.get("client_id", identity)
    issued = issue(client, resource)
    if issued is None:
        return _json(400, {"error": "invalid_request", "error_description": "Identity not found"})
    numbers = {"expires_in": str(issued["expires_in"]), "ext_expires_in": str(issued["expires_in"])}
    return _json(200, {**issued, **numbers, "client_id": client, "resource": resource})


def _refusal(path: str, request: Request) -> Response | None:
    if path == MACHINE and request.headers.get("metadata", "").lower() != "true":
        text = "Required metadata header not specified"
        return _json(400, {"error": "invalid_request", "error_description": text})
    if path == PLATFORM and request.headers.get("x-identity-header", "") != IDENTITY_HEADER:
        text = "Unauthorized. The identity header does not match."
        return _json(401, {"statusCode": 401, "message": text})
    if request.query.get("api-version") != _VERSIONS[path] or not request.query.get("resource"):
        text = "The api-version or the resource is missing or not supported."
        return _json(400, {"error": "invalid_request", "error_description": text})
    return None


def _json(status: int, body: Any) -> Response:
    return Response(status, {"Content-Type": "application/json"}, orjson.dumps(body))
