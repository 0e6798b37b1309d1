"""What an environment can be set up with, and every guess about the real service in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .schema.model import Column


@dataclass(slots=True)
class Assumptions:
    """Behaviour that no public source settles. Connectors must work either way."""

    expired_delta_status: int = 400
    tracked_query_status: int = 400  # $filter and the like together with change tracking
    duplicate_key_status: int = 412
    bulk_error_names_item: bool = False
    failed_change_set_nested: bool = True
    delta_waits_for_open_writes: bool = True  # False: a late commit can fall behind a delta token
    recalculation_sets_modifiedon: bool = True
    active_quote_to_draft: bool = True
    closed_opportunity_editable: bool = True
    opportunity_lines_locked_when_closed: bool = True
    reopening_clears_actuals: bool = True
    active_products_editable: bool = True
    missing_bind_target_status: int = 404
    impersonation_allowed: bool = True


@dataclass(slots=True)
class Settings:
    """One environment. `columns` and `keys` are added by table, as an integration would.

    `duplicate_rules` name, by table, columns that should not repeat: they only speak up for callers
    that turn duplicate detection on. `strict_tokens` accepts only tokens of the login twin.
    `delta_days` is the retention of change tracking. `base_currency` cannot change after set-up.
    """

    columns: Mapping[str, tuple[Column, ...]] = field(default_factory=dict)
    keys: Mapping[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    duplicate_rules: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    untracked: frozenset[str] = frozenset()
    base_currency: str = "USD"
    delta_days: int = 7
    pricing_precision: int = 2
    strict_tokens: bool = False
    sop_integration: bool = False
    products_start_active: bool = True
    oob_prices: bool = True
    assumptions: Assumptions = field(default_factory=Assumptions)
