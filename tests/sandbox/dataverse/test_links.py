"""Navigations, `$ref`, deep inserts, connections, competitors, cascades, scores."""

from __future__ import annotations

import uuid

from oppbridge.sandbox.dataverse.seed import PERSON, stock_id

from .conftest import Api, code


def test_references_are_set_listed_and_removed(api: Api) -> None:
    account, deal = api.new("accounts", {"name": "a"}), api.new("opportunities", {"name": "o"})
    set_ = api.call(
        "PUT",
        f"opportunities({deal})/customerid_account/$ref",
        {"@odata.id": f"accounts({account})"},
    )
    assert set_.status_code == 204
    found = api.get(f"opportunities({deal})/customerid_account/$ref")
    assert found["@odata.id"] == f"{api.root}/accounts({account})"
    assert api.get(f"opportunities({deal})/customerid_account?$select=name")["name"] == "a"
    assert api.call("GET", f"opportunities({deal})/customerid_contact").status_code == 204
    assert api.call("DELETE", f"opportunities({deal})/customerid_account/$ref").status_code == 204
    assert api.call("GET", f"opportunities({deal})/customerid_account").status_code == 204
    added = api.post(
        f"accounts({account})/opportunity_customer_accounts/$ref",
        {"@odata.id": f"{api.root}/opportunities({deal})"},
    )
    assert added.status_code == 204
    listed = api.get(f"accounts({account})/opportunity_customer_accounts?$select=name")["value"]
    assert [row["opportunityid"] for row in listed] == [deal]
    gone = api.call("DELETE", f"accounts({account})/opportunity_customer_accounts({deal})/$ref")
    assert gone.status_code == 204
    assert api.get(f"opportunities({deal})")["_customerid_value"] is None


def test_a_bind_takes_a_key_an_address_or_null(api: Api) -> None:
    api.new("accounts", {"name": "keyed", "opp_externalid": "bind-1"})
    for address in (
        "accounts(opp_externalid='bind-1')",
        f"{api.root}/accounts(opp_externalid='bind-1')",
    ):
        row = api.new("contacts", {"lastname": "c", "parentcustomerid_account@odata.bind": address})
        found = api.get(f"contacts({row})")
        assert found["_parentcustomerid_value"] == found["_accountid_value"] is not None
    for clear in (
        {"parentcustomerid_account@odata.bind": None},
        {"parentcustomerid_account": None},
    ):
        assert api.patch(f"contacts({row})", clear).status_code == 204
        assert api.get(f"contacts({row})")["_accountid_value"] is None


def test_a_bind_to_the_wrong_table_is_refused(api: Api) -> None:
    contact = api.new("contacts", {"lastname": "c"})
    body = {"name": "o", "customerid_account@odata.bind": f"/contacts({contact})"}
    assert code(api.post("opportunities", body)) == "0x80048d19"
    body = {"name": "o", "customerid_Account@odata.bind": f"/contacts({contact})"}
    assert "undeclared property 'customerid_Account'" in api.post("opportunities", body).text


def test_a_deep_insert_is_one_transaction(api: Api) -> None:
    before = api.sandbox.dataverse.count("account")
    body = {
        "name": "deep",
        "primarycontactid": {"lastname": "first"},
        "contact_customer_accounts": [{"lastname": "second"}, {"lastname": "third"}],
        "opportunity_customer_accounts": [
            {
                "name": "deal",
                "product_opportunities": [
                    {"productdescription": "x", "quantity": 1, "priceperunit": 2}
                ],
            }
        ],
    }
    row = api.new("accounts", body)
    found = api.get(
        f"accounts({row})?$expand=contact_customer_accounts($select=lastname),"
        "opportunity_customer_accounts($select=totalamount),primarycontactid($select=lastname)"
    )
    assert found["primarycontactid"]["lastname"] == "first"
    assert {c["lastname"] for c in found["contact_customer_accounts"]} == {"second", "third"}
    assert found["opportunity_customer_accounts"][0]["totalamount"] == 2
    body["contact_customer_accounts"] = [{"nosuch": 1}]
    assert api.post("accounts", body).status_code == 400
    assert api.sandbox.dataverse.count("account") == before + 1
    assert api.patch(f"accounts({row})", {"contact_customer_accounts": []}).status_code == 400


def test_competitors_are_associated_once_and_their_table_is_read_only(api: Api) -> None:
    deal, rival = api.new("opportunities", {"name": "o"}), api.new("competitors", {"name": "r"})
    link = f"opportunities({deal})/opportunitycompetitors_association"
    body = {"@odata.id": f"{api.root}/competitors({rival})"}
    assert api.post(f"{link}/$ref", body).status_code == 204
    twice = api.post(f"{link}/$ref", body)
    assert (twice.status_code, code(twice)) == (412, "0x80040237")
    assert [c["name"] for c in api.get(link)["value"]] == ["r"]
    expanded = api.get(
        f"opportunities({deal})?$expand=opportunitycompetitors_association($select=name)"
    )
    assert expanded["opportunitycompetitors_association"][0]["competitorid"] == rival
    rows = api.get(f"opportunitycompetitorscollection?$filter=opportunityid eq {deal}")["value"]
    assert len(rows) == 1
    assert api.post("opportunitycompetitorscollection", {"opportunityid": deal}).status_code == 405
    assert api.call("DELETE", f"{link}({rival})/$ref").status_code == 204
    assert api.get(link)["value"] == []


def test_connections_come_and_go_in_pairs(api: Api) -> None:
    deal, person = api.new("opportunities", {"name": "o"}), api.new("contacts", {"lastname": "c"})
    row = api.new(
        "connections",
        {
            "record1id_opportunity@odata.bind": f"/opportunities({deal})",
            "record2id_contact@odata.bind": f"/contacts({person})",
            "record2roleid@odata.bind": f"/connectionroles({stock_id('role:Champion')})",
        },
    )
    rows = api.get(f"connections?$filter=_record1id_value eq {deal} or _record2id_value eq {deal}")[
        "value"
    ]
    assert sorted(r["ismaster"] for r in rows) == [False, True]
    mirror = next(r for r in rows if not r["ismaster"])
    assert (mirror["_record1id_value"], mirror["_record2id_value"]) == (person, deal)
    assert mirror["_record1roleid_value"] == stock_id("role:Champion")
    master = api.get(f"connections({row})", Prefer='odata.include-annotations="*"')
    assert (master["name"], master["record1objecttypecode"]) == ("c", 3)
    assert master["_record2id_value@Microsoft.Dynamics.CRM.lookuplogicalname"] == "contact"
    assert len(api.get(f"opportunities({deal})/opportunity_connections1")["value"]) == 1
    api.patch(f"connections({row})", {"description": "shared"})
    assert api.get(f"connections({mirror['connectionid']})")["description"] == "shared"
    api.call("DELETE", f"connections({mirror['connectionid']})")
    assert api.call("GET", f"connections({row})").status_code == 404


def test_deleting_cascades_and_unlinks(api: Api) -> None:
    account = api.new("accounts", {"name": "a"})
    deal = api.new(
        "opportunities",
        {
            "name": "o",
            "customerid_account@odata.bind": f"/accounts({account})",
            "product_opportunities": [
                {"productdescription": "x", "quantity": 1, "priceperunit": 2}
            ],
        },
    )
    line = api.get(f"opportunities({deal})/product_opportunities?$select=quantity")["value"][0]
    assert api.call("DELETE", f"accounts({account})").status_code == 204
    assert api.get(f"opportunities({deal})")["_customerid_value"] is None
    assert api.call("DELETE", f"opportunities({deal})").status_code == 204
    gone = api.call("GET", f"opportunityproducts({line['opportunityproductid']})")
    assert gone.status_code == 404


def test_a_score_is_kept_under_its_own_key(api: Api) -> None:
    deal = api.new("opportunities", {"name": "o"})
    key = f"msdyn_predictivescores(msdyn_entityid='{deal}',msdyn_entitytype='opportunity')"
    for score in (40, 72):
        assert api.patch(key, {"msdyn_score": score, "msdyn_grade": 1}).status_code == 204
    score_id = api.get(f"{key}?$select=msdyn_score")["msdyn_predictivescoreid"]
    bind = {"msdyn_PredictiveScoreId@odata.bind": f"/msdyn_predictivescores({score_id})"}
    assert api.patch(f"opportunities({deal})", bind).status_code == 204
    found = api.get(
        f"opportunities({deal})?$expand=msdyn_PredictiveScoreId($select=msdyn_score,msdyn_grade)"
    )
    assert found["msdyn_PredictiveScoreId"]["msdyn_score"] == 72


def test_units_come_with_their_group_and_list_items_are_unique(api: Api) -> None:
    group = api.new("uomschedules", {"name": "Hours", "baseuomname": "hour"})
    units = api.get(f"uoms?$filter=_uomscheduleid_value eq {group}")["value"]
    assert [(u["name"], u["isschedulebaseuom"]) for u in units] == [("hour", True)]
    product = api.product("LINK-1", 5)
    item = {
        "pricelevelid@odata.bind": f"/pricelevels({stock_id('prices:USD')})",
        "productid@odata.bind": f"/products({product})",
        "uomid@odata.bind": f"/uoms({stock_id('unit:box')})",
        "amount": 45,
    }
    assert api.post("productpricelevels", item).status_code == 204
    assert code(api.post("productpricelevels", item)) == "0x80043b08"
    again = {"name": "p", "productnumber": "link-1"}
    assert code(api.post("products", again)) == "0x80043b06"
    assert code(api.post("products", {"name": "p"})) == "0x80043b05"


def test_owners_are_users_or_teams(api: Api) -> None:
    row = api.new("accounts", {"name": "a", "ownerid@odata.bind": f"/systemusers({PERSON})"})
    assert api.get(f"accounts({row})")["_owninguser_value"] == PERSON
    api.patch(f"accounts({row})", {"ownerid@odata.bind": f"/teams({stock_id('team')})"})
    found = api.get(f"accounts({row})")
    assert (found["_owninguser_value"], found["_owningteam_value"]) == (None, stock_id("team"))
    nobody = {"ownerid@odata.bind": f"/systemusers({uuid.uuid4()})"}
    assert api.patch(f"accounts({row})", nobody).status_code == 404


def test_activity_parties_are_written_with_their_activity(api: Api) -> None:
    contact = api.new("contacts", {"lastname": "c"})
    party = {"partyid_contact@odata.bind": f"/contacts({contact})", "participationtypemask": 2}
    call = api.new("phonecalls", {"subject": "p", "phonecall_activity_parties": [party]})
    found = api.get(f"phonecalls({call})?$expand=phonecall_activity_parties")
    assert found["phonecall_activity_parties"][0]["_partyid_value"] == contact
