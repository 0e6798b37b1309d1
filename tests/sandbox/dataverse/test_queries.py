"""Collections: filters, orders, expansions, counts, pages."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oppbridge.sandbox.dataverse.seed import APPLICATION_USER

from .conftest import Api, code


@pytest.fixture(scope="module")
def company(api: Api) -> str:
    parent = api.new("accounts", {"name": "Q Parent", "accountnumber": "Q0"})
    for i in range(7):
        api.new(
            "accounts",
            {
                "name": f"Q{i} O'Brian & Söhne",
                "accountnumber": f"Q{i + 1}",
                "numberofemployees": i if i % 3 else None,
                "creditlimit": i * 100.5,
                "creditonhold": i % 2 == 0,
                "parentaccountid@odata.bind": f"/accounts({parent})",
            },
        )
    return parent


def names(api: Api, condition: str) -> list[str]:
    rows = api.get(
        f"accounts?$select=accountnumber&$filter={quote(condition)}&$orderby=accountnumber"
    )
    return [
        row["accountnumber"]
        for row in rows["value"]
        if (row["accountnumber"] or "").startswith("Q")
    ]


@pytest.mark.parametrize(
    ("condition", "wanted"),
    [
        ("accountnumber eq 'q3'", "3"),
        ("contains(name,'o''brian') and creditlimit gt 301.5", "567"),
        ("creditlimit eq 100.50", "2"),
        ("creditlimit ge 100.5 and creditlimit lt 301.50", "23"),
        ("startswith(accountnumber,'Q') and numberofemployees eq null", "0147"),
        ("startswith(accountnumber,'Q') and not (numberofemployees ne null)", "0147"),
        ("creditonhold eq true and startswith(accountnumber,'Q')", "1357"),
        ("parentaccountid/accountnumber eq 'Q0' and numberofemployees ge 4", "56"),
        ("account_parent_account/any(a:a/creditlimit gt 600)", "0"),
        ("account_parent_account/all(a:a/creditlimit ge 0) and accountnumber eq 'Q0'", "0"),
        (
            "Microsoft.Dynamics.CRM.In(PropertyName='accountnumber',PropertyValues=['Q1','Q2'])",
            "12",
        ),
        ("Microsoft.Dynamics.CRM.In(PropertyName='accountnumber',PropertyValues=['Q1'])", "1"),
        (
            "Microsoft.Dynamics.CRM.Between(PropertyName='numberofemployees',PropertyValues=['1','2'])",
            "23",
        ),
        (
            "Microsoft.Dynamics.CRM.LastXHours(PropertyName='modifiedon',PropertyValue=1)",
            "01234567",
        ),
        (
            "Microsoft.Dynamics.CRM.EqualUserId(PropertyName='ownerid') and accountnumber eq 'Q5'",
            "5",
        ),
        (f"_ownerid_value eq {APPLICATION_USER} and accountnumber eq 'Q6'", "6"),
        ("accountnumber in ('Q1','Q7')", "17"),
        ("contains(name,'Söhne') and endswith(accountnumber,'7')", "7"),
        ("createdon gt 2020-01-01T00:00:00Z and accountnumber eq 'Q2'", "2"),
        (" or ".join(f"accountnumber eq 'Q{i}'" for i in range(600)), "01234567"),
    ],
)
def test_a_filter_finds_what_it_says(api: Api, company: str, condition: str, wanted: str) -> None:
    assert names(api, condition) == [f"Q{digit}" for digit in wanted]


@pytest.mark.parametrize(
    "query",
    [
        "$filter=nosuch eq 1",
        "$filter=name eq 5",
        "$filter=name eq",
        "$filter=Microsoft.Dynamics.CRM.Nonsense(PropertyName='name')",
        "$select=nosuch",
        "$orderby=nosuch",
        "$expand=nosuch",
        "$expand=primarycontactid($levels=2)",
        "$skip=5",
        "$search=x",
        "$format=json",
        "$top=5001",
        "foo=1",
    ],
)
def test_what_is_not_supported_is_refused(api: Api, query: str) -> None:
    refused = api.call("GET", f"accounts?{query}")
    assert (refused.status_code, code(refused)) == (400, "0x80060888")


def test_expansion_goes_both_ways_and_down(api: Api, company: str) -> None:
    query = (
        "accounts?$select=name&$filter=accountnumber eq 'Q0'&$expand="
        "account_parent_account($select=name;$filter=creditlimit ge 500;$orderby=name desc;$top=1),"
        "parentaccountid($select=name)"
    )
    row = api.get(query)["value"][0]
    assert [child["name"][:2] for child in row["account_parent_account"]] == ["Q6"]
    assert row["parentaccountid"] is None
    link = row["account_parent_account@odata.nextLink"]
    assert len(api.get(link)["value"]) == 7
    deep = api.get(
        f"accounts({company})?$select=name&$expand=account_parent_account($select=name;"
        "$expand=parentaccountid($select=accountnumber))"
    )
    parents = {c["parentaccountid"]["accountnumber"] for c in deep["account_parent_account"]}
    assert parents == {"Q0"}
    reference = api.get("accounts?$filter=accountnumber eq 'Q1'&$expand=parentaccountid/$ref")
    assert reference["value"][0]["parentaccountid"]["@odata.id"].endswith(f"accounts({company})")


def test_counts_stop_at_what_is_there(api: Api, company: str) -> None:
    counted = api.get(
        "accounts?$select=name&$filter=startswith(accountnumber,'Q')&$count=true&$top=2"
    )
    assert (counted["@odata.count"], len(counted["value"])) == (8, 2)
    assert "@odata.nextLink" not in counted
    text = api.call("GET", "accounts/$count?$filter=startswith(accountnumber,'Q')").content
    assert text.decode("utf-8-sig") == "8"
    total = api.get('RetrieveTotalRecordCount(EntityNames=@p1)?@p1=["account"]')
    assert total["EntityRecordCountCollection"]["Values"][0] >= 8


def test_a_parameter_alias_stands_for_its_value(api: Api, company: str) -> None:
    rows = api.get("accounts?$select=name&$filter=accountnumber eq @p1&@p1='Q1'")["value"]
    assert len(rows) == 1


def test_apply_groups_and_sums(api: Api, company: str) -> None:
    apply = (
        "filter(startswith(accountnumber,'Q'))/groupby((creditonhold),"
        "aggregate(creditlimit with sum as total,$count as n))"
    )
    rows = {row["creditonhold"]: row for row in api.get(f"accounts?$apply={quote(apply)}")["value"]}
    assert (rows[True]["total"], rows[True]["n"]) == (1206.0, 4)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    orders=st.lists(
        st.tuples(
            st.sampled_from(
                ["numberofemployees", "creditlimit", "name", "creditonhold", "accountid"]
            ),
            st.sampled_from(["", " asc", " desc"]),
        ),
        max_size=3,
        unique_by=lambda order: order[0],
    ),
    size=st.integers(1, 9),
)
def test_pages_in_any_order_hold_each_row_once(
    api: Api, company: str, orders: list[tuple[str, str]], size: int
) -> None:
    order = ",".join(name + way for name, way in orders)
    address = "accounts?$select=accountnumber&$filter=startswith(accountnumber,'Q')"
    if order:
        address += f"&$orderby={quote(order)}"
    whole = [row["accountnumber"] for row in api.get(address)["value"]]
    paged: list[Any] = []
    link: str | None = address
    while link:
        page = api.get(link, Prefer=f"odata.maxpagesize={size}")
        assert 0 < len(page["value"]) <= size
        paged += [row["accountnumber"] for row in page["value"]]
        link = page.get("@odata.nextLink")
    assert paged == whole
    assert len(whole) == 8


def test_a_cookie_from_elsewhere_is_refused(api: Api) -> None:
    for token in ("nonsense", "<!DOCTYPE a><cookie/>", "<cookie pagenumber='2' pagingcookie=''/>"):
        refused = api.call("GET", f"accounts?$skiptoken={quote(token)}")
        assert refused.status_code == 400


def test_fetchxml_pages_by_its_annotations(api: Api, company: str) -> None:
    wanted = "Microsoft.Dynamics.CRM.fetchxmlpagingcookie,Microsoft.Dynamics.CRM.morerecords"
    seen = []
    for page in (1, 2, 3):
        xml = (
            f'<fetch count="3" page="{page}"><entity name="account"><attribute name="accountnumber"/>'
            '<filter><condition attribute="accountnumber" operator="like" value="Q%"/></filter>'
            '<order attribute="accountnumber"/></entity></fetch>'
        )
        found = api.get(
            f"accounts?fetchXml={quote(xml)}", Prefer=f'odata.include-annotations="{wanted}"'
        )
        seen += [row["accountnumber"] for row in found["value"]]
        assert found["@Microsoft.Dynamics.CRM.morerecords"] is (page < 3)
    assert seen == [f"Q{i}" for i in range(8)]


def test_sql_joins_and_groups(api: Api, company: str) -> None:
    sql = (
        "SELECT p.accountnumber AS parent, COUNT(*) AS n, SUM(a.creditlimit) AS total FROM account a "
        "INNER JOIN account p ON a.parentaccountid = p.accountid "
        "WHERE a.creditlimit > 100 AND a.accountnumber LIKE 'Q%' GROUP BY p.accountnumber"
    )
    assert api.get(f"accounts?sql={quote(sql)}")["value"] == [
        {"parent": "Q0", "n": 6, "total": 2110.5}
    ]
    for refused in ("SELECT * FROM account", "DELETE FROM account", "SELECT name FROM nosuch"):
        assert api.call("GET", f"accounts?sql={quote(refused)}").status_code == 400
