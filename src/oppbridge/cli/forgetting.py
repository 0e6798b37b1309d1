"""Commands that take things out of the store for good: forget, purge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import ConfigError
from .codes import Code
from .options import DEFAULT, By, ConfigFile, Json, who
from .showing import say, show

if TYPE_CHECKING:
    from ..bridge.forgetting import Forgotten

System = Annotated[str, typer.Argument(help="The system's name in the configuration.")]
Key = Annotated[str, typer.Argument(help="The row's own key in that system.")]
Sure = Annotated[bool, typer.Option("--yes", help="Do it: it cannot be undone.")]


def forget(
    system: System,
    key: Key,
    yes: Sure = False,
    by: By = None,
    config: ConfigFile = DEFAULT,
    json: Json = False,
) -> int:
    """Erase a person, or any record, from the store, with proof that nothing is left.

    Its rows must be gone everywhere: have them deleted and run the flow first. Backups of the
    store, and plans saved as files, are yours to erase.
    """
    from ..bridge import Bridge

    if not yes:
        raise ConfigError("what is forgotten cannot be brought back or undone: say so with --yes")
    with Bridge.open(config) as bridge:
        found = bridge.forget(system, key, who(by))
    show(json, found.to_json(), lambda: say("\n".join(_told(found))))
    return Code.DIFFERENT if found.left else Code.OK


def _told(found: Forgotten) -> list[str]:
    rows = ", ".join(f"{count} {table}" for table, count in found.erased.items())
    lines = [f"{found.entity} {found.uid} is forgotten ({rows})"]
    if not found.left:
        return [*lines, f"searched for {found.searched} values: none is left"]
    places = ", ".join(f"{place} ({count})" for place, count in found.left.items())
    return [*lines, f"values of it still stand in {places}: in records of others, look there"]


def purge(config: ConfigFile = DEFAULT, json: Json = False) -> int:
    """Take out of the store what is older than `retention` says, as every run does at its end."""
    from ..bridge import Bridge

    with Bridge.open(config) as bridge:
        gone = bridge.purge()
    rows = ", ".join(f"{count} {table}" for table, count in gone.items())
    show(json, gone, lambda: say(rows or "nothing was old enough"))
    return Code.OK
