"""What public sources leave open about the service, as switches.

No connector may depend on a setting here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Assumptions:
    """The service's open questions, answered one way; `change` answers some of them another way."""

    page_size: int = 10_000  # the documented maximum; tests use small pages
    next_link: str = "skip"  # `skip`: $skip and $top; `token`: $skiptoken
    honours_maxpagesize: bool = True
    filter_functions: bool = False  # contains(), startswith(), endswith() instead of a refusal
    checks_if_match: bool = True  # 412 for an old etag
    refuses_read_only: bool = True  # else columns that cannot be written are ignored
    refuses_long_text: bool = True  # else text is cut
    recalculates_net_amount: bool = True  # "Calculate line net amount on import", on since 10.0.29
    totals_on_write: bool = False  # else header totals stay 0 until calculated or posted
    asks_for_opportunity: bool = (
        True  # a quotation without SkipOpportunityCreationPrompt is refused
    )
    discounts_combine: str = (
        "multiply"  # line and multiline percentages: `multiply`, `add` or `larger`
    )
    strict_tokens: bool = True  # tokens must be issued here for exactly this address
    package_seconds: float = 2.0  # how long a data management job takes
    tax_rates: Mapping[str, Decimal] = field(default_factory=dict)  # percent by sales tax group

    def change(self, **answers: Any) -> Assumptions:
        """The same with other answers; raises `TypeError` for a name that is none."""
        if "tax_rates" in answers:
            answers["tax_rates"] = {
                name: Decimal(str(rate)) for name, rate in answers["tax_rates"].items()
            }
        return replace(self, **answers)
