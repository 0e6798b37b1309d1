"""A shop's orders go from CSV into Supply Chain, the way the how-to tells its reader.

All 830 orders go once, unbroken. The runs that are killed ten times have every fifth order, since
the twin stands beside them on the same machine: once with numbers of ours, where a document is one
change set, once with the service's, where the lines follow their header.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from oppbridge import Bridge
from tests.docs.worlds import migration, unlimited
from tests.migration import northwind
from tests.migration.exports import data, read
from tests.migration.killing import finished, state_of, ten_kills

pytestmark = [pytest.mark.integration, pytest.mark.slow]
TABLES = (
    "CustomersV3",
    "ContactPersons",
    "ProductsV2",
    "ReleasedProductsV2",
    "SalesOrderHeadersV2",
    "SalesOrderLines",
)
NUMBERED = (
    "PartyNumber",
    "ContactPersonId",
    "ContactPersonPartyNumber",
    "AssociatedPartyNumber",
    "SalesOrderNumber",
    "InventoryLotId",
    "LastEditDateTime",
    "OrderCreationDateTime",
)
WITHOUT_NAME = "contact: cannot be created without last_name"
NAMELESS = "contact Val2: {'name': ('Val2', ''), 'title': 'IT'} became None"


@pytest.fixture
def shop(folder):
    return folder / "shop"


def configured(shop, sandbox):
    """The page's configuration of Supply Chain."""
    migration(shop.parent, sandbox)
    return shop / "oppbridge.yaml"


def renumbered(shop, sandbox, numbers):
    """The page's configuration in small batches, that there are more moments to be killed at.

    Where the service numbers the orders, the old number is the customer's reference.
    """
    config = configured(shop, sandbox)
    replace(
        config,
        "numbers: {account: ours, order: ours}",
        f"batch: 10\n      numbers: {{account: ours, order: {numbers}}}",
    )
    if numbers == "theirs":
        replace(shop / "maps/export-order.yaml", "  number: ", "  customer_reference: ")
    return config


def replace(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def state(sandbox):
    return state_of({table: sandbox.scm.rows(table) for table in TABLES}, NUMBERED)


@pytest.mark.timeout(300)
def test_every_order_arrives_to_the_cent_and_a_second_run_writes_nothing(shop):
    northwind.exported(data("northwind"), shop / "export")
    assert len(read(shop / "export/orders.csv")) == 830
    with unlimited() as sandbox, Bridge.open(configured(shop, sandbox)) as bridge:
        report = bridge.run("migration")
        assert not report.problems, report.to_json()
        assert [letter.why for letter in bridge.dead()] == [WITHOUT_NAME]
        sandbox.scm.post("calculate_totals", company="usmf")
        assert northwind.differences(sandbox.scm, shop / "export") == [NAMELESS]
        assert northwind.total(sandbox.scm) == Decimal("1265793.29") + Decimal("64942.69")
        written = sandbox.counters.writes("scm")
        assert bridge.run("migration").wrote == 0
        assert sandbox.counters.writes("scm") == written


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("numbers", "old"), [("ours", "SalesOrderNumber"), ("theirs", "CustomerRequisitionNumber")]
)
def test_ten_kills_end_in_the_state_of_an_unbroken_run(shop, numbers, old):
    northwind.exported(data("northwind"), shop / "export", step=5)
    with unlimited() as sandbox:
        finished(renumbered(shop, sandbox, numbers), code=1)
        unbroken = state(sandbox)
    (shop / "oppbridge.db").unlink()
    with unlimited() as sandbox:
        config = renumbered(shop, sandbox, numbers)
        ten_kills(config, sandbox, "scm", seed=20261126, most=75)
        assert 0 < len(sandbox.scm.rows("SalesOrderHeadersV2")) < 166
        finished(config, code=1)
        assert state(sandbox) == unbroken
        sandbox.scm.post("calculate_totals", company="usmf")
        assert northwind.differences(sandbox.scm, shop / "export", old) == [NAMELESS]
