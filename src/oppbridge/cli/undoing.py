"""Commands that take a run back: undo, release."""

from __future__ import annotations

from typing import Annotated

import typer

from .codes import Code
from .moving import tell_plan
from .options import DEFAULT, By, ConfigFile, Html, Json, who
from .showing import progress, say, show

RunId = Annotated[int, typer.Argument(help="The run's number, as `run`, `apply` and `status` say.")]


def undo(
    run: RunId,
    html: Html = None,
    by: By = None,
    config: ConfigFile = DEFAULT,
    json: Json = False,
) -> int:
    """Plan the reverse of a run: what it created goes, what it changed is as it was before.

    Writes nothing: apply the plan. What somebody has edited since stays, and is named.
    """
    from ..bridge import Bridge

    with Bridge.open(config) as bridge, progress(json) as bars:
        found = bridge.undo(run, bars, who(by))
    return tell_plan(found, html, json=json)


def release(run: RunId, by: By = None, config: ConfigFile = DEFAULT, json: Json = False) -> int:
    """Have the next plan or run do again what undoing a run has undone.

    Until then it stays undone; only values agreed later are written.
    """
    from ..bridge import Bridge

    with Bridge.open(config) as bridge:
        count = bridge.release(run, who(by))
    show(json, {"released": count}, lambda: say(f"{count} records are decided with the next run"))
    return Code.OK
