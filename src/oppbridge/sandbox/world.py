"""What the services of one sandbox share: time, tokens, faults, counters, addresses, identity."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .clock import Clock
from .counters import Counters
from .faults import Faults
from .tokens import Tokens

SERVICES = ("dataverse", "scm", "login", "inventory")


@dataclass(frozen=True, slots=True)
class Identity:
    """The one application registered: what a client must be configured with."""

    tenant: str = "7a3c0f1e-5b1d-4c8e-9f00-0b5e55a4d001"
    client_id: str = "0c5a9f52-7d0e-4d43-8a55-0b5e55a4d002"
    client_secret: str = "sandbox-secret"
    environment_id: str = "3f7d1b60-44f1-4e0c-9d11-0b5e55a4d003"


@dataclass(slots=True)
class World:
    """Shared by all services of a sandbox. `urls` is filled before any service is opened."""

    state: Path | None = None
    clock: Clock = field(default_factory=Clock)
    faults: Faults = field(default_factory=Faults)
    counters: Counters = field(default_factory=Counters)
    identity: Identity = field(default_factory=Identity)
    urls: dict[str, str] = field(default_factory=dict)
    tokens: Tokens = field(init=False)

    def __post_init__(self) -> None:
        self.tokens = Tokens(self.clock)

    def ready(self, ca_file: Path) -> dict[str, Any]:
        """What a client needs to know; `serve --ready` writes it as JSON."""
        return {
            "services": dict(self.urls),
            "ca_file": str(ca_file.resolve()),
            "tenant": self.identity.tenant,
            "client_id": self.identity.client_id,
            "client_secret": self.identity.client_secret,
            "environment_id": self.identity.environment_id,
            "pid": os.getpid(),
        }

    def database_path(self, service: str) -> Path | None:
        """Where a twin keeps its rows; None keeps them in memory."""
        return self.state / f"{service}.db" if self.state else None
