"""The demo: the main job, end to end, between two local systems."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from ..errors import ConfigError
from .codes import Code
from .options import Json
from .showing import show


def demo(
    size: Annotated[str, typer.Option(help="How large a company: small, medium, large.")] = "small",
    seed: Annotated[int, typer.Option(help="Which company.")] = 1,
    json: Json = False,
) -> int:
    """Run the main job between local twins of Sales and Supply Chain Management, and tell it."""
    try:
        from ..sandbox import Sandbox
    except ModuleNotFoundError as exc:
        raise ConfigError(f"{exc}; the demo needs `pip install oppbridge[sandbox]`") from None
    from .story import tell, told

    found: dict[str, Any] = told(Sandbox, size, seed)
    show(json, found, lambda: tell(found))
    return Code.OK if found["converged"] else Code.DIFFERENT
