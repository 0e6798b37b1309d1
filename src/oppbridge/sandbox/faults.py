"""Trouble on request: which requests it strikes, how often, and what it does to them."""

from __future__ import annotations

import random
import re
import threading
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any

from .wire import Request


class Kind(StrEnum):
    """What a fault does."""

    LATENCY = "latency"  # answer `delay` seconds later
    THROTTLE = "throttle"  # 429 over `facet`, with Retry-After `retry_after`
    STATUS = "status"  # answer `status` with `message` in the service's own form, and `headers`
    HTML = "html"  # an HTML error page with `status`, as gateways send
    RESET_BEFORE = "reset_before"  # cut the connection, nothing done
    SILENCE = "silence"  # say nothing for `delay` seconds, then cut the connection, nothing done
    LOST_ANSWER = "lost_answer"  # do it, commit, cut the connection `delay` seconds later
    SLOW_BODY = "slow_body"  # do it, send the answer in slices over `delay` seconds
    SLOW_CLOSE = "slow_close"  # do it, answer without a length, close the line `delay` seconds late
    RESET_IN_BODY = "reset_in_body"  # do it, send half of the answer, cut the connection
    TRUNCATED = "truncated"  # do it, close in good order after half of the answer
    MISSING_PART = (
        "missing_part"  # the last part of a batch, the last row or id of a list, left out
    )
    SHUFFLED_PARTS = "shuffled_parts"  # parts, rows or ids in reverse order
    EMPTY_PAGE = "empty_page"  # no rows, and a link to the page as it should have been
    SAME_PAGE = "same_page"  # a page whose link leads to itself; a loop with `times` None
    REWRITE = (
        "rewrite"  # do it, answer with `find` replaced by `put`; by `put` alone without `find`
    )
    ENDLESS = "endless"  # do it, then send `put` again and again until the client goes away
    LATE_COMMIT = "late_commit"  # row versions and stamps of now, visible `delay` seconds later
    EXPIRED_DELTA = "expired_delta"  # the delta token is too old
    EXPIRED_TOKEN = "expired_token"  # 401


@dataclass(slots=True)
class Fault:
    """A rule. Strikes requests that match, after the first `skip`, at most `times` (None: always).

    With `every` 10 it strikes each tenth of those that match, the tenth first.

    `path` and `body` are regular expressions searched in the decoded path and in the body text.
    `probability` below 1 draws from a generator seeded with `seed`: the same run strikes the same.
    `find` and `put` hold bytes, one character for each; `headers` go over those of the answer.
    """

    kind: Kind
    service: str = "*"
    method: str = "*"
    path: str = ""
    body: str = ""
    times: int | None = 1
    skip: int = 0
    every: int = 1
    probability: float = 1.0
    seed: int = 0
    delay: float = 0.0
    status: int = 503
    code: str = ""
    message: str = "The service is unavailable."
    facet: str = "requests"
    retry_after: str = "1"
    headers: dict[str, str] = field(default_factory=dict)
    find: str = ""
    put: str = ""
    struck: int = 0
    _met: int = 0
    _random: random.Random = field(default_factory=random.Random, repr=False)

    def __post_init__(self) -> None:
        self.kind = Kind(self.kind)
        self._random = random.Random(self.seed)

    def matches(self, service: str, request: Request) -> bool:
        """Whether the rule speaks of this request, chance aside."""
        return (
            self.service in ("*", service)
            and self.method.upper() in ("*", request.method)
            and (not self.path or re.search(self.path, request.path) is not None)
            and (
                not self.body
                or re.search(self.body, request.body.decode("utf-8", "replace")) is not None
            )
        )

    def strikes(self) -> bool:
        """Whether it strikes this time; counts down `skip` and `times`."""
        if self.times is not None and self.struck >= self.times:
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        self._met += 1
        if self._met % self.every:
            return False
        if self.probability < 1.0 and self._random.random() >= self.probability:
            return False
        self.struck += 1
        return True


class Faults:
    """The rules in force. Thread-safe: tests add rules while requests run."""

    def __init__(self) -> None:
        self._rules: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, kind: Kind | str, **rule: Any) -> Fault:
        """Put a fault in force; see `Fault`. Raises `TypeError` for unknown names."""
        fault = Fault(Kind(kind), **rule)
        with self._lock:
            self._rules.append(fault)
        return fault

    def clear(self) -> None:
        """Take every fault out of force."""
        with self._lock:
            self._rules.clear()

    def strike(self, service: str, request: Request) -> list[Fault]:
        """The faults that strike this request now."""
        with self._lock:
            if not self._rules:
                return []
            return [
                rule for rule in self._rules if rule.matches(service, request) and rule.strikes()
            ]

    def listed(self) -> list[dict[str, Any]]:
        """Every rule with how often it struck, for the control endpoint."""
        with self._lock:
            names = sorted(fault_names() | {"struck"})
            return [{name: getattr(rule, name) for name in names} for rule in self._rules]


def fault_names() -> frozenset[str]:
    """What may be said of a fault, for checking control requests."""
    return frozenset(f.name for f in fields(Fault)) - {"_met", "_random", "struck"}
