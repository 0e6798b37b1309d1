"""Whatever is asked, the answer is a refusal in the service's words, never a crash."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from .conftest import Api

CALM = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
SETS = [
    "accounts", "contacts", "opportunities", "quotes", "salesorders", "opportunityproducts",
    "connections", "tasks", "products", "msdyn_predictivescores", "opportunitycompetitorscollection",
    "uomschedules", "transactioncurrencies", "leads",
]  # fmt: skip
COLUMNS = [
    "name", "accountid", "creditlimit", "creditlimit_base", "address1_composite", "customerid",
    "_customerid_value", "versionnumber", "statecode", "createdon", "estimatedclosedate", "birthdate",
    "customerid_account", "product_opportunities", "opportunitycompetitors_association", "nosuch",
    "customerid_account/name", "opportunity_customer_accounts/name", "createdby/fullname",
]  # fmt: skip
LITERALS = [
    "'a'", "5", "-5.5", "99999999999999999999999", "null", "true", "2024-01-01", "2024-13-01", "1e400",
    "2024-01-01T00:00:00Z", "11111111-1111-1111-1111-111111111111", "('a','b')", "[]", "['x']", "name",
]  # fmt: skip

columns, literals = st.sampled_from(COLUMNS), st.sampled_from(LITERALS)
comparisons = st.tuples(columns, st.sampled_from(["eq", "ne", "gt", "in", "add"]), literals).map(
    " ".join
)
calls = st.tuples(
    st.sampled_from(["In", "Between", "On", "LastXDays", "Today", "Nonsense"]), columns, literals
).map(lambda t: f"Microsoft.Dynamics.CRM.{t[0]}(PropertyName='{t[1]}',PropertyValues={t[2]})")
lambdas = st.tuples(columns, st.sampled_from(["any", "all"]), comparisons).map(
    lambda t: f"{t[0]}/{t[1]}(o:o/{t[2]})"
)
filters = st.recursive(
    comparisons | calls | lambdas,
    lambda inner: st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(
        lambda t: f"({t[0]}) {t[1]} not ({t[2]})"
    ),
    max_leaves=4,
)
options = st.fixed_dictionaries(
    {},
    optional={
        "$filter": filters,
        "$select": st.lists(columns, min_size=1, max_size=3).map(",".join),
        "$orderby": st.tuples(columns, st.sampled_from(["", " desc", " x"])).map("".join),
        "$expand": st.tuples(columns, filters).map(lambda t: f"{t[0]}($filter={t[1]};$top=2)"),
        "$top": st.sampled_from(["0", "1", "-1", "x"]),
        "$apply": st.tuples(columns, columns).map(
            lambda t: f"groupby(({t[0]}),aggregate({t[1]} with sum as n))"
        ),
        "$deltatoken": st.sampled_from(["1!01/01/2026 00:00:00", "9!99/99/2026 00:00:00", "x"]),
    },
)
NAMES = [
    "name", "customerid_account@odata.bind", "customerid_account", "product_opportunities",
    "statecode", "statuscode", "estimatedvalue", "estimatedclosedate", "quantity", "value",
    "ownerid@odata.bind", "record1id_account@odata.bind", "Targets", "OpportunityClose", "QuoteId",
    "OrderClose", "ColumnSet", "QuerySet", "Status", "@odata.id", "productdescription",
]  # fmt: skip
TARGET = {"@odata.type": "Microsoft.Dynamics.CRM.account", "@odata.id": "x"}
VALUES = [
    None, 1, -1, 1e30, True, "x", "", "/accounts(x)", "2024-02-30", [], [1], [{}], {}, {"name": "n"},
    [TARGET],
]  # fmt: skip
bodies = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(VALUES), max_size=4)
ACTIONS = [
    "WinOpportunity", "LoseOpportunity", "WinQuote", "CloseQuote", "ReviseQuote",
    "ConvertQuoteToSalesOrder", "GenerateQuoteFromOpportunity", "CancelSalesOrder", "BulkDelete",
    "UnlockSalesOrderPricing", "RecalculatePrice", "accounts/Microsoft.Dynamics.CRM.CreateMultiple",
    "accounts/Microsoft.Dynamics.CRM.UpsertMultiple", "salesorders/Microsoft.Dynamics.CRM.FulfillSalesOrder",
]  # fmt: skip


@pytest.fixture(scope="module")
def rows(api: Api) -> dict[str, str]:
    line = {"productdescription": "x", "quantity": 1, "priceperunit": 2}
    deal = {"name": "o", "product_opportunities": [line]}
    made = {"accounts": {"name": "a"}, "contacts": {"lastname": "c"}, "opportunities": deal}
    made |= {"quotes": {"name": "q"}, "salesorders": {"name": "s"}, "tasks": {"subject": "t"}}
    api.sandbox.limit("dataverse", factor=100)
    return {table: api.new(table, body) for table, body in made.items()}


BETWEEN = "Microsoft.Dynamics.CRM.Between(PropertyName='name',PropertyValues='a')"


@example(table="accounts", query={"$filter": BETWEEN}, one=False, tracked=False)
@CALM
@given(table=st.sampled_from(SETS), query=options, one=st.booleans(), tracked=st.booleans())
def test_no_query_breaks_it(
    api: Api, rows: dict[str, str], table: str, query: dict[str, str], *, one: bool, tracked: bool
) -> None:
    path = f"{table}({rows[table]})" if one and table in rows else table
    prefer = "odata.track-changes" if tracked else 'odata.include-annotations="*"'
    answer = api.session.get(f"{api.root}/{path}", params=query, headers={"Prefer": prefer})
    assert answer.status_code < 500, answer.text
    answer.json() if answer.content else None


@CALM
@given(
    table=st.sampled_from([*SETS, *ACTIONS]),
    method=st.sampled_from(["POST", "PATCH", "PUT"]),
    body=bodies,
    behind=st.sampled_from(["", "/name", "/customerid_account/$ref", "/nosuch"]),
)
def test_no_write_breaks_it(
    api: Api, rows: dict[str, str], table: str, method: str, body: dict[str, Any], behind: str
) -> None:
    path = f"{table}({rows[table]}){behind}" if table in rows else table
    answer = api.call(method, path, body)
    assert answer.status_code < 500, answer.text
    assert api.sandbox.dataverse.row("opportunity", rows["opportunities"])
