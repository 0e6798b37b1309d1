"""The demo: the main job, end to end, between two local systems."""

from __future__ import annotations

from typing import Annotated

import typer

from ..errors import ConfigError
from .codes import Code
from .options import Json
from .showing import show


def demo(
    small: Annotated[bool, typer.Option("--small", help="A dozen accounts, not forty.")] = False,
    seed: Annotated[int, typer.Option(help="Which company.")] = 1,
    json: Json = False,
) -> int:
    """Run the main job between two local systems, and tell it."""
    from .story import tell, told

    try:
        found = told(seed, small=small, aloud=not json)
    except ModuleNotFoundError as exc:
        raise ConfigError(f"{exc}; the demo needs `pip install oppbridge[sandbox]`") from None
    show(json, found, lambda: tell(found))
    return Code.OK if found["converged"] else Code.DIFFERENT
