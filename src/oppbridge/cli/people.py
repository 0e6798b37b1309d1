"""Commands for people: what is held or dead, and what is to become of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from .codes import Code
from .moving import tell_writes
from .options import DEFAULT, By, ConfigFile, Ids, Json, MaybeIds, OneFlow, who
from .showing import say, show

if TYPE_CHECKING:
    from ..bridge.plans import PlannedWrite


PlanOption = Annotated[
    str | None, typer.Option("--plan", help="A plan's digest: approve it as a whole.")
]
Choose = Annotated[
    str | None,
    typer.Option(
        "--choose", help="For a clash: the system that wins. For a match: the row's key, or new."
    ),
]


def held(flow: OneFlow = None, config: ConfigFile = DEFAULT, json: Json = False) -> int:
    """List writes and clashes that wait for a person. Exit code 5 when there are any."""
    from ..bridge import Bridge

    with Bridge.open(config) as bridge:
        found = bridge.held(flow)
    nothing = "nothing waits for a person"
    show(json, [one.to_json() for one in found], lambda: _tell(found, nothing))
    return Code.WAITING if found else Code.OK


def approve(
    ids: MaybeIds = None,
    plan: PlanOption = None,
    choose: Choose = None,
    by: By = None,
    config: ConfigFile = DEFAULT,
    json: Json = False,
) -> int:
    """Let held writes go with the next run.

    For a clash, choose the system that wins. For a match, the key of the row it is, or `new`.
    With `--plan`, all that is held in a plan, and the plan itself.
    """
    from ..bridge import Bridge

    _one_of(ids, plan, choose)
    with Bridge.open(config) as bridge:
        one = bridge.approve_plan(plan, who(by)) if plan else None
        count = bridge.approve(ids or [], who(by), choose) if one is None else one
    show(json, {"approved": count}, lambda: say(_approved(count, plan)))
    return Code.OK


def _one_of(ids: list[int] | None, plan: str | None, choose: str | None) -> None:
    if bool(ids) == bool(plan) or (plan and choose):
        raise typer.BadParameter("give the ids of held writes, or --plan with a digest")


def _approved(count: int, plan: str | None) -> str:
    if plan:
        return f"{count} held writes approved; send them: oppbridge apply {plan}"
    return f"{count} approved; they go with the next run"


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


def retry(ids: Ids, by: By = None, config: ConfigFile = DEFAULT, json: Json = False) -> int:
    """Try dead letters again with the next run."""
    from ..bridge import Bridge

    with Bridge.open(config) as bridge:
        count = bridge.retry(ids, who(by))
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
