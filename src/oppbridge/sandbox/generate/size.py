"""How big a generated company is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """Counts of things.

    Prospects are accounts only Sales knows; the others are customers in SCM.
    """

    accounts: int = 40
    prospects: int = 10  # of the accounts
    contacts: int = 2  # for each account
    products: int = 30
    competitors: int = 6
    opportunities: int = 400
    quotes: int = 40
    orders: int = 15  # in SCM, some of them delivered and invoiced


DEMO = Size()
SMALL = Size(accounts=12, prospects=4, contacts=1, products=8, opportunities=24, quotes=8, orders=5)
