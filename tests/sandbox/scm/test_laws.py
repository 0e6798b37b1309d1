"""What holds for any key, any instant, any number of rows and any page size."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from urllib.parse import unquote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oppbridge.sandbox.scm.addresses import key_text, parse_address
from oppbridge.sandbox.scm.prices import line_amount
from oppbridge.sandbox.scm.refusals import Malformed
from oppbridge.sandbox.scm.schema import load
from oppbridge.sandbox.scm.values import accept, to_stamp

SCHEMA = load()
CUSTOMERS = SCHEMA.entities["CustomersV3"]
INVOICES = SCHEMA.entities["SalesInvoiceHeadersV2"]
ORDERS = SCHEMA.entities["SalesOrderHeadersV2"]
key_words = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=20)
offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(1901, 1, 1), datetime(2150, 1, 1), timezones=offsets)  # noqa: DTZ001
days = st.dates(date(1900, 1, 1), date(2154, 12, 31))
_RUNS = itertools.count()


@given(account=key_words)
def test_a_key_survives_its_own_link(account):
    account = account.rstrip(" ")
    link = f"CustomersV3{key_text(CUSTOMERS, ('usmf', account))}/$rest"
    address = parse_address(unquote(link), SCHEMA)
    assert (address.entity, address.key, address.rest) == (CUSTOMERS, ("usmf", account), "$rest")


@given(number=key_words, day=days)
def test_a_key_with_a_date_survives_its_own_link(number, day):
    key = ("usmf", number.rstrip(" "), f"{day}T12:00:00Z", "V-1")
    address = parse_address(unquote(f"SalesInvoiceHeadersV2{key_text(INVOICES, key)}"), SCHEMA)
    assert address.key == key


@given(moment=moments)
def test_instants_are_kept_in_utc_to_the_second(moment):
    column = ORDERS.columns["OrderCreationDateTime"]
    kept = to_stamp(moment.isoformat(), column)
    again = datetime.fromisoformat(kept)
    assert again == moment.astimezone(UTC).replace(microsecond=0)
    assert to_stamp(kept, column) == kept


@given(day=days)
def test_dates_are_kept_at_noon(day):
    column = ORDERS.columns["RequestedShippingDate"]
    for text in (f"{day}", f"{day}T00:00:00Z", f"{day}T12:00:00Z", f"{day}T23:59:59Z"):
        assert accept(text, column, ORDERS, SCHEMA) == f"{day}T12:00:00Z"


@pytest.mark.parametrize("text", ["1899-12-31", "2155-01-01", "0001-01-01T00:00:00+14:00"])
def test_dates_beyond_the_services_time_are_refused(text):
    with pytest.raises(Malformed):
        to_stamp(text, ORDERS.columns["RequestedShippingDate"])


@given(amount=st.decimals(-(10**15), 10**15, allow_nan=False, allow_infinity=False))
def test_decimals_keep_their_value(amount):
    column = ORDERS.columns["TotalDiscountPercentage"]
    assert accept(amount, column, ORDERS, SCHEMA) == amount


@given(
    price=st.decimals("0.01", "9999", places=2),
    parts=st.lists(st.integers(1, 50), min_size=1, max_size=6),
)
def test_a_line_split_in_parts_costs_the_same_where_nothing_is_rounded(price, parts):
    line = dict.fromkeys(
        (
            "FixedPriceCharges",
            "LineDiscountAmount",
            "LineDiscountPercentage",
            "MultilineDiscountAmount",
            "MultilineDiscountPercentage",
        ),
        Decimal(0),
    ) | {"SalesPrice": price, "SalesPriceQuantity": Decimal(1)}
    whole = line_amount(line, Decimal(sum(parts)), "USD", "multiply")
    assert whole == sum(line_amount(line, Decimal(part), "USD", "multiply") for part in parts)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    count=st.integers(0, 9),
    page=st.integers(1, 4),
    top=st.none() | st.integers(1, 10),
    preferred=st.none() | st.integers(1, 3),
    form=st.sampled_from(["skip", "token"]),
)
def test_links_show_every_row_once_in_order(scm, count, page, top, preferred, form):
    mark = f"law {next(_RUNS)}"
    # A request for exactly one page with an offset looks like the service's own link.
    scm.assume(page_size=page, next_link=form)
    for at in range(count):
        scm.customer(KnownAs=mark, CustomerAccount=f"{mark}-{at}")
    url = f"{scm.base}/data/CustomersV3?$filter=KnownAs eq '{mark}'&$select=CustomerAccount"
    url += f"&$top={top}" if top else ""
    headers = {"Prefer": f"odata.maxpagesize={preferred}"} if preferred else {}
    found = []
    while url:
        body = scm.session.get(url, headers=headers).json()
        found += [row["CustomerAccount"] for row in body["value"]]
        assert len(body["value"]) <= min(page, preferred or page)
        url = body.get("@odata.nextLink")
    expected = [f"{mark}-{at}" for at in range(count)]
    assert found == expected[: top or None]
