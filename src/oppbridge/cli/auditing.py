"""The command that checks the audit trail."""

from __future__ import annotations

from typing import Annotated

import typer

from .codes import Code
from .options import DEFAULT, ConfigFile, Json
from .showing import say, show


def verify(
    head: Annotated[
        str | None, typer.Option("--head", help="A chain kept elsewhere, which must be in it.")
    ] = None,
    config: ConfigFile = DEFAULT,
    json: Json = False,
) -> int:
    """Check that no line of the audit trail was edited, dropped, added or moved.

    Keep the chain it prints elsewhere: with `--head` a trail that was rewritten as a whole is found
    out. Exit code 1 when something is wrong.
    """
    from ..bridge import Bridge

    with Bridge.open(config) as bridge:
        found = bridge.audit(head)
    last = f"audit: {found.lines} lines, the last chain is {found.head}"
    show(json, found.to_json(), lambda: say("\n".join([*found.problems, last])))
    return Code.DIFFERENT if found.problems else Code.OK
