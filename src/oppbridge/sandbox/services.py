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
    from .dataverse.twin import DataverseTwin
    from .inventory.visibility import Inventory
    from .login import Login
    from .scm.chain import SupplyChain

    scm = SupplyChain(world, settings.get("scm"))
    return {
        "dataverse": DataverseTwin(world, settings.get("dataverse")),
        "scm": scm,
        "login": Login(world),
        "inventory": Inventory(world, scm.direct, settings.get("inventory")),
    }


def published_limits() -> dict[str, Rules]:
    """Limits by service; absent where the vendor publishes none.

    Supply Chain's were published, then withdrawn (10.0.36): they apply once a test asks.
    """
    return {"dataverse": Rules(), "scm": Rules(requests=10**9, execution=1e9, concurrent=10**6)}
