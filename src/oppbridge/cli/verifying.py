"""The command that compares: verify."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from .codes import Code
from .options import DEFAULT, ConfigFile, Entities, FlowName, Json
from .showing import progress, say, show, table

if TYPE_CHECKING:
    from ..engine.verification import Verification


def verify(
    flow: FlowName,
    entity: Entities = None,
    repair: Annotated[
        bool, typer.Option("--repair", help="Have the next plan look at what differs.")
    ] = False,
    config: ConfigFile = DEFAULT,
    json: Json = False,
) -> int:
    """Compare the systems of a flow, and write nothing to them.

    Exit code 0 when they are equal, 1 when they differ, 5 when all that differs waits for a person,
    3 and 4 when not everything could be compared.
    """
    from ..bridge import Bridge

    with Bridge.open(config) as bridge, progress(json) as bars:
        found = bridge.verify(flow, entity or None, progress=bars, repair=repair)
    show(json, found.to_json(), lambda: _tell(found, repair=repair))
    return _code(found)


def _code(found: Verification) -> Code:
    if found.problems:
        return Code.ACCESS if found.denied else Code.RETRY
    if found.waits:
        return Code.WAITING
    return Code.OK if found.equal else Code.DIFFERENT


def _tell(found: Verification, *, repair: bool) -> None:
    for problem in found.problems:
        say(f"! {problem}")
    counts = [
        (one.entity, one.system, one.rows, one.links, one.foreign or None, one.calls)
        for one in found.counts
    ]
    table(("entity", "system", "rows", "linked", "of others", "calls"), counts)
    if found.differences:
        rows = [
            (
                one.kind.value, one.entity, one.system, one.key or one.uid, _fields(one.fields),
                ": ".join(word for word in (one.state, one.why) if word),
            )
            for one in found.differences
        ]  # fmt: skip
        table(("", "entity", "system", "key", "fields", "known as"), rows)
    say(f"{found.flow}: {'equal' if found.equal else _sum(found)}")
    if repair and found.differences:
        say(f"the next plan shows the repair: oppbridge plan {found.flow}")


def _sum(found: Verification) -> str:
    if not found.differences:
        return "not everything could be compared"
    return f"{len(found.differences)} differences"


def _fields(fields: Mapping[str, Mapping[str, object]]) -> str:
    return "\n".join(
        f"{path}: " + ", ".join(f"{system} {value!r}" for system, value in values.items())
        for path, values in fields.items()
    )
