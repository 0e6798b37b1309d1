"""The inventory enricher connected to a flow: the keys of products come from the store."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from oppbridge.bridge.stock import keys_in, supplied
from oppbridge.contract import ConnectorSpec
from oppbridge.decision import Subject
from oppbridge.engine import System
from oppbridge.errors import ConfigError
from oppbridge.process.inventory import Inventory, InventorySettings, Promise
from oppbridge.store import Link, open_store

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)
UID = "00000000-0000-0000-0000-00000000000a"


class Stock:
    def available(self, items):
        return {item: [Promise(NOW.date(), Decimal(8))] for item in items if item.item == "A1"}

    def close(self):
        """Nothing to let go of."""


@pytest.fixture
def store(tmp_path):
    from oppbridge.store import links, records

    opened = open_store(f"sqlite:///{tmp_path / 'store.db'}")
    opened.clock = NOW.timestamp
    with opened.write() as tx:
        records.insert(tx, [(1, "product", UID), (2, "account", "b"), (3, "product", "c")])
        links.insert(
            tx,
            [
                Link(1, 1, "scm", "product", "usmf|A1"),
                Link(2, 1, "sales", "product", "guid"),
                Link(3, 2, "scm", "account", "usmf|US-1"),
                Link(4, 3, "scm", "product", "usmf|OLD", gone=True),
            ],
        )
    yield opened
    opened.close()


def system(connector):
    spec = ConnectorSpec("stock", dict, lambda settings, selections: connector, {})
    return {"scm": System("scm", connector, spec, {})}


def test_products_are_named_by_their_live_key_in_the_system_that_holds_the_stock(store):
    assert keys_in(store, "scm")([UID, "b", "c", "unknown"]) == {UID: "usmf|A1"}
    assert keys_in(store, "sales")([UID]) == {UID: "guid"}


def test_a_flow_s_enricher_asks_the_opened_system(store):
    enricher = supplied(Inventory(InventorySettings(system="scm")), system(Stock()), store)
    values = {"status": "active", "lines/1": True, "lines/1/product": UID, "lines/1/quantity": "9"}
    (added,) = enricher.enrich(
        [Subject("quote", "q", values, {})], datetime.max.replace(tzinfo=UTC)
    )
    assert added == {"lines/1/available": "8", "lines/1/available_on": None}


def test_a_system_that_does_not_know_the_stock_is_a_configuration_error(store):
    enricher = Inventory(InventorySettings(system="scm"))
    with pytest.raises(ConfigError, match="does not know the stock"):
        supplied(enricher, system(object()), store)
    with pytest.raises(ConfigError, match="takes no part"):
        supplied(enricher, {}, store)


def test_other_enrichers_are_left_as_they_are(store):
    class Other:
        entities = frozenset({"account"})

        def enrich(self, subjects, deadline):
            return [{} for _ in subjects]

    other = Other()
    assert supplied(other, {}, store) is other
