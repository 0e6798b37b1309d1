"""Commands to start with: init writes an example configuration, sandbox serves local twins."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..errors import ConfigError
from .codes import Code
from .options import Json
from .showing import say, show


def init(
    folder: Annotated[Path, typer.Argument(help="Where to write it.")] = Path(),
    json: Json = False,
) -> int:
    """Write a complete, commented example configuration."""
    path = folder / "oppbridge.yaml"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x") as file:
            file.write(Path(__file__).with_name("oppbridge.yaml").read_text())
    except FileExistsError:
        raise ConfigError(f"{path} exists; it is left as it is") from None
    told = f"{path} written: fill in your systems, then `oppbridge check --config {path}`"
    show(json, {"written": str(path)}, lambda: say(told))
    return Code.OK


def serve(
    port: Annotated[int, typer.Option(help="First of four ports; 0 takes free ones.")] = 0,
    state: Annotated[Path | None, typer.Option(help="Folder that keeps the rows.")] = None,
    ready: Annotated[
        Path | None, typer.Option(help="File to write addresses and identity to, once it answers.")
    ] = None,
) -> int:
    """Serve local twins of Dynamics 365 on loopback until interrupted."""
    try:
        from ..sandbox import serve as serve_twins
    except ModuleNotFoundError as exc:
        raise ConfigError(f"{exc}; the sandbox needs `pip install oppbridge[sandbox]`") from None
    serve_twins(port, state, ready)
    return Code.OK
