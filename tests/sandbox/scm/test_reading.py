import base64
import re

import pytest

ENUM = "Microsoft.Dynamics.DataEntities."


def test_the_service_document_lists_the_entity_sets(scm):
    sets = {row["name"] for row in scm.value("")}
    assert {"CustomersV3", "SalesOrderHeadersV2", "SalesOrderLines", "SalesInvoiceV2Lines"} <= sets


def test_without_cross_company_another_company_is_silently_missing(scm):
    account = scm.customer("demf", OrganizationName="Nur in Deutschland")
    wanted = f"CustomersV3?$filter=dataAreaId eq 'demf' and CustomerAccount eq '{account}'"
    assert scm.value(wanted) == []
    assert len(scm.value(f"{wanted}&cross-company=true")) == 1
    path = f"CustomersV3(dataAreaId='demf',CustomerAccount='{account}')"
    assert scm.get(path).status_code == 404
    assert scm.get(f"{path}?cross-company=true").status_code == 200


def test_a_user_sees_only_the_companies_given_to_it(scm):
    scm.customer("usmf"), scm.customer("demf")
    identity = scm.sandbox.world.identity.client_id
    scm.command("user", subject=identity, company="usmf", companies=["usmf"])
    try:
        rows = scm.value("CustomersV3?cross-company=true&$select=dataAreaId")
        assert {row["dataAreaId"] for row in rows} == {"usmf"}
        refused = scm.post("CustomersV3", dataAreaId="demf", OrganizationName="X")
        assert refused.status_code == 400
    finally:
        scm.command("user", subject=identity)


def test_key_matching_ignores_case_but_not_a_leading_blank(scm):
    number = scm.item(ItemNumber=" RFI-TEST-002")
    path = "ReleasedProductsV2(dataAreaId='USMF',ItemNumber='{}')?$select=ItemNumber,dataAreaId"
    found = scm.get(path.format("%20rfi-test-002")).json()
    assert (found["ItemNumber"], found["dataAreaId"]) == (number, "usmf")
    assert scm.get(path.format("RFI-TEST-002")).status_code == 404


def test_apostrophes_are_doubled_in_keys_and_filters(scm):
    account = scm.customer(CustomerAccount="O'N-1", OrganizationName="O'Neil & Söhne + Co")
    path = "CustomersV3(CustomerAccount='O''N-1',dataAreaId='usmf')?$select=OrganizationName"
    assert scm.get(path).json()["OrganizationName"] == "O'Neil & Söhne + Co"
    rows = scm.value("CustomersV3?$filter=CustomerAccount eq 'O''N-1'&$select=CustomerAccount")
    assert [row["CustomerAccount"] for row in rows] == [account]


@pytest.mark.parametrize(
    ("filter_", "expected"),
    [
        ("OrganizationName eq '*retail*'", 2),
        ("OrganizationName eq 'walk*'", 2),
        ("OrganizationName eq '*shop'", 1),
        ("OrganizationName eq 'WALKER RETAIL SHOP'", 1),
        ("OrganizationName ne '*retail*' and OrganizationName eq 'walk*'", 0),
        ("not (OrganizationName eq '*shop') and OrganizationName eq 'walk*'", 1),
        ("OrganizationName eq 'walk*' and CreditLimit gt 999.99", 1),
        ("OrganizationName eq 'walk*' and CreditLimit eq 0", 1),
        ("OrganizationName eq 'walk*' and CreditLimit add 5 gt 1004.5", 1),
        ("OrganizationName eq 'walk*' and CreditLimit div 4 eq 250", 1),
        ("OrganizationName eq 'walk*' and CreditLimit mul -1 eq -1000", 1),
        ("OrganizationName eq 'walk*' and KnownAs eq ''", 2),
        ("OrganizationName eq 'walk*' and KnownAs eq null", 0),
        (f"OrganizationName eq 'walk*' and OnHoldStatus eq {ENUM}CustVendorBlocked'No'", 2),
        (f"OrganizationName eq 'walk*' and IsOneTimeCustomer eq {ENUM}NoYes'Yes'", 1),
    ],
)
def test_filters_mean_what_the_service_means(scm, filter_, expected):
    if not scm.value("CustomersV3?$filter=OrganizationName eq 'walk*'&$select=CustomerAccount"):
        scm.customer(OrganizationName="Walker Retail Shop", CreditLimit=1000)
        scm.customer(OrganizationName="Walk-in retail", IsOneTimeCustomer="Yes")
    assert len(scm.value(f"CustomersV3?$filter={filter_}&$select=CustomerAccount")) == expected


@pytest.mark.parametrize(
    "filter_",
    [
        "CustomerAccount in ('a','b')",
        "contains(OrganizationName,'a')",
        "OnHoldStatus eq 'No'",
        "OnHoldStatus eq 0",
        f"OnHoldStatus gt {ENUM}CustVendorBlocked'No'",
        f"OnHoldStatus eq {ENUM}CustVendorBlocked'Nope'",
        f"OnHoldStatus has {ENUM}CustVendorBlocked'No'",
        "AddressValidFrom ge '2026-01-01T00:00:00Z'",
        "Nonsense eq 'a'",
        "organizationname eq 'a'",
        "CreditLimit eq '5'",
        "OrganizationName add 5 gt 3",
        "OrganizationName eq",
    ],
)
def test_filters_the_service_has_not_are_refused(scm, filter_):
    assert scm.get(f"CustomersV3?$filter={filter_}").status_code == 400


def test_functions_work_once_they_are_assumed(scm):
    scm.customer(OrganizationName="Functional GmbH")
    scm.assume(filter_functions=True)
    assert scm.value("CustomersV3?$filter=contains(OrganizationName,'ctional')")


def test_dates_compare_by_day(scm):
    order = scm.order(RequestedShippingDate="2031-05-06T12:00:00Z")
    wanted = "SalesOrderHeadersV2?$select=SalesOrderNumber&$filter=RequestedShippingDate {}"
    for text in ("ge 2031-05-06T00:00:00Z", "eq 2031-05-06T12:00:00Z", "gt 2031-05-05T12:00:00Z"):
        assert [r["SalesOrderNumber"] for r in scm.value(wanted.format(text))] == [order]
    assert scm.value(wanted.format("gt 2031-05-06T00:00:00Z")) == []


def test_values_are_never_null_and_look_as_on_the_wire(scm):
    row = scm.header(scm.order(LanguageId="en-us"))
    assert row["CustomersOrderReference"] == ""
    assert row["OrderTotalAmount"] == 0
    assert row["ConfirmedShippingDate"] == "1900-01-01T12:00:00Z"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT12:00:00Z", row["RequestedShippingDate"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", row["OrderCreationDateTime"])
    assert row["SalesOrderStatus"] == "None"
    assert row["IsOneTimeCustomer"] == "No"
    assert row["LanguageId"] == "en-US"
    assert row["TransportationDocumentLineId"] == "00000000-0000-0000-0000-000000000000"
    assert {k for k, v in row.items() if v is None} == {
        "DeliveryAddressTimeZone",
        "InvoiceAddressTimeZone",
    }


def test_a_date_sent_at_midnight_comes_back_at_noon(scm):
    order = scm.order(RequestedShippingDate="2031-01-31T00:00:00Z")
    assert scm.header(order)["RequestedShippingDate"] == "2031-01-31T12:00:00Z"


def test_midnight_west_of_utc_is_the_day_before_or_after_as_the_service_counts(scm):
    order = scm.order(RequestedShippingDate="2031-01-31T23:30:00-05:00")
    assert scm.header(order)["RequestedShippingDate"] == "2031-02-01T12:00:00Z"


def test_the_etag_lists_a_version_and_a_record_for_each_data_source(scm):
    tag = scm.header(scm.order())["@odata.etag"]
    payload = base64.b64decode(tag.removeprefix('W/"').removesuffix('"')).decode()
    pairs = payload.strip("'").split(";")
    assert re.fullmatch(r"1,56371\d+", pairs[0])
    assert pairs[1:] == ["0,0"] * 7


def test_an_etag_moves_with_the_row_and_not_with_its_totals(scm):
    order = scm.order()
    scm.line(order, scm.item())
    before = scm.header(order)["@odata.etag"]
    scm.command("calculate_totals", company="usmf", number=order)
    row = scm.header(order)
    assert (row["@odata.etag"], row["OrderTotalAmount"]) == (before, 100)
    key = f"SalesOrderHeadersV2(dataAreaId='usmf',SalesOrderNumber='{order}')"
    assert scm.patch(key, {"CustomersOrderReference": "A"}).status_code == 204
    assert scm.header(order)["@odata.etag"] != before


def test_selected_columns_come_alone_with_their_etag(scm):
    scm.customer()
    row = scm.value("CustomersV3?$select=OrganizationName&$top=1")[0]
    assert set(row) == {"@odata.etag", "OrganizationName"}
    assert scm.get("CustomersV3?$select=Nope").status_code == 400


def test_counts_come_inline_and_as_plain_text(scm):
    scm.customer()
    body = scm.get("CustomersV3?$count=true&$top=1&cross-company=true").json()
    text = scm.get("CustomersV3/$count?cross-company=true")
    assert text.headers["Content-Type"].startswith("text/plain")
    assert body["@odata.count"] == int(text.text) > 0


@pytest.mark.parametrize("form", ["skip", "token"])
def test_pages_follow_links_that_keep_the_options(scm, form):
    for number in range(7):
        scm.customer(KnownAs=f"paged {form}", CustomerAccount=f"{form}-{number}")
    scm.assume(page_size=3, next_link=form)
    found, url = [], f"CustomersV3?$filter=KnownAs eq 'paged {form}'&cross-company=true"
    url = f"{scm.base}/data/{url}&$select=CustomerAccount"
    pages = 0
    while url:
        body = scm.session.get(url).json()
        found += [row["CustomerAccount"] for row in body["value"]]
        url = body.get("@odata.nextLink")
        pages += 1
        assert url is None or "cross-company=true" in url
        assert url is None or ("$skip=" in url) == (form == "skip")
    assert found == [f"{form}-{number}" for number in range(7)]
    assert pages == 3


def test_a_client_pages_itself_with_top_and_skip(scm):
    for number in range(4):
        scm.customer(KnownAs="self paged", CustomerAccount=f"SP-{number}")
    path = "CustomersV3?$filter=KnownAs eq 'self paged'&$orderby=CustomerAccount desc"
    body = scm.get(f"{path}&$top=2&$skip=1&$select=CustomerAccount").json()
    assert [row["CustomerAccount"] for row in body["value"]] == ["SP-2", "SP-1"]
    assert "@odata.nextLink" not in body


def test_top_beyond_a_page_is_kept_over_links(scm):
    for number in range(6):
        scm.customer(KnownAs="topped", CustomerAccount=f"T-{number}")
    scm.assume(page_size=2)
    url = f"{scm.base}/data/CustomersV3?$filter=KnownAs eq 'topped'&$top=5&$select=CustomerAccount"
    sizes = []
    while url:
        body = scm.session.get(url).json()
        sizes.append(len(body["value"]))
        url = body.get("@odata.nextLink")
    assert sizes == [2, 2, 1]


def test_a_preferred_page_size_is_honoured_and_said(scm):
    for _ in range(3):
        scm.customer(KnownAs="preferred")
    answer = scm.get("CustomersV3?$filter=KnownAs eq 'preferred'", Prefer="odata.maxpagesize=2")
    assert answer.headers["Preference-Applied"] == "odata.maxpagesize=2"
    following = scm.session.get(answer.json()["@odata.nextLink"]).json()
    assert (len(answer.json()["value"]), len(following["value"])) == (2, 1)


def test_keyset_paging_reads_every_row_once(scm):
    wanted = sorted(scm.customer(KnownAs="keyset") for _ in range(5))
    found, last = [], ""
    while True:
        rows = scm.value(
            f"CustomersV3?$filter=KnownAs eq 'keyset' and CustomerAccount gt '{last}'"
            "&$orderby=CustomerAccount&$top=2&$select=CustomerAccount"
        )
        if not rows:
            break
        found += [row["CustomerAccount"] for row in rows]
        last = found[-1]
    assert found == wanted


def test_expand_goes_one_level_down_and_no_further(scm):
    order = scm.order()
    scm.line(order, scm.item(), 2)
    one = f"SalesOrderHeadersV2?$filter=SalesOrderNumber eq '{order}'&$select=SalesOrderNumber"
    row = scm.value(f"{one}&$expand=SalesOrderLines")[0]
    assert [line["OrderedSalesQuantity"] for line in row["SalesOrderLines"]] == [2]
    back = scm.value(
        f"SalesOrderLines?$filter=SalesOrderNumber eq '{order}'&$expand=SalesOrderHeaderV2"
    )
    assert back[0]["SalesOrderHeaderV2"]["SalesOrderNumber"] == order
    assert scm.get(f"{one}&$expand=SalesOrderLines($select=ItemNumber)").status_code == 400
    assert scm.get(f"{one}&$expand=Nope").status_code == 400


def test_a_navigation_can_be_followed_from_one_row(scm):
    order = scm.order()
    scm.line(order, scm.item())
    key = f"SalesOrderHeadersV2(dataAreaId='usmf',SalesOrderNumber='{order}')"
    assert len(scm.value(f"{key}/SalesOrderLines")) == 1
    assert scm.get(f"{key}/Microsoft.Dynamics.DataEntities.confirm").status_code == 404


def test_headers_v3_show_the_same_rows_with_more_columns(scm):
    order = scm.order()
    key = f"(dataAreaId='usmf',SalesOrderNumber='{order}')"
    older = scm.get(f"SalesOrderHeadersV2{key}").json()
    newer = scm.get(f"SalesOrderHeadersV3{key}").json()
    assert set(newer) - set(older) == {"ExcludeFromMasterPlanning", "RetailChannelTable"}
    assert newer["@odata.etag"] == older["@odata.etag"]


def test_unknown_sets_keys_and_options_are_told_apart(scm):
    assert scm.get("Customers").status_code == 404
    assert scm.get("customersv3").status_code == 404
    assert scm.get("CustomersV3('x')").status_code == 400
    assert scm.get("CustomersV3(dataAreaId='usmf')").status_code == 400
    assert scm.get("CustomersV3(dataAreaId='usmf',CustomerAccount='none')").status_code == 404
    assert scm.get("CustomersV3?$apply=aggregate(x)").status_code == 400
    assert scm.get("Currencies('USD')").json()["Name"] == "US Dollar"


def test_sales_posting_actions_are_not_offered(scm):
    action = "SalesOrderHeadersV2/Microsoft.Dynamics.DataEntities.confirmOrders"
    assert scm.session.post(f"{scm.base}/data/{action}", json={}).status_code == 404


def test_answers_carry_trace_headers(scm):
    headers = scm.get("Currencies").headers
    assert headers["OData-Version"] == "4.0"
    assert headers["Content-Type"] == "application/json; odata.metadata=minimal"
    assert headers["ms-dyn-aid"]
    assert headers["server-timing"]
