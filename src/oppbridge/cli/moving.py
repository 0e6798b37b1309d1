"""Commands that move records: plan, run, apply."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .codes import Code, code_of_report
from .options import DEFAULT, By, ConfigFile, Entities, FlowName, Html, Json, who
from .showing import fields, progress, say, show, table

if TYPE_CHECKING:
    from ..bridge.plans import Plan, PlannedWrite
    from ..engine import Report


def plan(
    flow: FlowName,
    entity: Entities = None,
    html: Html = None,
    by: By = None,
    config: ConfigFile = DEFAULT,
    json: Json = False,
) -> int:
    """Show what a run would write, and write nothing."""
    from ..bridge import Bridge

    with Bridge.open(config) as bridge, progress(json) as bars:
        found = bridge.plan(flow, entity or None, bars, who(by))
    return tell_plan(found, html, json=json)


def run(
    flow: FlowName, entity: Entities = None, config: ConfigFile = DEFAULT, json: Json = False
) -> int:
    """Bring the systems of a flow to agree. Stop it anywhere; running again is safe."""
    from ..bridge import Bridge

    with Bridge.open(config) as bridge, progress(json) as bars:
        report = bridge.run(flow, entity or None, progress=bars)
        allowed = bridge.limit(report.flow)
    show(json, report.to_json(), lambda: tell_report(report))
    return code_of_report(report, allowed)


def apply(
    plan: Annotated[str, typer.Argument(help="The digest `oppbridge plan` printed.")],
    by: By = None,
    config: ConfigFile = DEFAULT,
    json: Json = False,
) -> int:
    """Send exactly the writes of a plan, and nothing else.

    What has changed since is left alone, named, and in the next plan. Exit code 5 when there is
    such, or when something of the plan is held.
    """
    from ..bridge import Bridge

    with Bridge.open(config) as bridge, progress(json) as bars:
        report = bridge.apply(plan, bars, who(by))
        allowed = bridge.limit(report.flow)
    show(json, report.to_json(), lambda: tell_report(report))
    code = code_of_report(report, allowed)
    return Code.WAITING if code == Code.OK and report.outcome == "waiting" else code


def tell_report(report: Report) -> None:
    """What a run came to, for people."""
    from ..engine.report import COUNTS

    counts = report.to_json()["entities"]
    names = [n for n in COUNTS if any(c[n] for s in counts.values() for c in s.values())]
    rows = [
        (entity, system, *(counter[name] or None for name in names))
        for entity, systems in counts.items()
        for system, counter in systems.items()
    ]
    table(("entity", "system", *names), rows)
    for told in (*report.stopped, *report.problems, *report.notices, *report.drifted):
        say(f"! {told}")
    undo = f" (run {report.run}; take it back: oppbridge undo {report.run})" if report.wrote else ""
    say(f"{report.flow}: {report.outcome}, {report.wrote} writes{undo}")


def tell_plan(found: Plan, html: Path | None, *, json: bool) -> int:
    """Show a plan, write its page where one is wanted; the exit code."""
    if html is not None:
        from ..bridge.page import page

        html.write_text(page(found), encoding="utf-8")
    show(json, found.to_json(), lambda: _tell_plan(found))
    return Code.RETRY if found.problems else Code.OK


def _tell_plan(found: Plan) -> None:
    for told in (*found.problems, *found.stays):
        say(f"! {told}")
    if not found.writes:
        say(f"{found.flow}: nothing to write")
        return
    tell_writes(found.writes)
    held = sum(one.state == "held" for one in found.writes)
    if held:
        say(f"{held} wait for a person: oppbridge approve --plan {found.digest}")
    say(f"{len(found.writes) - held} writes would be sent: oppbridge apply {found.digest}")


def tell_writes(listed: Sequence[PlannedWrite]) -> None:
    """Writes as a table."""
    rows = [
        (
            one.id,
            one.system or "?",
            one.action,
            one.entity,
            one.name,
            one.key,
            fields(one.fields),
            f"{one.state}: {one.why}" if one.why else one.state,
        )
        for one in listed
    ]
    table(("id", "system", "action", "entity", "name", "key", "fields", "state"), rows)
