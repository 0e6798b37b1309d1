"""Settings of one Supply Chain environment, checked when the configuration is read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

Entity = Annotated[str, Field(pattern="^(account|contact|product|quote|order)$")]
Action = Annotated[str, Field(pattern=r"^(quote|order)\.[A-Za-z]+$")]

INVENTORY_APPLICATION = "0cdb527f-a8d1-4bf8-9436-b352c68682b2"
SECURITY = "https://securityservice.operations365.dynamics.com"
INVENTORY_SCOPE = "https://inventoryservice.operations365.dynamics.com/.default"


class Model(BaseModel):
    """Frozen, and refuses keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class CertificateSettings(Model):
    """A client certificate: its private key as PEM in `file`, its SHA-1 `thumbprint`."""

    file: Path
    thumbprint: str = Field(pattern="^[0-9A-Fa-f]{40}$")
    passphrase: SecretStr | None = None


class ManagedIdentitySettings(Model):
    """The identity of the machine; `client_id` picks a user-assigned one."""

    client_id: str | None = None


class DeviceCodeSettings(Model):
    """A person signs in on another device; `cache` keeps the sign-in for later runs."""

    cache: Path | None = None


class Company(Model):
    """A legal entity that takes part.

    `defaults` are native columns set on creates where a record has none, by entity: customer group,
    site and warehouse, the groups a released product needs. `write_in` is the sales category of
    lines without a product; without it they are refused.
    """

    defaults: Mapping[Entity, Mapping[str, str | int]] = Field(default_factory=dict)
    write_in: str | None = None


class InventorySettings(Model):
    """The Inventory Visibility service of this environment.

    `url` is the island's address, `environment` the Lifecycle Services id. `measure` is the
    available quantity as `source.measure`; names are compared without case. `atp` is the measure
    the service was set up with for available-to-promise; None asks for on-hand only.
    """

    url: str
    environment: str
    security_url: str = SECURITY
    security_hosts: tuple[str, ...] = ()
    scope: str = f"{INVENTORY_APPLICATION}/.default"
    service_scope: str = INVENTORY_SCOPE
    measure: str = "iv.onhandavailable"
    atp: str | None = None


class ScmSettings(Model):
    """How to reach, read and write one environment.

    One way to sign in must be given: `secret`, `certificate`, `managed_identity` or `device_code`.
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

    companies: Mapping[str, Company] = Field(min_length=1)
    """Legal entities that take part, in the order they are read; the first is the default."""
    numbers: Mapping[Entity, Literal["ours", "theirs"]] = Field(default_factory=dict)
    """Who numbers new rows, by entity. `ours` needs a number sequence that is set to manual."""
    origins: Mapping[Entity, str] = Field(default_factory=dict)
    """The text column that keeps a record's id, by entity; the map's `origin` says the same."""
    line_reference: str = "ExternalItemNumber"
    """The free text column in which a line keeps its part's id."""
    language: str = "en-us"
    """Language of new documents."""

    full_every: timedelta = timedelta(hours=1)
    """How often documents are read in full; in between only those still open are."""
    watched: int = Field(default=5_000, ge=0)
    """How many open documents a cursor remembers; with more of them every reading is a full one."""
    batch: int = Field(default=100, ge=1, le=5_000)
    """Operations in one `$batch` call, which the service carries out one by one."""
    patience: float = Field(default=60.0, ge=0)
    """Seconds that one call may be tried again before it is left to a later run."""

    guarded: bool = False
    """Whether updates also send If-Match. Rows are always read again right before a write."""
    half_documents: Literal["keep", "remove", "stop"] = "keep"
    """What becomes of a new header whose lines are refused: kept to be completed later, removed,
    or kept with its processing stopped (orders only) until it is complete."""
    actions: Mapping[Action, str] = Field(default_factory=dict)
    """Actions that bring a status about, as `{quote.Confirmed: confirmQuotation}`."""
    read_only: bool = False
    inventory: InventorySettings | None = None

    @field_validator("companies", mode="before")
    @classmethod
    def _by_name(cls, given: object) -> object:
        """A plain list of company ids is enough where there are no defaults."""
        if isinstance(given, list | tuple):
            return {str(name).lower(): {} for name in given}
        if isinstance(given, Mapping):
            return {str(name).lower(): company or {} for name, company in given.items()}
        return given

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

    @property
    def company(self) -> str:
        """The company of records that name none: the first one."""
        return next(iter(self.companies))

    def ours(self, entity: str) -> bool:
        """Whether this side numbers new rows. Item numbers always come from the record."""
        return entity == "product" or self.numbers.get(entity, "theirs") == "ours"
