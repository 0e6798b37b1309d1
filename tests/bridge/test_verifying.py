"""Sales and Supply Chain, over HTTPS: what people did behind the engine's back is found and mended."""

from pathlib import Path

import pytest

from oppbridge import Bridge
from oppbridge.cli import demo
from oppbridge.records.values import pattern
from oppbridge.sandbox import Sandbox
from oppbridge.sandbox.generate import SMALL, generate_masters, generate_sales

pytestmark = pytest.mark.integration
DEMO = Path(demo.__file__).with_name("demo.yaml")
FLOW = "quote-to-cash"


@pytest.fixture(scope="module")
def field(tmp_path_factory):
    path = tmp_path_factory.mktemp("verify") / "oppbridge.yaml"
    with Sandbox.start() as twins, pytest.MonkeyPatch.context() as patch:
        ready = twins.ready()
        patch.setenv("DEMO_SECRET", ready["client_secret"])
        path.write_text(DEMO.read_text("utf-8").format(**ready), "utf-8")
        generate_masters(twins, 7, SMALL)
        with Bridge.open(path) as bridge:
            bridge.run(FLOW)
            generate_sales(twins, 7, SMALL)
            bridge.run(FLOW)
            bridge.run(FLOW)
            yield twins, bridge


def told(found):
    return sorted(
        (d.kind.value, d.entity, d.system, *sorted({pattern(path) for path in d.fields}))
        for d in found.differences
    )


def test_planted_differences_are_found_repaired_by_a_plan_and_gone(field):
    twins, bridge = field
    before = bridge.verify(FLOW)
    assert told(before) == []
    assert before.equal
    customers = twins.scm.rows("CustomersV3", dataAreaId="usmf")
    key = ("usmf", customers[0]["CustomerAccount"])
    twins.scm.edit("CustomersV3", key, {"PrimaryContactPhone": "+1 555 0123"})
    [account] = twins.dataverse.rows(
        "account", "accountnumber = ?", customers[1]["CustomerAccount"]
    )
    twins.dataverse.edit("account", account["accountid"], {"address1_city": "Tacoma"})
    twins.dataverse.put("account", {"name": "Northwind", "address1_country": "USA"})
    quotes = twins.scm.rows("SalesQuotationHeadersV2", SalesQuotationStatus="Created")
    number = quotes[0]["SalesQuotationNumber"]
    [line, *_] = twins.scm.rows("SalesQuotationLines", SalesQuotationNumber=number)
    place = ("usmf", line["InventoryLotId"])
    twins.scm.edit("SalesQuotationLines", place, {"RequestedSalesQuantity": 41})
    found = bridge.verify(FLOW, repair=True)
    assert told(found) == [
        ("different", "account", "sales", "city"),
        ("different", "account", "scm", "phone"),
        ("different", "quote", "scm", "lines/*/discount", "lines/*/quantity"),
        ("unlinked", "account", "sales"),
    ]
    plan = bridge.plan(FLOW)
    assert {(w.system, w.action) for w in plan.writes} == {
        ("scm", "create"), ("scm", "update"), ("sales", "update")
    }  # fmt: skip
    bridge.apply(plan.digest)
    bridge.run(FLOW)
    assert told(bridge.verify(FLOW)) == []
