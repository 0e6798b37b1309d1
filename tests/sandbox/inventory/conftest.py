"""Inventory Visibility beside a Supply Chain twin that has stock, and a client that signed in."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from oppbridge.sandbox import Sandbox
from oppbridge.sandbox.login import INVENTORY_APP

SCOPE = "https://inventoryservice.operations365.dynamics.com/.default"


@dataclass
class Client:
    sandbox: Sandbox
    session: requests.Session

    @property
    def base(self) -> str:
        environment = self.sandbox.world.identity.environment_id
        return f"{self.sandbox.url('inventory')}/api/environment/{environment}"

    def post(self, path: str, body: Any, **headers: str) -> requests.Response:
        return self.session.post(f"{self.base}/{path}", json=body, headers=headers)

    def done(self, path: str, body: Any) -> Any:
        answer = self.post(path, body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def event(self, product: str = "T-shirt", **more: Any) -> dict[str, Any]:
        return {
            "id": str(uuid.uuid4()),
            "organizationId": "usmf",
            "productId": product,
            "dimensions": {"siteId": "1", "locationId": "11", "colorId": "red"},
        } | more

    def query(self, product: str = "T-shirt", **more: Any) -> list[dict[str, Any]]:
        return self.done("onhand/indexquery", question(product, **more))

    def quantity(self, product: str, measure: str) -> float:
        rows = self.query(product)
        source, name = measure.split(".")
        return sum(row["quantities"][source].get(name, 0) for row in rows)


def question(product: str, **more: Any) -> dict[str, Any]:
    filters = {
        "organizationId": ["usmf"],
        "productId": [product],
        "siteId": ["1"],
        "locationId": ["11"],
    }
    filters |= more.pop("filters", {})
    return {"filters": filters, "groupByValues": [], "returnNegative": True} | more


def first_token(sandbox: Sandbox, session: requests.Session, scope: str) -> str:
    identity = sandbox.world.identity
    form = {
        "grant_type": "client_credentials",
        "client_id": identity.client_id,
        "client_secret": identity.client_secret,
        "scope": scope,
    }
    url = f"{sandbox.url('login')}/{identity.tenant}/oauth2/v2.0/token"
    return session.post(url, data=form).json()["access_token"]


def exchange_body(sandbox: Sandbox, entra: str) -> dict[str, str]:
    return {
        "grant_type": "client_credentials",
        "client_assertion_type": "aad_app",
        "client_assertion": entra,
        "scope": SCOPE,
        "context": sandbox.world.identity.environment_id,
        "context_type": "finops-env",
    }


@pytest.fixture(scope="module")
def inventory() -> Iterator[Client]:
    with Sandbox.start() as sandbox, requests.Session() as session:
        session.trust_env = False
        session.verify = str(sandbox.ca_file)
        session.headers["Api-Version"] = "1.0"
        entra = first_token(sandbox, session, f"{INVENTORY_APP}/.default")
        url = f"{sandbox.url('inventory')}/token"
        token = session.post(url, json=exchange_body(sandbox, entra)).json()["access_token"]
        session.headers["Authorization"] = f"Bearer {token}"
        yield Client(sandbox, session)
