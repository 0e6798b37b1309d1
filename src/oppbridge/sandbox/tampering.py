"""Answers made wrong as services have been seen to make them: parts missing, pages repeated."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import orjson

from .faults import Fault, Kind
from .wire import Request, Response

NEXT = "@odata.nextLink"


def tamper(kind: Kind, request: Request, answer: Response) -> Response:
    """The answer with one thing wrong; as it was where it has no parts or rows."""
    if answer.status >= 400:
        return answer
    if answer.headers.get("Content-Type", "").startswith("multipart/"):
        return _parts(kind, answer)
    change = _ROWS[kind]
    try:
        body = json.loads(answer.body, parse_float=orjson.Fragment)  # every digit as it was
    except ValueError:
        return answer
    if isinstance(body, dict) and isinstance(body.get("value", body.get("Ids")), list):
        change(body, f"{request.base}{request.path}?{request.raw_query}")
        return replace(answer, body=orjson.dumps(body))
    return answer


def rewritten(fault: Fault, answer: Response) -> Response:
    """The answer with other bytes and headers in it, as a fault says."""
    put = fault.put.encode("latin-1")
    body = answer.body.replace(fault.find.encode("latin-1"), put) if fault.find else put
    return replace(answer, body=body, headers={**answer.headers, **fault.headers})


def _parts(kind: Kind, answer: Response) -> Response:
    boundary = b"--" + answer.headers["Content-Type"].partition("boundary=")[2].strip('"').encode()
    before, *parts, end = answer.body.split(boundary)
    if kind is Kind.MISSING_PART:
        parts = parts[:-1]
    elif kind is Kind.SHUFFLED_PARTS:
        parts.reverse()
    return replace(answer, body=boundary.join([before, *parts, end]))


def _without_last(body: dict[str, Any], address: str) -> None:
    del body["value" if "value" in body else "Ids"][-1:]


def _reversed(body: dict[str, Any], address: str) -> None:
    body["value" if "value" in body else "Ids"].reverse()


def _empty(body: dict[str, Any], address: str) -> None:
    body["value"] = []
    body.pop("@odata.deltaLink", None)
    body[NEXT] = address


def _again(body: dict[str, Any], address: str) -> None:
    body.pop("@odata.deltaLink", None)
    body[NEXT] = address


_ROWS: dict[Kind, Callable[[dict[str, Any], str], None]] = {
    Kind.MISSING_PART: _without_last,
    Kind.SHUFFLED_PARTS: _reversed,
    Kind.EMPTY_PAGE: _empty,
    Kind.SAME_PAGE: _again,
}
KINDS = frozenset(_ROWS)
