"""What a configured Dataverse system needs to be told."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import Field

from oppbridge.http.entra import EntraSettings


class DataverseSettings(EntraSettings):
    """One Dataverse environment, how to sign in to it, and how documents are written there.

    Exactly one of `secret`, `certificate`, `managed_identity` and `device_code` signs in.
    """

    price_list: str | dict[str, str] | None = None
    """Name of the price list of documents and list prices, or one for each currency code."""
    unit_group: str | None = None
    """Name of the unit group of new products."""
    unit: str | None = None
    """Name of the unit of new products that come without one."""

    bulk: int = Field(default=500, ge=1, le=1000)
    """Rows in one CreateMultiple, UpdateMultiple or UpsertMultiple call."""
    batch: int = Field(default=100, ge=1, le=1000)
    """Operations in one `$batch` call."""
    keys: int = Field(default=500, ge=1, le=500)
    """Keys in one filter."""
    overlap: int = Field(default=300, ge=0)
    """Seconds that a table without change tracking is read back, for commits that come late."""
    full_every: float = Field(default=24.0, gt=0)
    """Hours between full readings of entities with a table that is not tracked."""

    scores: Literal["table", "columns"] = "table"
    """Where scores go: `msdyn_predictivescores`, or the older columns of the opportunity."""
    lines_touch_document: bool = True
    """Whether deleting a line moves its document's version: false where a system outside prices."""
    reopen_locked: bool = False
    """Whether a closed or active document may be reopened for an edit and closed again."""
    orders_by_conversion: bool = False
    """Whether an order with a quote is made by ConvertQuoteToSalesOrder."""
    quotes_by_revision: bool = False
    """Whether a quote whose number exists in an earlier revision is made by ReviseQuote."""
    caller: UUID | None = None
    """Entra object id of the user in whose name calls are made."""
