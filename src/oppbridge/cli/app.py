"""The command line: every command by name, and plugins' commands behind them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from .codes import DEBUG


class Group(TyperGroup):
    """The built-in commands; an unknown word is looked for among the plugins' commands."""

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of this name, a plugin's where no built-in one has it."""
        return super().get_command(ctx, cmd_name) or _brought(cmd_name)


def _brought(name: str) -> Any:
    from .extra import brought

    return brought(name, Path(os.environ.get("OPPBRIDGE_CONFIG", "oppbridge.yaml")))


def build() -> typer.Typer:
    """The application, with every built-in command."""
    from . import (
        auditing,
        demo,
        forgetting,
        looking,
        matching,
        moving,
        page,
        people,
        starting,
        undoing,
        verifying,
    )

    app = typer.Typer(cls=Group, no_args_is_help=True, add_completion=False, rich_markup_mode=None)
    app.callback()(start)
    for command in (
        demo.demo, starting.init, looking.check, matching.match, moving.plan, moving.run,
        moving.apply, undoing.undo, undoing.release, verifying.verify, looking.status,
        people.held, people.approve, people.refuse, people.dead, people.retry, people.drop,
        looking.why, looking.plugins, forgetting.forget, forgetting.purge, page.ui,
    ):  # fmt: skip
        app.command(command.__name__)(command)
    maps = typer.Typer(no_args_is_help=True, help="Maps between native rows and records.")
    maps.command("check")(looking.map_check)
    app.add_typer(maps, name="map")
    audit = typer.Typer(no_args_is_help=True, help="The trail of who did what.")
    audit.command("verify")(auditing.verify)
    audit.callback()(_only_a_group)
    app.add_typer(audit, name="audit")
    sandbox = typer.Typer(no_args_is_help=True, help="Local twins of Dynamics 365.")
    sandbox.command("serve")(starting.serve)
    sandbox.callback()(_only_a_group)
    maps.callback()(_only_a_group)
    app.add_typer(sandbox, name="sandbox")
    return app


def _only_a_group() -> None:
    """Nothing of its own: it groups commands."""


def _version(wanted: bool) -> None:
    if wanted:
        from .. import __version__

        typer.echo(f"oppbridge {__version__}")
        raise typer.Exit


def start(
    debug: Annotated[
        bool, typer.Option("--debug", envvar=DEBUG, help="Show tracebacks of errors.")
    ] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Keep accounts, products, opportunities, quotes and orders the same in every system.

    Exit codes: 0 done; 1 done, with more dead letters than allowed or with findings; 2 command
    line or configuration cannot be used; 3 access refused; 4 unreachable, try again later;
    5 something waits for a person; 70 a defect.
    """
    if debug:
        os.environ[DEBUG] = "1"
