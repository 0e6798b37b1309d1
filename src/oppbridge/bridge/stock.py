"""Enrichers connected to the opened systems of a flow, and to the keys of products there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from ..decision import Enricher
from ..engine import System
from ..errors import ConfigError
from ..process.inventory import Availability, Inventory, Keys
from ..store import Store, links, records


def supplied(enricher: Enricher, systems: Mapping[str, System], store: Store) -> Enricher:
    """The enricher, able to ask the system it names. Raises ConfigError if that cannot answer."""
    if not isinstance(enricher, Inventory):
        return enricher
    name = enricher.system
    if name not in systems:
        raise ConfigError(f"the enricher inventory asks {name!r}, which takes no part in the flow")
    connector = systems[name].connector
    if not isinstance(connector, Availability):
        raise ConfigError(f"the enricher inventory asks {name!r}, which does not know the stock")

    def clock() -> datetime:
        return datetime.fromtimestamp(store.clock(), UTC)

    return enricher.wired(connector, keys_in(store, name), clock)


def keys_in(store: Store, system: str) -> Keys:
    """From product record ids to their live keys in a system, as far as they are linked."""

    def keys(products: Sequence[str]) -> Mapping[str, str]:
        with store.read() as tx:
            ids = records.by_uid(tx, "product", products)
            found = links.keys_of(tx, system, list(ids.values()))
        return {uid: found[number] for uid, number in ids.items() if number in found}

    return keys
