"""Dynamics 365 Sales through the Dataverse Web API."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from oppbridge.contract import Connector, ConnectorSpec, Limits, Selection, Trait

from .settings import DataverseSettings

_MAPS = Path(__file__).with_name("maps")
_ENTITIES = ("account", "contact", "product", "opportunity", "quote", "order")


def _open(settings: DataverseSettings, selections: Mapping[str, Selection]) -> Connector:
    from .opening import open_line  # it loads requests and msal

    return open_line(settings, selections)


SPEC = ConnectorSpec(
    name="dataverse",
    settings=DataverseSettings,
    open=_open,
    maps={entity: _MAPS / f"{entity}.yaml" for entity in _ENTITIES},
    traits=frozenset(
        {
            Trait.KEYED_CREATES,
            Trait.GUARDED_UPDATES,
            Trait.ECHOED_WRITES,
            Trait.DELTA_FEED,
            Trait.DELETIONS,
            Trait.STAMPED,
        }
    ),
    limits=Limits(page=5000, batch=500, parallel=4),
)
"""How the host finds the connector."""

__all__ = ["SPEC", "DataverseSettings"]
