"""Answers and network failures in OppBridge's words.

What decides is whether something can have been done. A refused call was not carried out. A write
that was sent and not answered is Unsure; a read that was not answered is Unavailable.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import requests
import urllib3.exceptions

from oppbridge.errors import (
    AccessDenied,
    ConfigError,
    Gone,
    Invalid,
    OppBridgeError,
    Stale,
    Throttled,
    Unavailable,
    Unsure,
)

from .answer import Answer, Call

Judge = Callable[[Call, Answer], OppBridgeError | None]
"""Says which error an answer stands for; None when the call was carried out."""

_NOTHING_SENT = (
    urllib3.exceptions.NewConnectionError,
    urllib3.exceptions.ConnectTimeoutError,
    urllib3.exceptions.NameResolutionError,
    urllib3.exceptions.ProxyError,
)
_LONGEST_WAIT = 3600.0
_SECONDS = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")


def by_status(call: Call, answer: Answer) -> OppBridgeError | None:
    """The error an answer stands for when only its HTTP status is known to mean something."""
    if answer.ok or answer.status == 304:
        return None
    status, text = answer.status, said(call, answer)
    if status == 429 or (status == 503 and call.repeatable and "retry-after" in answer.headers):
        return Throttled(text, retry_after(answer.headers))
    if status in (401, 403):
        return AccessDenied(text)
    if status in (404, 410):
        return Gone(text)
    if status in (409, 412):
        return Stale(text)
    if 300 <= status < 400:
        return ConfigError(f"{text}: a redirect, which is not followed. Is the address right?")
    if status < 300 or status in (408, 425) or (status >= 500 and status != 501):
        return unanswered(call, text)
    return Invalid(text)


def unanswered(call: Call, text: str) -> OppBridgeError:
    """The error for a call that may or may not have been carried out."""
    return Unavailable(text) if call.repeatable else Unsure(text)


def network(call: Call, host: str, error: Exception) -> OppBridgeError:
    """The error for a call that failed on the way there or back."""
    refused = untrusted(host, error)
    if refused is not None:
        return refused
    causes = list(_causes(error))
    names = " / ".join(dict.fromkeys(type(cause).__name__ for cause in causes))
    if any(isinstance(cause, _NOTHING_SENT) for cause in causes):
        return Unavailable(f"{host} cannot be reached ({names})")
    return unanswered(call, f"{call.name} was not answered by {host} ({names})")


def untrusted(host: str, error: Exception) -> ConfigError | None:
    """The error where a host showed a certificate that nobody trusted has signed."""
    if not any("CERTIFICATE_VERIFY_FAILED" in str(cause) for cause in _causes(error)):
        return None
    return ConfigError(
        f"the certificate of {host} is not trusted: set ca_file to the CA that signed it"
    )


def said(call: Call, answer: Answer) -> str:
    """Call, status, error code and the system's own message, on one line and of bounded length."""
    code, message = error_of(answer)
    request = answer.headers.get("x-ms-service-request-id") or answer.headers.get("request-id")
    parts = [
        f"{call.name}: {answer.status}",
        code,
        message,
        f"(request {request})" if request else "",
    ]
    return " ".join(part for part in parts if part)


def error_of(answer: Answer) -> tuple[str, str]:
    """Code and message of an OData error body; a short excerpt where the body is something else."""
    try:
        found = answer.json()
    except ValueError:
        return "", _line("" if _is_page(answer.body) else answer.body.decode("utf-8", "replace"))
    error = found.get("error") if isinstance(found, Mapping) else None
    if isinstance(error, str):
        return error, _line(str(found.get("error_description") or ""))
    if not isinstance(error, Mapping):
        return "", ""
    inner = error.get("innererror")
    detail = inner.get("message") if isinstance(inner, Mapping) else None
    message = str(error.get("message") or "")
    if detail and str(detail) not in message:
        message = f"{message} {detail}"
    return str(error.get("code") or ""), _line(message)


def retry_after(headers: Mapping[str, str]) -> float:
    """Seconds to wait by a Retry-After header, given in seconds or as a date; 1 without one."""
    text = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(text):
        return min(float(text), _LONGEST_WAIT)
    until = _moment(text)
    if until is None:
        return 1.0
    now = _moment(headers.get("date", "")) or datetime.now(UTC)
    return min(max((until - now).total_seconds(), 0.0), _LONGEST_WAIT)


def _moment(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _causes(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting and len(found) < 20:
        cause = waiting.pop()
        if cause is None or cause in found:
            continue
        found.append(cause)
        inner = [argument for argument in cause.args if isinstance(argument, BaseException)]
        reason = getattr(cause, "reason", None)
        waiting += [
            *inner,
            reason if isinstance(reason, BaseException) else None,
            cause.__cause__,
            cause.__context__,
        ]
    return found


def _is_page(body: bytes) -> bool:
    return body.lstrip()[:1] == b"<"


def _line(text: str) -> str:
    return " ".join(text.split())[:400]


NETWORK_ERRORS = (requests.RequestException, urllib3.exceptions.HTTPError)
