"""Receipts from what stands after the writes: the row as stored, and the key of every new part."""

from __future__ import annotations

from oppbridge.contract import Action, Receipt, Write
from oppbridge.errors import OppBridgeError, Unsure

from .joined import Found
from .view import View


def refused(write: Write, error: OppBridgeError) -> Receipt:
    """The receipt of a write that did not go through."""
    return Receipt(write.id, write.key, error=error)


def stands(view: View, write: Write, found: Found, *, existed: bool = False) -> Receipt:
    """The receipt of a write whose row was read back; Unsure when a new part is missing."""
    made = {}
    for part in write.parts:
        if part.action is not Action.CREATE:
            continue
        key = line_of(view, found, part.id)
        if key is None:
            return refused(write, Unsure(f"{found.key}: line {part.id} was sent and is not there"))
        made[part.id] = key
    change = found.change
    return Receipt(write.id, change.key, change.row, change.version, existed, made)


def line_of(view: View, found: Found, part: str) -> str | None:
    """The native key of the line that carries a part's id; None when there is none."""
    for line in found.lines:
        if str(line[view.line_reference]).casefold() == part.casefold():
            return str(line[view.parts.key])
    return None
