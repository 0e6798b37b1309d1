"""A running sandbox with a few customers and products, and an open line to its Supply Chain twin."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from uuid import uuid4

import pytest

from oppbridge.connectors.scm import SPEC, ScmSettings
from oppbridge.connectors.scm.connector import Scm
from oppbridge.contract import Action, Part, Selection, Write
from oppbridge.http import gate as gate_module
from oppbridge.mapping import compile_map, load_map
from oppbridge.sandbox import Sandbox
from oppbridge.sandbox.scm.assumptions import Assumptions

EMPTIED = (
    "SalesOrderLines",
    "SalesOrderHeadersV2",
    "SalesQuotationLines",
    "SalesQuotationHeadersV2",
    "ContactPersons",
    "CustomersV3",
    "ReleasedProductsV2",
    "CDSReleasedDistinctProducts",
    "SellableReleasedProducts",
    "ProductsV2",
    "WarehousesOnHandV2",
)
SELECTIONS: Mapping[str, Selection] = {
    entity: compile_map(load_map(path)).selection for entity, path in SPEC.maps.items()
}
DEFAULTS = {
    "defaults": {
        "account": {"CustomerGroupId": "10", "SalesCurrencyCode": "USD"},
        "quote": {"DefaultShippingSiteId": "1", "DefaultShippingWarehouseId": "11"},
        "order": {"DefaultShippingSiteId": "1", "DefaultShippingWarehouseId": "11"},
        "product": {
            "ItemModelGroupId": "FIFO",
            "ProductGroupId": "GOODS",
            "StorageDimensionGroupName": "SiteWH",
            "TrackingDimensionGroupName": "None",
            "SalesUnitSymbol": "ea",
            "InventoryUnitSymbol": "ea",
            "PurchaseUnitSymbol": "ea",
            "BOMUnitSymbol": "ea",
        },
    }
}

Open = Callable[..., Scm]


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with Sandbox.start() as started:
        yield started


@pytest.fixture
def sandbox(running: Sandbox) -> Iterator[Sandbox]:
    """A sandbox in which nothing has happened yet: one for each module, emptied in between."""
    wipe(running)
    yield running
    running.faults.clear()
    running.scm.post("assume", **dataclasses.asdict(Assumptions()))
    for company in ("usmf", "demf"):
        for name in ("CustomerAccount", "SalesOrderNumber", "SalesQuotationNumber"):
            running.scm.post("sequence", company=company, name=name, mode="automatic")
    open_gates()


def wipe(sandbox: Sandbox) -> None:
    """Take away what tests made, past all rules: starting a sandbox takes longer."""
    rows = sandbox.scm._twin.rows
    with rows.database.transaction():
        for name in EMPTIED:
            table = rows.schema.entities[name].table
            rows.database._write(f'DELETE FROM "{table}"', [])


def open_gates() -> None:
    """No test waits for the throttle of another: gates are shared by the whole process."""
    for gate in gate_module._gates.values():
        gate._opens = 0.0


def settings_of(sandbox: Sandbox, **given: Any) -> ScmSettings:
    identity = sandbox.world.identity
    return ScmSettings.model_validate(
        {
            "url": sandbox.url("scm"),
            "tenant": identity.tenant,
            "client_id": identity.client_id,
            "secret": identity.client_secret,
            "authority": sandbox.url("login"),
            "ca_file": sandbox.ca_file,
            "companies": {"usmf": DEFAULTS, "demf": DEFAULTS},
            "patience": 5,
            **given,
        }
    )


@pytest.fixture
def open_line(sandbox: Sandbox) -> Iterator[Open]:
    opened: list[Scm] = []

    def open_(**given: Any) -> Scm:
        line = SPEC.open(settings_of(sandbox, **given), SELECTIONS)
        assert isinstance(line, Scm)
        opened.append(line)
        return line

    yield open_
    for line in opened:
        line.close()


@pytest.fixture
def line(open_line: Open) -> Scm:
    return open_line()


@pytest.fixture
def trade(sandbox: Sandbox) -> Sandbox:
    """The sandbox with customers C1 to C3 in usmf, C1 in demf, and products released to both."""
    put = sandbox.scm.put
    for company, number in (("usmf", "C1"), ("usmf", "C2"), ("usmf", "C3"), ("demf", "C1")):
        customer(sandbox, company, number)
    for item in ("1000", "2000", " RFI-TEST-002"):
        put("ProductsV2", {"ProductNumber": item, "ProductName": f"Product {item.strip()}"})
        for company in ("usmf", "demf"):
            release(sandbox, company, item)
    return sandbox


def customer(sandbox: Sandbox, company: str, number: str, **more: Any) -> None:
    sandbox.scm.post("sequence", company=company, name="CustomerAccount", mode="changeable")
    row = {
        "dataAreaId": company,
        "CustomerAccount": number,
        "OrganizationName": f"O'Brien & Söhne {number}",
        "CustomerGroupId": "10",
        "SalesCurrencyCode": "EUR" if company == "demf" else "USD",
    }
    sandbox.scm.put("CustomersV3", {**row, **more})
    sandbox.scm.post("sequence", company=company, name="CustomerAccount", mode="automatic")


def release(sandbox: Sandbox, company: str, item: str, unit: str = "ea") -> None:
    units = {name: unit for name in DEFAULTS["defaults"]["product"] if name.endswith("UnitSymbol")}
    defaults = {**DEFAULTS["defaults"]["product"], **units}
    row = {"dataAreaId": company, "ItemNumber": item, "ProductNumber": item, "SalesPrice": 150}
    sandbox.scm.put("ReleasedProductsV2", {**row, **defaults})


def create(row: Mapping[str, Any], *parts: Part, origin: str | None = None) -> Write:
    origin = origin or str(uuid4())
    return Write(f"write {origin}", Action.CREATE, origin, None, row, parts)


def line_part(collection: str, row: Mapping[str, Any], id: str | None = None) -> Part:
    return Part(collection, Action.CREATE, id or str(uuid4()), None, row)


def walk(line: Scm, entity: str, limit: int = 50, cursor: str | None = None) -> list[Any]:
    pages = []
    for _ in range(500):
        page = line.changes(entity, cursor, limit)
        pages.append(page)
        cursor = page.cursor
        if not page.more:
            return pages
    raise AssertionError("reading never ends")
