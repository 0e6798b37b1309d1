"""The storage packages travel through: signed addresses that open one file for a few minutes."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from ..clock import Clock
from ..wire import Request, Response

PLACE = "/blobs/"
LIFE = 600.0


@dataclass(slots=True)
class Blob:
    """One file; `sign` must be in the address, which opens it until `expires`."""

    sign: str
    expires: float
    content: bytes = b""


class Blobs:
    """Files of one environment, kept in memory."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: dict[str, Blob] = {}

    def add(self, base: str, name: str, content: bytes = b"") -> str:
        """The signed address of a new file."""
        sign = secrets.token_urlsafe(16)
        self._kept[name] = Blob(sign, self._clock.time() + LIFE, content)
        return f"{base}{PLACE}{name}?sv=2024-01-01&sig={sign}"

    def content(self, url: str) -> bytes | None:
        """What lies at an address given out here; None when there is nothing."""
        name = url.partition(PLACE)[2].partition("?")[0]
        blob = self._kept.get(name)
        return blob.content if blob and f"sig={blob.sign}" in url else None

    def answer(self, request: Request) -> Response:
        """GET or PUT of a file; no token, the address alone opens it."""
        blob = self._kept.get(request.path.removeprefix(PLACE))
        if blob is None or request.query.get("sig") != blob.sign:
            return Response(404)
        if self._clock.time() > blob.expires:
            return Response(403, {"x-ms-error-code": "AuthenticationFailed"})
        if request.method == "GET":
            return Response(200, {"Content-Type": "application/octet-stream"}, blob.content)
        if request.method != "PUT" or request.headers.get("x-ms-blob-type") != "BlockBlob":
            return Response(400, {"x-ms-error-code": "MissingRequiredHeader"})
        blob.content = request.body
        return Response(201)
