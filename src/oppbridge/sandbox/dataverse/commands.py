"""What a test in another process may ask of the twin: rows, edits by a person, settings.

`rows` {table}, `put` {table, row}, `edit` {table, id, values}, `delete` {table, id},
`organization` {column: value}, `assumptions` {name: value}.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from .direct import Direct
from .refusals import Refused


def run_command(direct: Direct, name: str, body: Mapping[str, Any]) -> Any:
    """Carry a command out. Raises `KeyError` for unknown ones, `ValueError` for what is refused."""
    try:
        return _run(direct, name, body)
    except Refused as refusal:
        raise ValueError(f"{refusal.code} {refusal.message}") from None


def _run(direct: Direct, name: str, body: Mapping[str, Any]) -> Any:
    match name:
        case "rows":
            return direct.rows(str(body["table"]))
        case "put":
            return {"id": direct.put(str(body["table"]), body["row"])}
        case "edit":
            direct.edit(str(body["table"]), str(body["id"]), body["values"])
        case "delete":
            direct.delete(str(body["table"]), str(body["id"]))
        case "organization":
            with direct.database.transaction():
                key = direct.database.fact("organization")
                direct.database.update("organization", [key], body)
        case "assumptions":
            _assume(direct, body)
        case _:
            raise KeyError(name)
    return {"done": name}


def _assume(direct: Direct, body: Mapping[str, Any]) -> None:
    assumptions = direct.settings.assumptions
    known = {f.name: type(getattr(assumptions, f.name)) for f in fields(assumptions)}
    for name, value in body.items():
        if name not in known or not isinstance(value, known[name]):
            raise ValueError(f"no assumption {name} takes {value!r}; there are {sorted(known)}")
        setattr(assumptions, name, value)
