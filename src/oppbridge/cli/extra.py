"""Commands that plugins bring, found through the configuration when a word is unknown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..errors import ContractBroken
from ..hookspecs import Command


def brought(name: str, config: Path) -> Any:
    """The command a plugin brings under this name; None where none does."""
    if not config.exists():
        return None
    from ..config import load
    from ..plugins import Plugins

    plugins = Plugins()
    plugins.load(load(config).plugins)
    found = plugins.commands().get(name)
    return None if found is None else _wrapped(found)


def _wrapped(command: Command) -> Any:
    def call(ctx: Any) -> int:
        code = command.run(tuple(ctx.args))
        if not isinstance(code, int):
            raise ContractBroken(f"command {command.name!r} returned {code!r}, no exit code")
        return code

    import typer
    from typer.main import get_command_from_info
    from typer.models import CommandInfo

    call.__annotations__ = {"ctx": typer.Context, "return": int}
    info = CommandInfo(
        name=command.name,
        callback=call,
        help=command.help,
        context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    )
    return get_command_from_info(info, pretty_exceptions_short=True, rich_markup_mode=None)
