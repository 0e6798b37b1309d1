"""Commands that look: check, status, why, map check, plugins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .codes import Code
from .options import DEFAULT, ConfigFile, Json
from .showing import say, show, table

if TYPE_CHECKING:
    from ..bridge.checking import Finding

System = Annotated[str, typer.Argument(help="The system's name in the configuration.")]
_CODES = {"access": Code.ACCESS, "unreachable": Code.RETRY, "configuration": Code.USAGE}


def check(
    flow: Annotated[str | None, typer.Argument(help="Only this flow's systems.")] = None,
    config: ConfigFile = DEFAULT,
    json: Json = False,
    accept: Annotated[
        bool,
        typer.Option("--accept", help="Take tables as they look now, but for what is gone."),
    ] = False,
) -> int:
    """Prove configuration, sign-in, permissions and maps.

    It asks the real systems, writes nothing to them, and keeps what their tables look like.
    """
    from ..bridge import Bridge

    with Bridge.open(config) as bridge:
        found = bridge.check(flow, accept=accept)
    show(json, [one.to_json() for one in found], lambda: _tell_findings(found))
    return _code(found)


def map_check(
    system: System,
    entity: Annotated[str | None, typer.Argument(help="Only this entity's map.")] = None,
    config: ConfigFile = DEFAULT,
    json: Json = False,
) -> int:
    """Prove a system's maps against its live metadata, before anything is sent."""
    from ..bridge import Bridge

    with Bridge.open(config) as bridge:
        found = bridge.map_check(system, entity)
    show(json, [one.to_json() for one in found], lambda: _tell_findings(found))
    return _code(found)


def status(config: ConfigFile = DEFAULT, json: Json = False) -> int:
    """Show every flow's last run and its open writes.

    And how long ago each reading moved.
    """
    from ..bridge import Bridge

    with Bridge.open(config) as bridge:
        found = bridge.status()
    show(json, found, lambda: _tell_status(found))
    return Code.OK


def why(
    system: System,
    key: Annotated[str, typer.Argument(help="The row's key in that system.")],
    config: ConfigFile = DEFAULT,
    json: Json = False,
) -> int:
    """Show the stored reasoning about one record.

    Where it stands, what is agreed, what was written and why.
    """
    from ..bridge import Bridge

    with Bridge.open(config) as bridge:
        found = bridge.why(system, key)
    show(json, found, lambda: _tell_story(found))
    return Code.OK


def plugins(config: ConfigFile = DEFAULT, json: Json = False) -> int:
    """List installed plugins and the hooks they answer.

    Exit code 1 when one that the configuration uses breaks its word.
    """
    from ..bridge.installed import installed

    found, problems = installed(config)
    data = {"plugins": found, "problems": problems}
    show(json, data, lambda: _tell_plugins(found, problems))
    return Code.DIFFERENT if problems else Code.OK


def _code(found: Sequence[Finding]) -> Code:
    codes = [_CODES.get(one.kind, Code.DIFFERENT) for one in found if one.severity == "error"]
    return max(codes, default=Code.OK)


def _tell_findings(found: Sequence[Finding]) -> None:
    rows = [(one.severity, one.system, one.entity, one.message, one.advice) for one in found]
    table(("", "system", "entity", "finding", "what to do"), rows)
    errors = sum(one.severity == "error" for one in found)
    say("all is well" if not errors else f"{errors} to mend")


def _tell_status(found: Mapping[str, Any]) -> None:
    rows = []
    for name, flow in found["flows"].items():
        last = flow["last"] or {}
        open_writes = ", ".join(f"{count} {state}" for state, count in flow["writes"].items())
        ended = last.get("finished") or last.get("started")
        rows.append((name, last.get("outcome", "never ran"), ended, open_writes))
    table(("flow", "last run", "at", "open"), rows)
    ages = [(one["system"], one["entity"], f"{one['age']:.0f} s") for one in found["cursors"]]
    if ages:
        table(("system", "entity", "last moved"), ages)


def _tell_story(found: Mapping[str, Any]) -> None:
    say(f"{found['entity']} {found['uid']}")
    table(("field", "agreed"), sorted(found["agreed"].items()))
    seats = [
        (name, one["key"], "gone" if one["gone"] else "", ", ".join(one["behind"]))
        for name, one in found["systems"].items()
    ]
    table(("system", "key", "", "behind in"), seats)
    for one in found["joined"]:
        say(f"joined with {one['uid']}: {one['why']}")
    writes = [
        (one["id"], one["system"], one["action"], one["state"], _changes(one), one["why"])
        for one in found["writes"]
    ]
    table(("id", "system", "action", "state", "fields", "why"), writes)


def _changes(write: Mapping[str, Any]) -> str:
    return "\n".join(
        f"{path}: {one['before']!r} -> {one['after']!r}"
        + (f" ({one['why']})" if one["why"] else "")
        for path, one in write["fields"].items()
    )


def _tell_plugins(found: Sequence[Mapping[str, Any]], problems: Sequence[str]) -> None:
    rows = [
        (one["name"], one["distribution"], one["version"], one["loaded"], ", ".join(one["hooks"]))
        for one in found
    ]
    table(("plugin", "distribution", "version", "in use", "hooks"), rows)
    for problem in problems:
        say(f"! {problem}")
