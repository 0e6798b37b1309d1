"""Many rows, fast.

One row goes through every rule, the others are copies of it with their own values.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

from ..clock import instant
from ..running import Sandbox
from ..tables import to_sql
from .sales_desk import currency, price_list
from .story import id_of

_OPEN, _WON, _LOST = (0, 1), (1, 3), (2, 5)
_VARIED = (
    "opportunityid",
    "name",
    "estimatedvalue",
    "estimatedvalue_base",
    "estimatedclosedate",
    "actualvalue",
    "actualclosedate",
    "closeprobability",
    "salesstage",
    "opportunityratingcode",
    "statecode",
    "statuscode",
    "createdon",
    "_customerid_value",
)


def load_opportunities(sandbox: Sandbox, count: int, seed: int = 7, *, accounts: int = 100) -> int:
    """Add `count` opportunities of `accounts` new accounts to Sales; returns how many.

    The same seed gives the same rows, the day aside; another call needs another seed.
    """
    direct = sandbox.dataverse
    owners = [
        direct.put("account", {"accountid": id_of(seed, "bulk account", at), "name": f"Bulk {at}"})
        for at in range(accounts)
    ]
    bind = {"customerid_account@odata.bind": f"/accounts({owners[0]})"}
    row = {"name": "Template", **bind, **currency("USD"), **price_list("USD")}
    template_id = direct.put("opportunity", row)
    (template,) = direct.rows("opportunity", '"opportunityid" = ?', template_id)
    direct.delete("opportunity", template_id)
    known = direct.database.tables["opportunity"].kinds()
    varied = [name for name in _VARIED if name in known]
    fixed = {
        name: to_sql(value)
        for name, value in template.items()
        if value is not None and name in known and name not in varied
    }
    lines = _opportunities(sandbox, count, seed, owners, varied)
    columns = (*varied, *fixed)
    rest = tuple(fixed.values())
    return direct.database.insert_many("opportunity", columns, ((*line, *rest) for line in lines))


def _opportunities(
    sandbox: Sandbox, count: int, seed: int, owners: list[str], columns: list[str]
) -> Iterator[tuple[Any, ...]]:
    dice = random.Random(f"{seed} bulk")
    today = sandbox.clock.now().date()
    days = [(today + timedelta(days=ahead)).isoformat() for ahead in range(-500, 200)]
    midnight = sandbox.clock.time() - sandbox.clock.time() % 86400
    for at in range(count):
        state, status = dice.choices((_OPEN, _WON, _LOST), (6, 2, 2))[0]
        day = dice.randrange(500, 700) if state == 0 else dice.randrange(400, 500)
        amount = f"{dice.randrange(1000, 9000000) / 100:.2f}"
        row = {
            "opportunityid": f"{dice.getrandbits(32):08x}-0b5e-4000-8000-{at:012x}",
            "name": f"Deal {at}",
            "estimatedvalue": amount,
            "estimatedvalue_base": amount,
            "estimatedclosedate": days[day],
            "actualvalue": amount if state else None,
            "actualclosedate": days[day] if state else None,
            "closeprobability": dice.randrange(0, 101, 5),
            "salesstage": dice.randrange(4),
            "opportunityratingcode": dice.randrange(1, 4),
            "statecode": state,
            "statuscode": status,
            "createdon": instant(midnight - 86400 * dice.randrange(500)),
            "_customerid_value": owners[at % len(owners)],
        }
        yield tuple(row[name] for name in columns)


def load_customers(sandbox: Sandbox, count: int, seed: int = 7, company: str = "usmf") -> int:
    """Add `count` customers to Supply Chain; returns how many."""
    dice = random.Random(f"{seed} customers")

    def rows() -> Iterator[dict[str, Any]]:
        for at in range(count):
            yield {
                "dataAreaId": company,
                "CustomerAccount": f"B{seed}-{at:07d}",
                "PartyType": "Organization",
                "PartyNumber": f"B{seed}{at:09d}",
                "OrganizationName": f"Bulk customer {at}",
                "NameAlias": f"Bulk customer {at}"[:20],
                "CustomerGroupId": "30",
                "SalesCurrencyCode": "USD",
                "LanguageId": "en-US",
                "CreditLimit": Decimal(dice.randrange(0, 5000000)) / 100,
            }

    return sandbox.scm.load("CustomersV3", rows())
