"""`$metadata` and the metadata queries, from the schema that also validates writes."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from oppbridge.sandbox.dataverse.schema.model import text

from .conftest import Api, code

EDM = "{http://docs.oasis-open.org/odata/ns/edm}"
SPACE = "Microsoft.Dynamics.CRM"


def schema(api: Api, query: str = "") -> ET.Element:
    answer = api.call("GET", f"$metadata{query}")
    assert answer.headers["Content-Type"].startswith("application/xml")
    return ET.fromstring(answer.content)


def test_the_csdl_describes_tables_navigations_sets_and_actions(api: Api) -> None:
    root = schema(api)
    deal = root.find(f".//{EDM}EntityType[@Name='opportunity']")
    assert deal is not None
    types = {p.get("Name"): p.get("Type") for p in deal.findall(f"{EDM}Property")}
    assert types["totalamount"] == "Edm.Decimal"
    assert types["estimatedclosedate"] == "Edm.Date"
    assert types["_customerid_value"] == "Edm.Guid"
    assert types["statecode"] == "Edm.Int32"
    navs = {n.get("Name"): n for n in deal.findall(f"{EDM}NavigationProperty")}
    assert navs["customerid_account"].get("Partner") == "opportunity_customer_accounts"
    assert navs["product_opportunities"].get("Type") == "Collection(mscrm.opportunityproduct)"
    assert "msdyn_PredictiveScoreId" in navs
    assert root.find(f".//{EDM}Action[@Name='WinOpportunity']") is not None
    sets = {s.get("Name") for s in root.iter(f"{EDM}EntitySet")}
    assert sets == {s["name"] for s in api.get("")["value"]}
    assert not list(root.iter(f"{EDM}Annotation"))


def test_annotations_mark_what_is_tracked_keyed_and_read_only(api: Api) -> None:
    root = schema(api, "?annotations=true")
    tracked = {
        s.get("Name")
        for s in root.iter(f"{EDM}EntitySet")
        if any("ChangeTracking" in a.get("Term", "") for a in s.findall(f"{EDM}Annotation"))
    }
    assert "accounts" in tracked
    assert "annotations" not in tracked
    terms = {a.get("Term") for a in root.iter(f"{EDM}Annotation")}
    assert {"Org.OData.Core.V1.Computed", "OData.Community.Keys.V1.AlternateKeys"} <= terms


def test_tables_are_found_by_filter_and_by_name(api: Api) -> None:
    rows = api.get(
        "EntityDefinitions?$select=LogicalName,EntitySetName&$filter=LogicalName eq 'opportunity'"
    )
    assert rows["value"][0]["EntitySetName"] == "opportunities"
    one = api.get(
        "EntityDefinitions(LogicalName='account')?$select=PrimaryIdAttribute,ObjectTypeCode"
    )
    assert (one["PrimaryIdAttribute"], one["ObjectTypeCode"]) == ("accountid", 1)
    assert "EntitySetName" not in one
    tracked = api.get("EntityDefinitions?$select=LogicalName&$filter=ChangeTrackingEnabled eq true")
    assert "annotation" not in {row["LogicalName"] for row in tracked["value"]}
    owned = api.get(f"EntityDefinitions?$filter=OwnershipType eq {SPACE}.OwnershipTypes'UserOwned'")
    assert "account" in {row["LogicalName"] for row in owned["value"]}
    path = api.get("EntityDefinitions?$filter=CanChangeTrackingBeEnabled/Value eq true")
    assert len(path["value"]) > 20
    assert api.call("GET", "EntityDefinitions(LogicalName='nosuch')").status_code == 404


def test_columns_come_with_the_facets_of_their_type(api: Api) -> None:
    below = "EntityDefinitions(LogicalName='opportunity')/Attributes"
    columns = {c["LogicalName"]: c for c in api.get(below)["value"]}
    assert columns["name"]["RequiredLevel"]["Value"] == "ApplicationRequired"
    assert columns["opportunityid"]["IsPrimaryId"] is True
    assert columns["originatingleadid"]["IsValidForUpdate"] is False
    lengths = api.get(f"{below}/{SPACE}.StringAttributeMetadata?$select=LogicalName,MaxLength")[
        "value"
    ]
    assert {c["LogicalName"]: c["MaxLength"] for c in lengths}["name"] == 300
    lookups = api.get(f"{below}/{SPACE}.LookupAttributeMetadata?$select=LogicalName,Targets")[
        "value"
    ]
    assert {c["LogicalName"]: c["Targets"] for c in lookups}["customerid"] == ["account", "contact"]
    money = api.get(f"{below}(LogicalName='totalamount')/{SPACE}.MoneyAttributeMetadata")
    assert money["PrecisionSource"] == 2


def test_choices_states_and_reasons_list_their_options(api: Api) -> None:
    below = "EntityDefinitions(LogicalName='opportunity')/Attributes"
    query = "?$select=LogicalName&$expand=OptionSet($select=Options)"
    picks = api.get(f"{below}/{SPACE}.PicklistAttributeMetadata{query}")["value"]
    rating = next(c for c in picks if c["LogicalName"] == "opportunityratingcode")
    labels = {
        o["Value"]: o["Label"]["UserLocalizedLabel"]["Label"]
        for o in rating["OptionSet"]["Options"]
    }
    assert labels == {1: "Hot", 2: "Warm", 3: "Cold"}
    reasons = api.get(f"{below}/{SPACE}.StatusAttributeMetadata{query}")["value"][0]["OptionSet"][
        "Options"
    ]
    assert {o["Value"]: o["State"] for o in reasons} == {1: 0, 2: 0, 3: 1, 4: 2, 5: 2}
    states = api.get(f"{below}/{SPACE}.StateAttributeMetadata{query}")["value"][0]["OptionSet"][
        "Options"
    ]
    assert {o["Value"]: o["DefaultStatus"] for o in states} == {0: 1, 1: 3, 2: 4}
    shared = api.get("GlobalOptionSetDefinitions(Name='budgetstatus')")
    assert len(shared["Options"]) == 4


def test_keys_and_relationships(api: Api) -> None:
    keys = api.get("EntityDefinitions(LogicalName='account')/Keys")["value"]
    assert [(k["KeyAttributes"], k["EntityKeyIndexStatus"]) for k in keys] == [
        (["opp_externalid"], "Active")
    ]
    below = "EntityDefinitions(LogicalName='opportunity')"
    to_one = api.get(
        f"{below}/ManyToOneRelationships?$filter=ReferencingAttribute eq 'customerid'"
    )["value"]
    assert {r["ReferencingEntityNavigationPropertyName"] for r in to_one} == {
        "customerid_account",
        "customerid_contact",
    }
    to_many = {
        r["ReferencedEntityNavigationPropertyName"]
        for r in api.get(f"{below}/OneToManyRelationships")["value"]
    }
    assert {"product_opportunities", "opportunity_quotes"} <= to_many
    pairs = api.get(f"{below}/ManyToManyRelationships")["value"]
    assert [p["IntersectEntityName"] for p in pairs] == ["opportunitycompetitors"]


def test_a_schema_may_drift_while_it_runs(api: Api) -> None:
    twin = api.sandbox.dataverse
    row = api.new("competitors", {"name": "c", "keyproduct": "bikes"})
    twin.alter("competitor", add=[text("opp_note", 5)], drop=["keyproduct"])
    below = "EntityDefinitions(LogicalName='competitor')/Attributes?$select=LogicalName"
    names = {c["LogicalName"] for c in api.get(below)["value"]}
    assert "opp_note" in names
    assert "keyproduct" not in names
    assert api.call("GET", "competitors?$select=keyproduct").status_code == 400
    assert api.patch(f"competitors({row})", {"keyproduct": "x"}).status_code == 400
    assert api.patch(f"competitors({row})", {"opp_note": "fits"}).status_code == 204
    assert code(api.patch(f"competitors({row})", {"opp_note": "does not"})) == "0x80044331"
    twin.alter("competitor", called="rivals")
    assert api.get(f"rivals({row})")["name"] == "c"
    assert api.call("GET", "competitors").status_code == 404
    twin.alter("competitor", called="competitors")
    twin.alter("competitor", add=[text("keyproduct", 200)])
    assert api.get(f"competitors({row})?$select=keyproduct")["keyproduct"] == "bikes"


def test_the_metadata_has_a_stamp_that_moves_with_it(api: Api) -> None:
    stamp = api.get("RetrieveTimestamp()")["Timestamp"]
    api.new("competitors", {"name": "c"})
    assert api.get("RetrieveTimestamp()")["Timestamp"] == stamp
    api.sandbox.dataverse.alter("competitor", add=[text("opp_note", 5)])
    assert api.get("RetrieveTimestamp()")["Timestamp"] != stamp
