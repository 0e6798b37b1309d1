"""Dataverse error codes in OppBridge's words.

Source: web service error codes of the Dataverse documentation; HTTP statuses alone do not tell a
duplicate from a moved row (both are 412), nor a deadlock from a broken plug-in (both are 500).
"""

from __future__ import annotations

from oppbridge.errors import (
    AccessDenied,
    Gone,
    Invalid,
    OppBridgeError,
    Stale,
    Throttled,
    Unavailable,
)
from oppbridge.http.answer import Answer, Call
from oppbridge.http.trouble import by_status, error_of, retry_after, said

DUPLICATES = frozenset({"0x80040237", "0x80060892", "0x80043b06"})
UNTRACKED = frozenset({"0x80072491", "0x80072492"})
FORGOTTEN = "0x80044352"

_THROTTLED = frozenset({"0x80072321", "0x80072322", "0x80072326", "0x8005f103"})
_SQL_ERROR = "0x80044150"
_DEADLOCK = "1205"
_MEANING: dict[str, type[OppBridgeError]] = {
    "0x80060882": Stale,
    "0x80040217": Gone,
    FORGOTTEN: Invalid,  # whatever its status: asking again does not help
    # The service rolled the transaction back: time-outs, locks, exhausted workers.
    **dict.fromkeys(("0x80044151", "0x80044339", "0x80072323", "0x80072324"), Unavailable),
    # Privileges, no member of the organisation, no right to act for others.
    **dict.fromkeys(("0x80040220", "0x80040231", "0x80072560", "0x8004a110"), AccessDenied),
}


def code_of(answer: Answer) -> str:
    """The error code in lower case; empty where there is none."""
    return error_of(answer)[0].lower()


def judge(call: Call, answer: Answer) -> OppBridgeError | None:
    """The error an answer stands for, by its code where that says more than its status."""
    if answer.ok or answer.status == 304:
        return None
    code, message = error_of(answer)
    code, text = code.lower(), said(call, answer)
    if code in _THROTTLED:
        return Throttled(text, retry_after(answer.headers))
    if code == _SQL_ERROR and _DEADLOCK in message:
        return Unavailable(text)
    if code in _MEANING:
        return _MEANING[code](text)
    if answer.status == 412:
        return Invalid(text) if code else Stale(text)
    return by_status(call, answer)
