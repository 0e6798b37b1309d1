"""The price engine of opportunities, quotes and orders."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oppbridge.sandbox.dataverse.seed import UNIT, stock_id

from .conftest import Api, code

DOCUMENTS = [
    ("opportunities", "opportunityid", "opportunityproducts", "product_opportunities"),
    ("quotes", "quoteid", "quotedetails", "quote_details"),
    ("salesorders", "salesorderid", "salesorderdetails", "order_details"),
]


def amounts(api: Api, path: str) -> dict[str, Any]:
    """A row with its amounts as exact decimals."""
    import json

    found: dict[str, Any] = json.loads(api.call("GET", path).content, parse_float=Decimal)
    return found


@pytest.mark.parametrize(("header", "key", "lines", "nav"), DOCUMENTS)
def test_a_catalogue_line_takes_its_price_from_the_list(
    api: Api, header: str, key: str, lines: str, nav: str
) -> None:
    product = api.product(f"P-{header}", 12.345)
    row = api.new(
        header,
        {"name": "d", "pricelevelid@odata.bind": f"/pricelevels({stock_id('prices:USD')})"},
    )
    line = api.new(
        lines,
        {
            f"{key}@odata.bind": f"/{header}({row})",
            "productid@odata.bind": f"/products({product})",
            "uomid@odata.bind": f"/uoms({UNIT})",
            "quantity": 3,
            "priceperunit": 99,
        },
    )
    before = api.get(f"{header}({row})?$select=name")["@odata.etag"]
    found = amounts(api, f"{lines}({line})?$select=priceperunit,baseamount,extendedamount")
    assert (found["priceperunit"], found["extendedamount"]) == (Decimal("12.35"), Decimal("37.05"))
    api.patch(f"{lines}({line})", {"ispriceoverridden": True, "priceperunit": 10, "tax": 1.5})
    found = amounts(api, f"{header}({row})?$select=totalamount,totaltax,totallineitemamount")
    assert found["totalamount"] == Decimal("31.50")
    assert found["totallineitemamount"] == Decimal("30.00")
    assert api.get(f"{header}({row})?$select=name")["@odata.etag"] != before
    api.call("DELETE", f"{lines}({line})")
    assert amounts(api, f"{header}({row})?$select=totalamount")["totalamount"] == 0


def cents(amount: Decimal, digits: int = 2) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


money = st.decimals(0, 5000, places=2)
written = st.tuples(st.decimals(-50, 50, places=3), money, st.decimals(0, 20, places=2), money)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    lines=st.lists(written, min_size=1, max_size=4),
    discount=money,
    percentage=st.decimals(0, 100, places=2),
    freight=money,
    yen=st.booleans(),
)
def test_totals_follow_the_published_formula_to_the_smallest_unit(
    api: Api,
    lines: list[tuple[Decimal, Decimal, Decimal, Decimal]],
    discount: Decimal,
    percentage: Decimal,
    freight: Decimal,
    yen: bool,  # noqa: FBT001
) -> None:
    digits = 0 if yen else 2
    currency = stock_id("currency:JPY" if yen else "currency:USD")
    body = {
        "name": "f",
        "isrevenuesystemcalculated": True,
        "transactioncurrencyid@odata.bind": f"/transactioncurrencies({currency})",
        "discountamount": discount,
        "discountpercentage": percentage,
        "freightamount": freight,
        "product_opportunities": [
            {
                "productdescription": "x",
                "quantity": q,
                "priceperunit": p,
                "manualdiscountamount": d,
                "tax": t,
            }
            for q, p, d, t in lines
        ],
    }
    text = orjson.dumps(body, default=lambda number: orjson.Fragment(str(number)))
    made = api.session.post(
        f"{api.root}/opportunities", data=text, headers={"Content-Type": "application/json"}
    )
    found = amounts(api, made.headers["OData-EntityId"])
    net, taxes = Decimal(0), Decimal(0)
    for quantity, price, manual, tax in lines:
        net += cents(price * quantity, digits) - cents(manual, digits)
        taxes += cents(tax, digits)
    off = cents(cents(discount, digits) + net * percentage / 100, digits)
    assert found["totallineitemamount"] == net
    assert found["totaldiscountamount"] == off
    assert found["totalamountlessfreight"] == net - off
    assert found["totalamount"] == net - off + cents(freight, digits) + taxes
    assert found["estimatedvalue"] == found["totalamount"]
    base = (found["totalamount"] / found["exchangerate"]).quantize(Decimal("0.0001"))
    assert found["totalamount_base"] == base


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ({"quantity": 1}, "0x80043b11"),
        ({"quantity": 1, "productdescription": "x"}, "0x80043b10"),
        ({"quantity": 1, "productdescription": "x", "priceperunit": 1, "unit": True}, "0x80043afa"),
        ({"quantity": 1, "product": True}, "0x80043b0d"),
        ({"quantity": 1, "product": True, "unit": True, "productdescription": "x"}, "0x80043afb"),
        ({"quantity": 1, "product": True, "unit": True, "manualdiscountamount": -1}, "0x80044330"),
    ],
)
def test_a_line_must_name_its_product_one_way(api: Api, line: dict[str, Any], wanted: str) -> None:
    if "X" not in _made:
        _made["X"] = api.product("PX", 1)
    row = api.new("quotes", {"name": "q"})
    body = {name: value for name, value in line.items() if name not in ("unit", "product")}
    body["quoteid@odata.bind"] = f"/quotes({row})"
    if line.get("unit"):
        body["uomid@odata.bind"] = f"/uoms({UNIT})"
    if line.get("product"):
        body["productid@odata.bind"] = f"/products({_made['X']})"
    refused = api.post("quotedetails", body)
    assert (refused.status_code, code(refused)) == (400, wanted)


_made: dict[str, str] = {}


def test_a_product_missing_from_the_list_is_an_error_code_not_a_refusal(api: Api) -> None:
    product = api.product("P-EUR", 5, "EUR")
    row = api.new(
        "opportunities",
        {"name": "o", "pricelevelid@odata.bind": f"/pricelevels({stock_id('prices:USD')})"},
    )
    line = api.new(
        "opportunityproducts",
        {
            "opportunityid@odata.bind": f"/opportunities({row})",
            "productid@odata.bind": f"/products({product})",
            "uomid@odata.bind": f"/uoms({UNIT})",
            "quantity": 1,
        },
    )
    assert (
        api.get(f"opportunityproducts({line})?$select=pricingerrorcode")["pricingerrorcode"] == 11
    )
    assert api.get(f"opportunities({row})?$select=pricingerrorcode")["pricingerrorcode"] == 1


def test_currencies_of_lines_and_lists_must_match(api: Api) -> None:
    euro = f"/pricelevels({stock_id('prices:EUR')})"
    refused = api.post("opportunities", {"name": "o", "pricelevelid@odata.bind": euro})
    assert code(refused) == "0x80048cf6"
    line = [{"productdescription": "x", "quantity": 1, "priceperunit": 1}]
    row = api.new("quotes", {"name": "q", "quote_details": line})
    other = {
        "transactioncurrencyid@odata.bind": f"/transactioncurrencies({stock_id('currency:EUR')})"
    }
    assert code(api.patch(f"quotes({row})", other)) == "0x8004480e"


def test_without_lines_a_given_estimate_stays(api: Api) -> None:
    row = api.new("opportunities", {"name": "o", "estimatedvalue": 500, "totalamount": 7})
    found = amounts(api, f"opportunities({row})?$select=estimatedvalue,totalamount")
    assert (found["estimatedvalue"], found["totalamount"]) == (500, 0)


def test_an_integration_user_owns_order_prices_when_the_flag_is_on(api: Api) -> None:
    from oppbridge.sandbox.dataverse.seed import APPLICATION_USER

    twin = api.sandbox.dataverse
    line = [{"productdescription": "x", "quantity": 2, "priceperunit": 3, "extendedamount": 5.55}]
    plain = api.new("salesorders", {"name": "p", "order_details": line})
    assert amounts(api, f"salesorders({plain})?$select=totalamount")["totalamount"] == 6
    api.session.post(
        api.sandbox.url("dataverse") + "/_sandbox/organization", json={"issopintegrationenabled": 1}
    )
    twin.edit("systemuser", APPLICATION_USER, {"isintegrationuser": True})
    owned = api.new("salesorders", {"name": "o", "totalamount": 5.55, "order_details": line})
    api.session.post(
        api.sandbox.url("dataverse") + "/_sandbox/organization", json={"issopintegrationenabled": 0}
    )
    assert amounts(api, f"salesorders({owned})?$select=totalamount")["totalamount"] == Decimal(
        "5.55"
    )
