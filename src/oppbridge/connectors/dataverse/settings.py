"""What a configured Dataverse system needs to be told."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator


class Strict(BaseModel):
    """Frozen, and refuses keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class CertificateSettings(Strict):
    """A client certificate: its private key as PEM in `file`, its SHA-1 `thumbprint`."""

    file: Path
    thumbprint: str = Field(pattern="^[0-9A-Fa-f]{40}$")
    passphrase: SecretStr | None = None


class ManagedIdentitySettings(Strict):
    """The identity of the machine; `client_id` picks a user-assigned one."""

    client_id: str | None = None


class DeviceCodeSettings(Strict):
    """A person signs in on another device; `cache` keeps the sign-in for later runs."""

    cache: Path | None = None


class DataverseSettings(Strict):
    """One Dataverse environment, how to sign in to it, and how documents are written there.

    Exactly one of `secret`, `certificate`, `managed_identity` and `device_code` signs in.
    """

    url: str = Field(pattern="^https://")
    tenant: str | None = None
    client_id: str | None = None
    secret: SecretStr | None = None
    certificate: CertificateSettings | None = None
    managed_identity: ManagedIdentitySettings | None = None
    device_code: DeviceCodeSettings | None = None
    authority: str | None = None
    ca_file: Path | None = None

    price_list: str | dict[str, str] | None = None
    """Name of the price list of documents and list prices, or one for each currency code."""
    unit_group: str | None = None
    unit: str | None = None
    """Name of the unit group of new products, and of the unit of those that come without one."""

    bulk: int = Field(default=500, ge=1, le=1000)
    """Rows in one CreateMultiple, UpdateMultiple or UpsertMultiple call."""
    batch: int = Field(default=100, ge=1, le=1000)
    """Operations in one `$batch` call."""
    keys: int = Field(default=200, ge=1, le=500)
    """Keys in one filter."""
    patience: float = Field(default=60.0, ge=0)
    """Seconds that one call may be tried again before it is left to a later run."""
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
    read_only: bool = False

    @model_validator(mode="after")
    def _one_way_to_sign_in(self) -> Self:
        ways = ("secret", "certificate", "managed_identity", "device_code")
        given = [way for way in ways if getattr(self, way) is not None]
        if len(given) != 1:
            raise ValueError(f"give exactly one of {', '.join(ways)}; given: {given or 'none'}")
        if given != ["managed_identity"] and not (self.tenant and self.client_id):
            raise ValueError(f"{given[0]} needs tenant and client_id")
        return self

    @property
    def identity(self) -> str:
        """Who calls, for the gate: limits are counted by identity."""
        managed = self.managed_identity.client_id if self.managed_identity else None
        return self.client_id or managed or "machine"
