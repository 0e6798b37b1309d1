"""Dynamics 365 Supply Chain Management over its OData service.

Rows are known by company and number (`usmf|US-001`). The service has no feed of changes: full scans
with unchanged rows free, and scans of open documents in between. `requests` and `msal` are loaded
when a line is opened.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from oppbridge.contract import Connector, ConnectorSpec, Limits, Selection, Trait

from .settings import ScmSettings

MAPS = Path(__file__).parent / "maps"
ENTITIES = ("account", "contact", "product", "quote", "order")


def open_line(settings: ScmSettings, selections: Mapping[str, Selection]) -> Connector:
    """An open line. Raises ConfigError for settings that cannot be used."""
    from .connector import Scm

    return Scm(settings, selections)


SPEC = ConnectorSpec(
    name="scm",
    settings=ScmSettings,
    open=open_line,
    maps={entity: MAPS / f"{entity}.yaml" for entity in ENTITIES},
    traits=frozenset((Trait.KEYED_CREATES, Trait.ECHOED_WRITES)),
    limits=Limits(page=1000, batch=50, parallel=2),
)

__all__ = ["SPEC", "ScmSettings"]
