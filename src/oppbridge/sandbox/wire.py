"""What a twin is asked and what it answers: plain values, the same alone and inside a batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

import orjson

JSON = "application/json; odata.metadata=minimal"


@dataclass(frozen=True, slots=True)
class Stamp:
    """Row versions set aside, and their instant, for a write that commits late."""

    version: int
    last: int
    time: float


@dataclass(frozen=True, slots=True)
class Request:
    """One request. `path` is decoded; `query` is decoded; header names are in lower case.

    `base` is the address the caller used (`https://127.0.0.1:1234`): links are built from it.
    `marks` carries faults only the twin itself can show; `stamp` makes a write commit late; `left`
    tells how many requests and seconds of execution the caller has left.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    base: str
    raw_query: str = ""
    marks: frozenset[str] = frozenset()
    stamp: Stamp | None = None
    left: tuple[int, float] | None = None

    def json(self) -> Any:
        """The decoded body; raises `ValueError` when it is not JSON."""
        return orjson.loads(self.body)

    def bearer(self) -> str:
        """The access token sent, or an empty text."""
        kind, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if kind.lower() == "bearer" else ""


@dataclass(frozen=True, slots=True)
class Response:
    """One answer. `writes` says how many of the operations it answers were writes."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    writes: int | None = None


class Service(Protocol):
    """One twin behind one port. The front calls it from one thread at a time, under `lock`."""

    name: str

    def user(self, request: Request) -> str:
        """Whose limits the request counts against."""
        ...

    def answer(self, request: Request) -> Response:
        """Do what is asked. Every refusal is a response; exceptions are defects."""
        ...

    def refusal(self, status: int, message: str, request: Request) -> Response:
        """The service's own wording of a refusal that the front decided on (401, 429, 5xx)."""
        ...

    def command(self, name: str, body: Mapping[str, Any]) -> Any:
        """Carry out a control command of its own; raises `KeyError` for unknown names."""
        ...

    def reserve(self) -> Stamp | None:
        """Set row versions aside for a write that commits late; None where there are none."""
        ...

    def rows_written(self) -> int:
        """How many rows were created, changed or deleted so far."""
        ...

    def close(self) -> None:
        """Let go of files."""
        ...


def split_target(target: str) -> tuple[str, str, dict[str, str]]:
    """Path (decoded), raw query, query options (decoded) of a request target or absolute URL."""
    parts = urlsplit(target)
    return unquote(parts.path), parts.query, dict(parse_qsl(parts.query, keep_blank_values=True))


def answer_json(status: int, body: Any, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON answer with the content type both OData services use."""
    return Response(status, {"Content-Type": JSON, **(headers or {})}, orjson.dumps(body))
