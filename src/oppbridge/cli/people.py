"""Commands for people: what is held or dead, and what is to become of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from .codes import Code
from .moving import tell_writes
from .options import DEFAULT, By, ConfigFile, Ids, Json, OneFlow, who
from .showing import say, show

if TYPE_CHECKING:
    from ..bridge.plans import PlannedWrite


def held(flow: OneFlow = None, config: ConfigFile = DEFAULT, json: Json = False) -> int:
    """List writes and clashes that wait for a person. Exit code 5 when there are any."""
    from ..bridge import Bridge

    with Bridge.open(config) as bridge:
        found = bridge.held(flow)
    nothing = "nothing waits for a person"
    show(json, [one.to_json() for one in found], lambda: _tell(found, nothing))
    return Code.WAITING if found else Code.OK


def approve(
    ids: Ids,
    choose: Annotated[
        str | None,
        typer.Option(
            "--choose",
            help="For a clash: the system that wins. For a match: the row's key, or new.",
        ),
    ] = None,
    by: By = None,
    config: ConfigFile = DEFAULT,
    json: Json = False,
) -> int:
    """Let held writes go with the next run.

    For a clash, choose the system that wins. For a match, the key of the row it is, or `new`.
    """
    from ..bridge import Bridge

    with Bridge.open(config) as bridge:
        count = bridge.approve(ids, who(by), choose)
    show(json, {"approved": count}, lambda: say(f"{count} approved; they go with the next run"))
    return Code.OK


def refuse(ids: Ids, by: By = None, config: ConfigFile = DEFAULT, json: Json = False) -> int:
    """Keep held writes from going, until their content changes."""
    from ..bridge import Bridge

    with Bridge.open(config) as bridge:
        count = bridge.refuse(ids, who(by))
    show(json, {"refused": count}, lambda: say(f"{count} refused"))
    return Code.OK


def dead(flow: OneFlow = None, config: ConfigFile = DEFAULT, json: Json = False) -> int:
    """List dead letters, and why they are dead.

    Writes that cannot go through, and rows that cannot be read.
    """
    from ..bridge import Bridge

    with Bridge.open(config) as bridge:
        found = bridge.dead(flow)
    show(json, [one.to_json() for one in found], lambda: _tell(found, "no dead letters"))
    return Code.OK


def retry(ids: Ids, config: ConfigFile = DEFAULT, json: Json = False) -> int:
    """Try dead letters again with the next run."""
    from ..bridge import Bridge

    with Bridge.open(config) as bridge:
        count = bridge.retry(ids)
    show(json, {"retried": count}, lambda: say(f"{count} go again with the next run"))
    return Code.OK


def drop(ids: Ids, by: By = None, config: ConfigFile = DEFAULT, json: Json = False) -> int:
    """Set dead letters aside, until their content changes."""
    from ..bridge import Bridge

    with Bridge.open(config) as bridge:
        count = bridge.drop(ids, who(by))
    show(json, {"dropped": count}, lambda: say(f"{count} dropped"))
    return Code.OK


def _tell(found: Sequence[PlannedWrite], nothing: str) -> None:
    if found:
        tell_writes(found)
    else:
        say(nothing)
