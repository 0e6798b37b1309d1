"""Puts a story into the twins: each system gets what it would own before the two are connected."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from ..running import Sandbox
from .deals import Floor
from .masters import put_masters
from .parties import key_in, put_prospects
from .purchases import put_purchases
from .sales_desk import SalesDesk
from .size import DEMO, Size
from .story import tell


def generate_company(
    sandbox: Sandbox, seed: int = 7, size: Size = DEMO, *, keyed: bool = False
) -> dict[str, int]:
    """Fill both twins; returns how many deals and how many wait for accounts Sales does not know.

    Doing it again adds only what is missing. `keyed` also enters customers and products in Sales by
    hand, under the same numbers.
    """
    generate_masters(sandbox, seed, size)
    if keyed:
        desk = SalesDesk(sandbox.dataverse)
        with sandbox.dataverse.database.transaction():
            key_in(desk, tell(seed, size), seed)
    return generate_sales(sandbox, seed, size)


def generate_masters(sandbox: Sandbox, seed: int = 7, size: Size = DEMO) -> None:
    """Customers, contacts, products and orders in Supply Chain; prospects and rivals in Sales."""
    story = tell(seed, size)
    put_masters(sandbox.scm, story)
    put_purchases(sandbox.scm, story)
    with sandbox.dataverse.database.transaction():
        put_prospects(SalesDesk(sandbox.dataverse), story, seed)


def generate_sales(sandbox: Sandbox, seed: int = 7, size: Size = DEMO) -> dict[str, int]:
    """Deals of every account Sales knows by now, with quotes where it knows their products too."""
    story = tell(seed, size)
    floor = Floor(SalesDesk(sandbox.dataverse), story, seed, _calendar(sandbox))
    with sandbox.dataverse.database.transaction():
        entered = sum(floor.enter(deal) for deal in story.deals)
    return {"deals": entered, "waiting": len(story.deals) - entered}


def _calendar(sandbox: Sandbox) -> Callable[[int], str]:
    today = sandbox.clock.now().date()
    return lambda days_ago: (today - timedelta(days=days_ago)).isoformat()
