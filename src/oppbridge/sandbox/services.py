"""Opens the four twins by name, and states the limits each publishes."""

from __future__ import annotations

from typing import Any

from .limits import Rules
from .wire import Service
from .world import World


def open_services(world: World, **settings: Any) -> dict[str, Service]:
    """One service per port, in the order of `SERVICES`. Imports are late: start-up time counts.

    `settings` by service name are handed to that twin, e.g. `dataverse=dataverse.Settings(...)`.
    """
    from .vacant import Vacant

    return {name: Vacant(name) for name in ("dataverse", "scm", "login", "inventory")}


def published_limits() -> dict[str, Rules]:
    """Limits by service; absent where the vendor publishes none."""
    return {"dataverse": Rules(), "scm": Rules()}
