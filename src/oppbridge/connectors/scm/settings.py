"""Settings of one Supply Chain environment, checked when the configuration is read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field, field_validator

from oppbridge.http.entra import EntraSettings, Strict

Entity = Annotated[str, Field(pattern="^(account|contact|product|quote|order)$")]
Action = Annotated[str, Field(pattern=r"^(quote|order)\.[A-Za-z]+$")]

INVENTORY_APPLICATION = "0cdb527f-a8d1-4bf8-9436-b352c68682b2"
SECURITY = "https://securityservice.operations365.dynamics.com"
INVENTORY_SCOPE = "https://inventoryservice.operations365.dynamics.com/.default"


class Company(Strict):
    """A legal entity that takes part."""

    defaults: Mapping[Entity, Mapping[str, str | int]] = Field(default_factory=dict)
    """Native columns of creates where a record has none, by entity: customer group, site and
    warehouse, the groups that a released product needs."""
    write_in: str | None = None
    """The sales category of lines without a product; without it they are refused."""


class InventorySettings(Strict):
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


class ScmSettings(EntraSettings):
    """How to reach, read and write one environment.

    One way to sign in must be given: `secret`, `certificate`, `managed_identity` or `device_code`.
    """

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

    guarded: bool = False
    """Whether updates also send If-Match. Rows are always read again right before a write."""
    half_documents: Literal["keep", "remove", "stop"] = "keep"
    """What becomes of a new header whose lines are refused: kept to be completed later, removed,
    or kept with its processing stopped (orders only) until it is complete."""
    actions: Mapping[Action, str] = Field(default_factory=dict)
    """Actions that bring a status about, as `{quote.Confirmed: confirmQuotation}`."""
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

    @property
    def company(self) -> str:
        """The company of records that name none: the first one."""
        return next(iter(self.companies))

    def ours(self, entity: str) -> bool:
        """Whether this side numbers new rows. Item numbers always come from the record."""
        return entity == "product" or self.numbers.get(entity, "theirs") == "ours"
