"""The command that shows which records systems held before they met may be one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .codes import Code
from .options import DEFAULT, ConfigFile, FlowName, Json
from .showing import progress, say, show, table

if TYPE_CHECKING:
    from ..bridge.matching import Match, Side


def match(flow: FlowName, config: ConfigFile = DEFAULT, json: Json = False) -> int:
    """Observe, and show which records will be joined on first contact and which are asked about.

    Nothing is joined or sent. Exit code 5 when a person is asked.
    """
    from ..bridge import Bridge

    with Bridge.open(config) as bridge, progress(json) as bars:
        found = bridge.match(flow, progress=bars)
    show(json, [one.to_json() for one in found], lambda: _tell(found))
    return Code.WAITING if any(one.verdict == "ask" for one in found) else Code.OK


def _tell(found: Sequence[Match]) -> None:
    if not found:
        say("no records to match")
        return
    rows = [
        (
            one.entity,
            one.verdict,
            one.why,
            _side(one.left, one.right),
            _side(one.right, one.left),
            " ".join(map(str, one.writes)),
        )
        for one in found
    ]
    table(("entity", "", "why", "one", "other", "held"), rows)
    asked = sum(one.verdict == "ask" for one in found)
    say(f"{len(found) - asked} to join with the next plan or run, {asked} to ask about")
    if any(one.writes for one in found):
        say("oppbridge approve HELD --choose KEY joins, --choose new keeps apart")


def _side(mine: Side, other: Side) -> str:
    """Where it stands, and its fields, those that differ marked."""
    places = ", ".join(f"{system} {key}" for system, key in mine.systems.items())
    lines = [
        f"{' ' if other.values.get(name) == value else '*'}{name}: {value}"
        for name, value in mine.values.items()
    ]
    return "\n".join([places, *lines])
