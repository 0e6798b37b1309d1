"""A Supply Chain twin with a customer and an item, and a client that speaks HTTP to it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from oppbridge.sandbox import Sandbox

_NUMBERS = itertools.count(1)


@dataclass
class Client:
    sandbox: Sandbox
    session: requests.Session

    @property
    def base(self) -> str:
        return self.sandbox.url("scm")

    def get(self, path: str, **headers: str) -> requests.Response:
        return self.session.get(f"{self.base}/data/{path}", headers=headers)

    def value(self, path: str) -> list[dict[str, Any]]:
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()["value"]

    def post(self, name: str, **row: Any) -> requests.Response:
        return self.session.post(f"{self.base}/data/{name}", json=row)

    def made(self, name: str, **row: Any) -> dict[str, Any]:
        answer = self.post(name, **row)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def patch(self, path: str, row: dict[str, Any], **headers: str) -> requests.Response:
        url = f"{self.base}/data/{path}?cross-company=true"
        return self.session.patch(url, json=row, headers=headers)

    def delete(self, path: str, **headers: str) -> requests.Response:
        return self.session.delete(f"{self.base}/data/{path}?cross-company=true", headers=headers)

    def command(self, what: str, /, **body: Any) -> requests.Response:
        return self.session.post(f"{self.base}/_sandbox/{what}", json=body)

    def assume(self, **answers: Any) -> None:
        assert self.command("assume", **answers).status_code == 200

    def customer(self, company: str = "usmf", **row: Any) -> str:
        row = {
            "CustomerGroupId": "30",
            "SalesCurrencyCode": "EUR" if company == "demf" else "USD",
            "OrganizationName": "Contoso",
            "SiteId": "1",
            "WarehouseId": "11",
        } | row
        return self.made("CustomersV3", dataAreaId=company, **row)["CustomerAccount"]

    def item(self, company: str = "usmf", **row: Any) -> str:
        number = row.pop("ItemNumber", f"I-{next(_NUMBERS)}")
        shared = {k: row.pop(k) for k in ("ProductType", "ProductSubtype") if k in row}
        self.made("ProductsV2", ProductNumber=f"P{number}", ProductName=f"Item {number}", **shared)
        released = {
            "InventoryUnitSymbol": "ea",
            "ItemModelGroupId": "FIFO",
            "ProductGroupId": "Goods",
            "SalesPrice": 100,
        } | row
        key = {"dataAreaId": company, "ItemNumber": number, "ProductNumber": f"P{number}"}
        self.made("ReleasedProductsV2", **key, **released)
        return number

    def order(self, company: str = "usmf", account: str | None = None, **row: Any) -> str:
        account = account or self.customer(company)
        customers = {
            "OrderingCustomerAccountNumber": account,
            "InvoiceCustomerAccountNumber": account,
        }
        return self.made("SalesOrderHeadersV2", dataAreaId=company, **customers, **row)[
            "SalesOrderNumber"
        ]

    def line(self, order: str, item: str, quantity: Any = 1, **row: Any) -> dict[str, Any]:
        return self.made(
            "SalesOrderLines",
            dataAreaId=row.pop("company", "usmf"),
            SalesOrderNumber=order,
            ItemNumber=item,
            OrderedSalesQuantity=quantity,
            **row,
        )

    def quotation(self, **row: Any) -> str:
        account = row.pop("account", None) or self.customer()
        return self.made(
            "SalesQuotationHeadersV2",
            dataAreaId="usmf",
            RequestingCustomerAccountNumber=account,
            SkipOpportunityCreationPrompt="Yes",
            **row,
        )["SalesQuotationNumber"]

    def header(self, order: str) -> dict[str, Any]:
        path = f"SalesOrderHeadersV2(dataAreaId='usmf',SalesOrderNumber='{order}')"
        return self.get(path).json()


def infolog(answer: requests.Response) -> str:
    assert answer.status_code == 400, answer.text
    error = answer.json()["error"]
    assert error["message"] == "An error has occurred."
    return error["innererror"]["message"]


@pytest.fixture(scope="module")
def scm() -> Iterator[Client]:
    with Sandbox.start() as sandbox, requests.Session() as session:
        session.trust_env = False
        session.verify = str(sandbox.ca_file)
        identity = sandbox.world.identity
        form = {
            "grant_type": "client_credentials",
            "client_id": identity.client_id,
            "client_secret": identity.client_secret,
            "scope": f"{sandbox.url('scm')}/.default",
        }
        url = f"{sandbox.url('login')}/{identity.tenant}/oauth2/v2.0/token"
        token = session.post(url, data=form).json()["access_token"]
        session.headers["Authorization"] = f"Bearer {token}"
        yield Client(sandbox, session)


@pytest.fixture(autouse=True)
def _assumptions_again(scm: Client) -> Iterator[None]:
    service = scm.sandbox.services["scm"]
    before = service.twin.assumptions
    yield
    service.twin.assumptions = before
    scm.sandbox.faults.clear()
