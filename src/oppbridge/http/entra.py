"""The settings of a system that signs in with Microsoft Entra: the part connectors share."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator


class Strict(BaseModel):
    """Frozen, and refuses keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class CertificateSettings(Strict):
    """A client certificate."""

    file: Path
    """The private key in PEM."""
    thumbprint: str = Field(pattern="^[0-9A-Fa-f]{40}$")
    """The certificate's SHA-1 thumbprint, in hexadecimal digits."""
    passphrase: SecretStr | None = None
    """What the private key is encrypted with, if it is."""


class ManagedIdentitySettings(Strict):
    """The identity of the machine."""

    client_id: str | None = None
    """Picks a user-assigned identity."""


class DeviceCodeSettings(Strict):
    """A person signs in on another device."""

    cache: Path | None = None
    """The file that keeps the sign-in for later runs."""


class EntraSettings(Strict):
    """Where a system is and how to sign in to it.

    Exactly one of `secret`, `certificate`, `managed_identity` and `device_code` signs in.
    """

    url: str = Field(pattern="^https://")
    """The environment's address."""
    tenant: str | None = None
    """The directory the application is registered in."""
    client_id: str | None = None
    """The application that signs in."""
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
    patience: float = Field(default=60.0, ge=0)
    """Seconds that one call may be tried again before it is left to a later run."""
    connect_within: float = Field(default=10.0, gt=0)
    """Seconds in which a connection must come about."""
    answer_within: float = Field(default=130.0, gt=0)
    """Seconds that may pass between two pieces of an answer."""
    read_only: bool = False
    """Whether every write is refused."""

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
