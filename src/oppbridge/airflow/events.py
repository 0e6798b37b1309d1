"""Events that systems send: whether one is genuine, fresh and new. What it says is not looked at.

Dataverse posts its remote execution context as JSON. A service endpoint of kind webhook signs in
with a key in the address (`code`) or with a header; both are taken (Microsoft Learn, "Use webhooks
to create external handlers for server events").
"""

from __future__ import annotations

import hmac
import re
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

HEADER = "x-oppbridge-key"
LARGEST = 256 * 1024
"""Bytes: Dataverse leaves out the fields of larger contexts."""
FRESH = 900.0
"""Seconds for which an event is taken; the schedule sees what came later."""
KEPT = 20_000
_DATE = re.compile(r"^/Date\((\d{1,16})[^)]{0,6}\)/$")
_NAMES = ("OperationId", "RequestId", "CorrelationId", "MessageName", "PrimaryEntityId", "Stage")


class RefusedError(Exception):
    """An event that is not taken; `status` is the answer's."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(slots=True)
class Seen:
    """The events this process has taken lately."""

    ids: OrderedDict[tuple[str, ...], float] = field(default_factory=OrderedDict)

    def take(self, id: tuple[str, ...], now: float) -> bool:
        """Whether an event is new; notes it."""
        while self.ids and (len(self.ids) > KEPT or next(iter(self.ids.values())) < now - FRESH):
            self.ids.popitem(last=False)
        if id in self.ids:
            return False
        self.ids[id] = now
        return True


def known(key: str, headers: Mapping[str, str], query: Mapping[str, str]) -> None:
    """Raise RefusedError for a sender who does not know the key."""
    given = headers.get(HEADER) or query.get("code") or ""
    if not hmac.compare_digest(given.encode(), key.encode()):
        raise RefusedError(401, "the key is missing or wrong")


def taken(body: bytes, seen: Seen, now: float | None = None) -> None:
    """Raise RefusedError for what is no event, is old, or was taken before."""
    moment = time.time() if now is None else now
    if len(body) > LARGEST:
        raise RefusedError(413, "the event is too large")
    try:
        told: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise RefusedError(400, "the event is no JSON") from None
    found = _DATE.match(str(told.get("OperationCreatedOn"))) if isinstance(told, dict) else None
    if found is None:
        raise RefusedError(400, "the event does not say when it happened (OperationCreatedOn)")
    if abs(moment - int(found[1]) / 1000) > FRESH:
        raise RefusedError(409, f"the event is not of the last {FRESH / 60:.0f} minutes")
    if not seen.take(tuple(str(told.get(name)) for name in _NAMES), moment):
        raise RefusedError(409, "the event was taken before")
