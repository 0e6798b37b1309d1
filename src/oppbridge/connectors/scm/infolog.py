"""What the service says when it refuses, without the noise around the cause.

`error.message` is generic; the cause stands in the inner error behind `Infolog:`, as lines that
begin with `Error:` or `Warning:`. Texts change with release and the service user's language, so
nothing is decided by them: they are only shown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from oppbridge.errors import Gone, Invalid, OppBridgeError, SchemaDrift, Throttled
from oppbridge.http.answer import Answer, Call
from oppbridge.http.trouble import by_status

_LEVEL = re.compile(r"^(?:Error|Warning|Info):\s*")
_NOISE = re.compile(
    r"^(?:Update has been cancell?ed|Write failed for table row|validateWrite failed)"
)
_LONGEST = 400


def judge(call: Call, answer: Answer) -> OppBridgeError | None:
    """The error an answer stands for, told by its cause; None when the call was carried out.

    Throttled without a Retry-After asks for 30 seconds, as Microsoft's own sample does.
    """
    error = by_status(call, answer)
    if error is None:
        return None
    if isinstance(error, Throttled):
        return error if "retry-after" in answer.headers else Throttled(str(error), 30.0)
    text = f"{call.name}: {answer.status} {cause(body_of(answer))}".rstrip()
    if isinstance(error, Gone) and "(" not in call.path.partition("?")[0]:
        return SchemaDrift(f"{text}: the service has no such entity set")
    if isinstance(error, Invalid | Gone):
        return type(error)(text)
    return error


def body_of(answer: Answer) -> Any:
    """The decoded body; None where it is not JSON."""
    try:
        return answer.json()
    except ValueError:
        return None


def cause(body: Any) -> str:
    """Why the service refused, on one line: the infolog's lines, or what else it says."""
    error = body.get("error") if isinstance(body, Mapping) else None
    if not isinstance(error, Mapping):
        return ""
    messages = list(_messages(error))
    for message in reversed(messages):
        lines = infolog(message)
        if lines:
            return "; ".join(lines)[:_LONGEST]
    return " ".join(messages[-1].split())[:_LONGEST] if messages else ""


def infolog(message: str) -> list[str]:
    """The lines behind `Infolog:` that say something; empty when there is no infolog."""
    _, found, log = message.partition("Infolog:")
    if not found:
        return []
    lines = (_LEVEL.sub("", line.strip()).rstrip(".").strip() for line in log.split(";"))
    told = [line for line in lines if line]
    return [line for line in told if not _NOISE.match(line)] or told


def _messages(error: Mapping[str, Any]) -> list[str]:
    """The messages of an error and of the errors inside it, outermost first."""
    found: list[str] = []
    inner: Any = error
    while isinstance(inner, Mapping) and len(found) < 6:
        message = inner.get("message")
        if isinstance(message, str) and message:
            found.append(message)
        inner = inner.get("innererror") or inner.get("internalexception")
    return found
