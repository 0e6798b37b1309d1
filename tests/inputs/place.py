"""Two systems that trade, OppBridge's folder between them, and what a run leaves behind."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from oppbridge.bridge import Bridge
from oppbridge.contract import join_key
from oppbridge.engine import Report
from oppbridge.errors import OppBridgeError
from oppbridge.sandbox import Sandbox
from oppbridge.sandbox.generate.sales_desk import UNIT, currency, price_list
from tests.docs.worlds import configured, give_secrets, unlimited

ABSORBED, LISTED, STOPPED = "absorbed", "listed", "stopped"
NEIGHBOUR = "Good Neighbour"


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter, a held write or a waiting one: what it says and of which record."""

    state: str
    system: str
    key: str | None
    uid: str
    name: str
    why: str
    shown: str


@dataclass
class Place:
    """The systems, and OppBridge's folder with a configuration in it."""

    sandbox: Sandbox
    folder: Path
    flow: str = "quote-to-cash"
    reports: list[Report] = field(default_factory=list)

    @property
    def config(self) -> Path:
        """The configuration."""
        return self.folder / "oppbridge.yaml"

    def run(self) -> Report:
        """One run, as the command line does it."""
        with Bridge.open(self.config) as bridge:
            self.reports.append(bridge.run(self.flow))
        return self.reports[-1]

    def settle(self, most: int = 6) -> Report:
        """Run until nothing is written any more."""
        for _ in range(most):
            found = self.run()
            if not found.wrote:
                return found
        raise AssertionError(f"never rests: {found.to_json()}")

    def letters(self) -> list[Letter]:
        """All that is listed."""
        with Bridge.open(self.config) as bridge:
            found = [*bridge.dead(self.flow), *bridge.held(self.flow)]
        return [
            Letter(
                one.state,
                one.system,
                one.key,
                one.uid,
                one.name,
                str(one.why),
                " ".join(f"{path} {change.after}" for path, change in one.fields.items()),
            )
            for one in found
        ]

    def said_of(self, name: str) -> list[str]:
        """What is listed of one record, by its id, key or name: the reason, then the values."""
        return [
            f"{one.why} ({one.shown})"
            for one in self.letters()
            if name in (one.uid, one.key, one.name)
        ]

    def waiting(self, name: str) -> list[str]:
        """Why writes of one record wait, or what its plan says is left to do."""
        with Bridge.open(self.config) as bridge:
            plan = bridge.plan(self.flow)
        return [
            str(one.why) for one in plan.writes if name in (one.uid, one.key, one.name) and one.why
        ]

    def refusal(self) -> str:
        """How a run that stops says so; empty where it does not stop."""
        try:
            found = self.run()
        except OppBridgeError as exc:
            return f"{type(exc).__name__}: {exc}"
        return "; ".join([*found.stopped, *found.problems])

    # -- people -------------------------------------------------------------

    def account(self, **row: Any) -> str:
        """A person enters an account in Sales."""
        return self.sandbox.dataverse.put("account", {**currency("USD"), **row})

    def customer(self, number: str, **row: Any) -> tuple[str, str]:
        """A person enters a customer in Supply Chain."""
        given = {
            "dataAreaId": "usmf",
            "CustomerAccount": number,
            "CustomerGroupId": "30",
            "SalesCurrencyCode": "USD",
            "OrganizationName": f"Customer {number}",
            **row,
        }
        self.sandbox.scm.bring("CustomersV3", given)
        return ("usmf", number)

    def product(self, number: str, **row: Any) -> str:
        """A person releases a product in Supply Chain."""
        names = {"ProductNumber": number, "ProductName": f"Product {number}", "ProductType": "Item"}
        self.sandbox.scm.put("ProductsV2", names)
        released = {
            "dataAreaId": "usmf",
            "ItemNumber": number,
            "ProductNumber": number,
            "SalesPrice": 20,
            "InventoryUnitSymbol": "ea",
            "ItemModelGroupId": "FIFO",
            "ProductGroupId": "Parts",
            "StorageDimensionGroupName": "SiteWH",
            "TrackingDimensionGroupName": "None",
            **row,
        }
        self.sandbox.scm.put("ReleasedProductsV2", released)
        return number

    def order(self, customer: str, name: str, item: str, **line: Any) -> str:
        """A person enters an order of one line in Supply Chain; its number."""
        columns = ("OrderingCustomerAccountNumber", "InvoiceCustomerAccountNumber")
        head = {"dataAreaId": "usmf", "SalesOrderName": name, **dict.fromkeys(columns, customer)}
        number = str(self.sandbox.scm.put("SalesOrderHeadersV2", head)["SalesOrderNumber"])
        given = {
            "dataAreaId": "usmf",
            "SalesOrderNumber": number,
            "ItemNumber": item,
            "ShippingSiteId": "1",
            "ShippingWarehouseId": "11",
            **line,
        }
        self.sandbox.scm.put("SalesOrderLines", given)
        self.sandbox.scm.post("calculate_totals", company="usmf", number=number)
        return number

    def quote(self, account: str, name: str, item: str | None = None, **head: Any) -> str:
        """A person enters a quote in Sales, of one line if an item is named."""
        bind = {"customerid_account@odata.bind": f"/accounts({account})"}
        row = {"name": name, **bind, **currency("USD"), **price_list("USD"), **head}
        quote = self.sandbox.dataverse.put("quote", row)
        if item is not None:
            [product] = self.sandbox.dataverse.rows("product", "productnumber = ?", item)
            line = {
                "quoteid@odata.bind": f"/quotes({quote})",
                "productid@odata.bind": f"/products({product['productid']})",
                "uomid@odata.bind": f"/uoms({UNIT})",
                "ispriceoverridden": True,
                "priceperunit": 10,
                "quantity": 1,
            }
            self.sandbox.dataverse.put("quotedetail", line)
        return quote

    def quotation_of(self, quote: str) -> Mapping[str, Any] | None:
        """The quotation that carries a quote's id; there are never two."""
        found = self.sandbox.scm.rows("SalesQuotationHeadersV2", CustomersReference=quote)
        assert len(found) <= 1, f"{len(found)} quotations for one quote"
        return found[0] if found else None

    def sales_order(self, name: str) -> Mapping[str, Any]:
        """The one order of this name in Sales."""
        [found] = self.sandbox.dataverse.rows("salesorder", "name = ?", name)
        return found

    # -- what stands --------------------------------------------------------

    def customer_of(self, account: str) -> Mapping[str, Any] | None:
        """The customer that carries an account's id; there are never two."""
        found = self.sandbox.scm.rows("CustomersV3", IdentificationNumber=account)
        assert len(found) <= 1, f"{len(found)} customers for one account"
        return found[0] if found else None

    def account_of(self, customer: tuple[str, str]) -> Mapping[str, Any] | None:
        """The account of a customer; there are never two."""
        found = self.sandbox.scm.get("CustomersV3", *customer)
        assert found is not None
        number = found["CustomerAccount"]
        rows = self.sandbox.dataverse.rows("account", "accountnumber = ?", number)
        assert len(rows) <= 1, f"{len(rows)} accounts for customer {number}"
        return rows[0] if rows else None

    def force(self, table: str, row_id: str, **values: Any) -> None:
        """Put values into columns in Sales as no form would: past every rule."""
        database = self.sandbox.dataverse.database
        with database.transaction():
            database.update(table, (row_id,), values)


def key_of(customer: tuple[str, str]) -> str:
    """A customer's key as OppBridge spells it."""
    return join_key(*customer)


@contextmanager
def trading() -> Iterator[Place]:
    """Fresh systems and the demo's configuration."""
    sandbox = unlimited()
    try:
        with (
            tempfile.TemporaryDirectory(prefix="oppbridge-inputs-") as name,
            pytest.MonkeyPatch.context() as patch,
        ):
            give_secrets(sandbox)
            patch.delenv("OPPBRIDGE_CONFIG", raising=False)
            place = Place(sandbox, Path(name))
            configured(sandbox, place.folder)
            yield place
    finally:
        sandbox.stop()


__all__ = ["ABSORBED", "LISTED", "NEIGHBOUR", "STOPPED", "Letter", "Place", "key_of", "trading"]
