"""Options that several commands share."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Annotated

import typer

ConfigFile = Annotated[
    Path,
    typer.Option("--config", "-c", envvar="OPPBRIDGE_CONFIG", help="The configuration file."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON with stable keys.")]
FlowName = Annotated[str, typer.Argument(help="The flow's name in the configuration.")]
OneFlow = Annotated[str | None, typer.Option("--flow", "-f", help="Only this flow.")]
Entities = Annotated[
    list[str] | None, typer.Option("--entity", "-e", help="Only this entity; may be repeated.")
]
MaybeIds = Annotated[list[int] | None, typer.Argument(help="Ids, as listed.")]
Ids = Annotated[list[int], typer.Argument(help="Ids, as listed.")]
Html = Annotated[
    Path | None, typer.Option("--html", help="Write the plan as one page that needs nothing else.")
]
By = Annotated[str | None, typer.Option("--by", help="Who decides; you, if left out.")]
DEFAULT = Path("oppbridge.yaml")


def who(by: str | None) -> str:
    """The person a decision is noted under."""
    return by or getpass.getuser()
