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
    """A client certificate."""

    file: Path
    """The private key in PEM."""
    thumbprint: str = Field(pattern="^[0-9A-Fa-f]{40}$")
    """The certificate's SHA-1 thumbprint, in hexadecimal digits."""
    passphrase: SecretStr | None = None
    """What the private key is encrypted with, if it is."""


class ManagedIdentitySettings(Model):
    """The identity of the machine."""

    client_id: str | None = None
    """Picks a user-assigned identity."""


class DeviceCodeSettings(Model):
    """A person signs in on another device."""

    cache: Path | None = None
    """The file that keeps the sign-in for later runs."""


class Company(Model):
    """A legal entity that takes part."""

    defaults: Mapping[Entity, Mapping[str, str | int]] = Field(default_factory=dict)
    """Native columns of creates where a record has none, by entity: customer group, site and
    warehouse, the groups that a released product needs."""
    write_in: str | None = None
    """The sales category of lines without a product; without it they are refused."""


class InventorySettings(Model):
    """The Inventory Visibility service of this environment."""

    url: str = Field(pattern="^https://")
    """The address of the region's service, as its own app shows it."""
    environment: str
    """The environment's id in Lifecycle Services."""
    security_url: str = SECURITY
    """The service that exchanges tokens."""
    security_hosts: tuple[str, ...] = ()
    """Hosts it may redirect to, besides itself and Microsoft's gateway."""
    scope: str = f"{INVENTORY_APPLICATION}/.default"
    """What the Entra token is asked for."""
    service_scope: str = INVENTORY_SCOPE
    """What the service's own token is asked for."""
    measure: str = "iv.onhandavailable"
    """What is available, as `source.measure`, in any case."""
    atp: str | None = None
    """The measure that the service was set up with for available-to-promise; without it only what
    is there now is asked for."""


class ScmSettings(Model):
    """How to reach, read and write one environment.

    One way to sign in must be given: `secret`, `certificate`, `managed_identity` or `device_code`.
    """

    url: str = Field(pattern="^https://")
    """The environment's address, as in `https://contoso.operations.dynamics.com`."""
    tenant: str | None = None
    """The Entra directory: its id or one of its domains."""
    client_id: str | None = None
    """The application that signs in; the service must know it, with the user it acts as."""
    secret: SecretStr | None = None
    """The application's secret."""
    certificate: CertificateSettings | None = None
    """The application's certificate."""
    managed_identity: ManagedIdentitySettings | None = None
    """The identity of the machine."""
    device_code: DeviceCodeSettings | None = None
    """A person signs in on another device."""
    authority: str | None = None
    """Where to sign in instead of the public cloud's directory."""
    ca_file: Path | None = None
    """The certificate authority to trust instead of the machine's own."""

    companies: Mapping[str, Company] = Field(min_length=1)
    """Legal entities that take part, in the order they are read; the first is the default."""
    numbers: Mapping[Entity, Literal["ours", "theirs"]] = Field(default_factory=dict)
    """Who numbers new rows, by entity. `ours` needs a number sequence that is set to manual."""
    origins: Mapping[Entity, str] = Field(default_factory=dict)
    """The text column that keeps a record's id, by entity; the map's `origin` names the same.
    By default `IdentificationNumber` of accounts, `IdentityCardNumber` of contacts,
    `CustomersReference` of quotes and `CustomersOrderReference` of orders."""
    line_reference: str = "ExternalItemNumber"
    """The free text column in which a line keeps its part's id."""
    language: str = "en-us"
    """Language of new documents."""

    full_every: timedelta = timedelta(hours=1)
    """How often documents are read in full; in between only those still open are."""
    rests: Mapping[Entity, timedelta] = Field(default_factory=dict)
    """How long accounts, contacts or products rest between readings, as `{product: PT1H}`: each
    reading of theirs is a full one."""
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
    """Whether every write is refused."""
    inventory: InventorySettings | None = None
    """Where to ask what can be promised; without it the warehouse on-hand answers for today."""

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
