"""States: which updates pass, which actions are needed, what each leaves behind."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Api, code

SPACE = "Microsoft.Dynamics.CRM"
LINE = {"productdescription": "x", "quantity": 2, "priceperunit": 5}


def opportunity(api: Api, **more: Any) -> str:
    return api.new("opportunities", {"name": "o", "estimatedvalue": 100, **more})


def quote(api: Api, *, active: bool = True, **more: Any) -> str:
    account = api.new("accounts", {"name": "customer"})
    body = {
        "name": "q",
        "customerid_account@odata.bind": f"/accounts({account})",
        "quote_details": [LINE],
    }
    row = api.new("quotes", body | more)
    if active:
        assert api.patch(f"quotes({row})", {"statecode": 1, "statuscode": 2}).status_code == 204
    return row


def state(api: Api, path: str) -> tuple[int, int]:
    found = api.get(f"{path}?$select=statecode,statuscode")
    return found["statecode"], found["statuscode"]


def close(api: Api, action: str, row: str, status: int, **more: Any) -> Any:
    subject = {"subject": "done", "opportunityid@odata.bind": f"/opportunities({row})", **more}
    return api.post(action, {"OpportunityClose": subject, "Status": status})


def test_winning_sets_state_value_date_and_a_close_activity(api: Api) -> None:
    row = opportunity(api)
    assert close(api, "WinOpportunity", row, 3).status_code == 204
    found = api.get(
        f"opportunities({row})?$expand=Opportunity_OpportunityClose($select=statecode,subject)"
    )
    assert (found["statecode"], found["statuscode"], found["actualvalue"]) == (1, 3, 100)
    assert found["actualclosedate"] == api.sandbox.clock.stamp()[:10]
    assert [c["statecode"] for c in found["Opportunity_OpportunityClose"]] == [1]
    again = close(api, "WinOpportunity", row, 3)
    assert (again.status_code, code(again)) == (400, "0x80040515")


def test_losing_takes_a_revenue_a_date_and_a_reason(api: Api) -> None:
    row = opportunity(api)
    assert code(close(api, "LoseOpportunity", row, 3)) == "0x80048408"
    when = {"actualrevenue": 12.5, "actualend": "2026-03-04T00:00:00Z"}
    assert close(api, "LoseOpportunity", row, 5, **when).status_code == 204
    found = api.get(f"opportunities({row})")
    assert (found["statecode"], found["actualvalue"], found["actualclosedate"]) == (
        2,
        12.5,
        "2026-03-04",
    )


def test_reopening_is_a_plain_update_and_clears_what_was_actual(api: Api) -> None:
    row = opportunity(api)
    close(api, "WinOpportunity", row, 3)
    assert api.patch(f"opportunities({row})", {"name": "still editable"}).status_code == 204
    locked = api.post(
        "opportunityproducts", LINE | {"opportunityid@odata.bind": f"/opportunities({row})"}
    )
    assert code(locked) == "0x80043b09"
    assert api.patch(f"opportunities({row})", {"statecode": 0}).status_code == 204
    found = api.get(f"opportunities({row})")
    assert (found["statecode"], found["statuscode"], found["actualvalue"]) == (0, 1, None)
    assert len(api.get(f"opportunities({row})/Opportunity_OpportunityClose")["value"]) == 1


def test_an_opportunity_is_not_closed_by_update(api: Api) -> None:
    row = opportunity(api)
    refused = api.patch(f"opportunities({row})", {"statecode": 1, "statuscode": 3})
    assert (refused.status_code, code(refused)) == (400, "0x80100005")
    assert "WinOpportunity" in refused.text
    assert api.patch(f"opportunities({row})", {"statuscode": 2}).status_code == 204
    assert code(api.patch(f"opportunities({row})", {"statuscode": 5})) == "0x80048408"


def test_a_quote_is_activated_won_and_read_only(api: Api) -> None:
    draft = api.new("quotes", {"name": "no customer"})
    assert api.patch(f"quotes({draft})", {"statecode": 1}).status_code == 400
    row = quote(api)
    refused = api.patch(f"quotes({row})", {"name": "x"})
    assert (refused.status_code, code(refused)) == (400, "0x8004022e")
    line = api.get(f"quotes({row})/quote_details?$select=quantity")["value"][0]["quotedetailid"]
    assert code(api.patch(f"quotedetails({line})", {"quantity": 3})) == "0x80043b09"
    assert code(api.call("DELETE", f"quotedetails({line})")) == "0x80043b09"
    assert code(api.patch(f"quotes({row})", {"statecode": 2, "statuscode": 4})) == "0x80040233"
    won = api.post(
        "WinQuote",
        {"QuoteClose": {"subject": "w", "quoteid@odata.bind": f"/quotes({row})"}, "Status": -1},
    )
    assert won.status_code == 204
    assert state(api, f"quotes({row})") == (2, 4)
    assert code(api.patch(f"quotes({row})", {"statecode": 1})) == "0x80100003"


def test_closing_by_update_names_the_right_message(api: Api) -> None:
    row = quote(api)
    refused = api.patch(f"quotes({row})", {"statecode": 3, "statuscode": 5})
    assert "CloseQuoteRequest" in refused.text
    draft = quote(api, active=False)
    body = {"QuoteClose": {"subject": "c", "quoteid@odata.bind": f"/quotes({draft})"}, "Status": 6}
    assert code(api.post("CloseQuote", body)) == "0x80040233"


def test_a_closed_quote_is_revised_under_the_same_number(api: Api) -> None:
    row = quote(api)
    columns = {"ColumnSet": {"AllColumns": False, "Columns": ["quotenumber", "revisionnumber"]}}
    assert api.post("ReviseQuote", {"QuoteId": row, **columns}).status_code == 400
    api.post(
        "CloseQuote",
        {"QuoteClose": {"subject": "c", "quoteid@odata.bind": f"/quotes({row})"}, "Status": 7},
    )
    revised = api.post("ReviseQuote", {"QuoteId": row, **columns}).json()
    number = api.get(f"quotes({row})?$select=quotenumber")["quotenumber"]
    assert (revised["quotenumber"], revised["revisionnumber"]) == (number, 1)
    fresh = api.get(f"quotes({revised['quoteid']})?$expand=quote_details($select=quantity)")
    assert (fresh["statecode"], fresh["totalamount"], len(fresh["quote_details"])) == (0, 10, 1)
    assert fresh["quotecreationmethod"] == 776160001
    assert code(api.post("ReviseQuote", {"QuoteId": row, **columns})) == "0x80048d00"


def test_a_quote_becomes_an_order_each_time_it_is_asked(api: Api) -> None:
    deal = opportunity(api)
    row = quote(api, **{"opportunityid@odata.bind": f"/opportunities({deal})", "freightamount": 3})
    ask = {
        "QuoteId": row,
        "ColumnSet": {"AllColumns": False, "Columns": ["ordernumber", "totalamount"]},
    }
    first = api.post("ConvertQuoteToSalesOrder", ask).json()
    second = api.post("ConvertQuoteToSalesOrder", ask).json()
    assert first["salesorderid"] != second["salesorderid"]
    assert first["totalamount"] == 13
    assert state(api, f"quotes({row})") == (2, 4)
    order = api.get(
        f"salesorders({first['salesorderid']})?$expand=order_details($select=productdescription)"
    )
    assert (order["_quoteid_value"], order["_opportunityid_value"]) == (row, deal)
    assert order["ispricelocked"] is True
    assert order["order_details"][0]["productdescription"] == "x"
    restricted = api.call("DELETE", f"opportunities({deal})")
    assert (restricted.status_code, code(restricted)) == (405, "0x80040227")
    assert (
        code(api.post("ConvertQuoteToSalesOrder", ask | {"QuoteId": quote(api, active=False)}))
        == "0x80040233"
    )


def test_an_opportunity_gives_a_draft_quote(api: Api) -> None:
    row = opportunity(api, product_opportunities=[LINE, LINE | {"quantity": 1}])
    made = api.post(
        "GenerateQuoteFromOpportunity",
        {"OpportunityId": row, "ColumnSet": {"AllColumns": False, "Columns": ["quoteid", "name"]}},
    ).json()
    found = api.get(f"quotes({made['quoteid']})?$expand=quote_details($select=quantity)")
    assert (found["totalamount"], len(found["quote_details"]), found["statecode"]) == (15, 2, 0)
    api.call("DELETE", f"opportunities({row})")
    assert api.call("GET", f"quotes({made['quoteid']})").status_code == 404


def order_close(row: str, status: int) -> dict[str, Any]:
    subject = {
        "@odata.type": f"{SPACE}.orderclose",
        "subject": "c",
        "salesorderid@odata.bind": f"/salesorders({row})",
    }
    return {"OrderClose": subject, "Status": status}


def test_orders_are_fulfilled_and_cancelled_by_their_actions(api: Api) -> None:
    row = api.new("salesorders", {"name": "o", "order_details": [LINE]})
    for pair in ({"statecode": 3}, {"statecode": 2}):
        assert code(api.patch(f"salesorders({row})", pair)) == "0x80040233"
    assert api.patch(f"salesorders({row})", {"statecode": 1, "statuscode": 3}).status_code == 204
    assert code(api.patch(f"salesorders({row})", {"name": "x"})) == "0x8004022e"
    body = order_close(row, 100001)
    assert api.post("FulfillSalesOrder", body).status_code == 404
    assert api.post("salesorders/FulfillSalesOrder", body).status_code == 400
    assert api.post(f"salesorders/{SPACE}.FulfillSalesOrder", body).status_code == 204
    assert state(api, f"salesorders({row})") == (3, 100001)
    other = api.new("salesorders", {"name": "o"})
    untyped = order_close(other, 4)
    del untyped["OrderClose"]["@odata.type"]
    assert api.post("CancelSalesOrder", untyped).status_code == 400
    assert api.post("CancelSalesOrder", order_close(other, -1)).status_code == 204
    assert state(api, f"salesorders({other})") == (2, 4)


def test_prices_lock_and_unlock_once(api: Api) -> None:
    row = api.new("salesorders", {"name": "o"})
    lock = f"salesorders({row})/{SPACE}.LockSalesOrderPricing"
    assert api.call("POST", lock).status_code == 204
    assert code(api.call("POST", lock)) == "0x80043b1d"
    assert api.post("UnlockSalesOrderPricing", {"SalesOrderId": row}).status_code == 204
    assert code(api.post("UnlockSalesOrderPricing", {"SalesOrderId": row})) == "0x80043b1e"


def test_a_lead_qualifies_into_an_opportunity(api: Api) -> None:
    row = api.new("leads", {"subject": "deal", "lastname": "Lee", "companyname": "Acme"})
    asked = {"CreateAccount": True, "CreateContact": True, "CreateOpportunity": True, "Status": 3}
    made = api.post(f"leads({row})/{SPACE}.QualifyLead", asked).json()["value"]
    deal = api.get(
        f"opportunities({made[2]['opportunityid']})?$expand=customerid_account($select=name)"
    )
    assert deal["customerid_account"]["name"] == "Acme"
    assert state(api, f"leads({row})") == (1, 3)
    assert code(api.patch(f"leads({row})", {"statecode": 2})) == "0x80040233"


@pytest.mark.parametrize("table", ["accounts", "contacts", "pricelevels"])
def test_ordinary_rows_go_both_ways(api: Api, table: str) -> None:
    name = "lastname" if table == "contacts" else "name"
    row = api.new(table, {name: "x"})
    assert api.patch(f"{table}({row})", {"statecode": 1}).status_code == 204
    assert api.get(f"{table}({row})")["statecode"] == 1
    assert api.patch(f"{table}({row})", {"statecode": 0}).status_code == 204


def test_a_finished_activity_is_read_only_until_reopened(api: Api) -> None:
    account = api.new("accounts", {"name": "x"})
    row = api.new(
        "tasks",
        {"subject": "t", "regardingobjectid_account_task@odata.bind": f"/accounts({account})"},
    )
    assert api.get(f"activitypointers({row})")["activitytypecode"] == "task"
    assert len(api.get(f"accounts({account})/Account_ActivityPointers")["value"]) == 1
    assert api.patch(f"tasks({row})", {"statecode": 1}).status_code == 204
    assert api.patch(f"tasks({row})", {"subject": "u"}).status_code == 400
    assert api.patch(f"tasks({row})", {"statecode": 0}).status_code == 204
    assert api.patch(f"tasks({row})", {"subject": "u"}).status_code == 204
    assert api.get(f"activitypointers({row})")["subject"] == "u"
