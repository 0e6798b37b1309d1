"""Bulk messages: the cheapest call for many rows, all or nothing, halved around a bad row.

Source: "Use bulk operation messages", Dataverse documentation: one transaction, and the error does
not say which row it was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from oppbridge.errors import OppBridgeError, Retry, Stop

from .codes import DUPLICATES, code_of
from .desk import chunks
from .jobs import Run

_SMALL = 20
_NO_SUCH_MESSAGE = frozenset({404, 405, 501})


@dataclass(frozen=True, slots=True)
class Target:
    """One row of a bulk call: the write it is for, its key, and its body."""

    id: str
    key: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Message:
    """One bulk message for one table. `there` says which keys exist, for creates."""

    name: str
    set_name: str
    logical: str
    there: Callable[[Sequence[str]], set[str]] | None = None


def run_bulk(run: Run, message: Message, targets: Sequence[Target]) -> list[Target]:
    """Carry out the targets; returns those that must be tried one by one.

    A target whose row exists already (creates only) is refused with the code of a duplicate.
    """
    left: list[Target] = []
    waiting = list(chunks(targets, run.desk.settings.bulk))
    while waiting:
        some = waiting.pop()
        refused = _send(run, message, some)
        if refused is None:
            continue
        error, code, status = refused
        if isinstance(error, Retry | Stop):
            run.refuse([target.id for target in some], error, code)
        elif status in _NO_SUCH_MESSAGE or len(some) <= _SMALL:
            left += some
        else:
            rest = _not_there(run, message, some, error, code) if code in DUPLICATES else some
            middle = (len(rest) + 1) // 2 if len(rest) == len(some) else len(rest)
            waiting += [half for half in (rest[middle:], rest[:middle]) if half]
    return left


def _send(
    run: Run, message: Message, some: Sequence[Target]
) -> tuple[OppBridgeError, str, int] | None:
    kind = {"@odata.type": f"Microsoft.Dynamics.CRM.{message.logical}"}
    body = {"Targets": [{**kind, **target.body} for target in some]}
    path = f"{message.set_name}/Microsoft.Dynamics.CRM.{message.name}"
    found = run.send([target.id for target in some], run.desk.writing("POST", path, body))
    if found is None:
        return None
    answer, error = found
    if error is None:
        run.done.update(target.id for target in some)
        return None
    return error, code_of(answer), answer.status


def _not_there(
    run: Run, message: Message, some: Sequence[Target], error: OppBridgeError, code: str
) -> Sequence[Target]:
    """The targets whose rows do not exist; the others are refused as duplicates."""
    there = message.there([target.key for target in some]) if message.there else set()
    run.refuse([target.id for target in some if target.key in there], error, code)
    return [target for target in some if target.key not in there]
