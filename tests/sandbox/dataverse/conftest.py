"""One Dataverse twin per module, and a caller that speaks its Web API."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from oppbridge.sandbox import Sandbox
from oppbridge.sandbox.dataverse import Settings
from oppbridge.sandbox.dataverse.schema.model import text
from oppbridge.sandbox.dataverse.seed import UNIT, UNIT_GROUP, stock_id


@dataclass(frozen=True)
class Api:
    """The Web API of a running twin, as `requests` sees it."""

    sandbox: Sandbox
    session: requests.Session

    @property
    def root(self) -> str:
        return self.sandbox.url("dataverse") + "/api/data/v9.2"

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> requests.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        url = path if path.startswith("https://") else f"{self.root}/{path}"
        return self.session.request(method, url, json=body, headers=named)

    def get(self, path: str, **headers: str) -> Any:
        answer = self.call("GET", path, **headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any, **headers: str) -> requests.Response:
        return self.call("POST", path, body, **headers)

    def patch(self, path: str, body: Any, **headers: str) -> requests.Response:
        return self.call("PATCH", path, body, **headers)

    def new(self, path: str, body: Any) -> str:
        """Create a row and return its id."""
        answer = self.post(path, body)
        assert answer.status_code == 204, answer.text
        return answer.headers["OData-EntityId"].rpartition("(")[2].rstrip(")")

    def product(self, number: str, price: float, currency: str = "USD") -> str:
        """A product in the standard price list of a currency."""
        made = self.new(
            "products",
            {
                "name": f"Product {number}",
                "productnumber": number,
                "quantitydecimal": 2,
                "defaultuomid@odata.bind": f"/uoms({UNIT})",
                "defaultuomscheduleid@odata.bind": f"/uomschedules({UNIT_GROUP})",
            },
        )
        self.new(
            "productpricelevels",
            {
                "pricelevelid@odata.bind": f"/pricelevels({stock_id(f'prices:{currency}')})",
                "productid@odata.bind": f"/products({made})",
                "uomid@odata.bind": f"/uoms({UNIT})",
                "amount": price,
            },
        )
        return made


def code(answer: requests.Response) -> str:
    """The error code of a refusal, in lower case."""
    return str(answer.json()["error"]["code"]).lower()


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    settings = Settings(
        columns={"account": (text("opp_externalid", 100),)},
        keys={"account": (("opp_externalid",),), "contact": (("employeeid", "governmentid"),)},
        untracked=frozenset({"annotation"}),
    )
    with Sandbox.start(dataverse=settings) as sandbox, requests.Session() as session:
        session.trust_env = False
        session.verify = str(sandbox.ca_file)
        session.headers["Authorization"] = "Bearer test"
        yield Api(sandbox, session)


@pytest.fixture(autouse=True)
def _calm(api: Api) -> Iterator[None]:
    yield
    api.sandbox.faults.clear()
