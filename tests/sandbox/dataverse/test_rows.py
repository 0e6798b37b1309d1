"""One row: the status matrix, etags, alternate keys, validation."""

from __future__ import annotations

import uuid

import pytest

from .conftest import Api, code

NOBODY = "11111111-1111-1111-1111-111111111111"


def test_a_create_answers_204_with_its_address_or_201_with_the_row(api: Api) -> None:
    bare = api.post("accounts", {"name": "A"})
    assert bare.status_code == 204
    assert bare.headers["OData-EntityId"] == bare.headers["Location"]
    full = api.post("accounts?$select=name", {"name": "B"}, Prefer="return=representation")
    assert full.status_code == 201
    assert "OData-EntityId" not in full.headers
    assert full.headers["ETag"] == full.json()["@odata.etag"]
    assert full.headers["Preference-Applied"] == "return=representation"


def test_a_client_chosen_key_creates_once(api: Api) -> None:
    mine = str(uuid.uuid4())
    assert api.new("accounts", {"accountid": mine, "name": "A"}) == mine
    again = api.post("accounts", {"accountid": mine, "name": "A"})
    assert (again.status_code, code(again)) == (412, "0x80040237")


@pytest.mark.parametrize(
    ("headers", "there", "missing"),
    [
        ({}, 204, 204),
        ({"If_Match": "*"}, 204, 404),
        ({"If_None_Match": "*"}, 412, 204),
        ({"If_None_Match": "null"}, 204, 204),
        ({"If_Match": 'W/"1"'}, 412, 404),
        ({"Prefer": "return=representation"}, 200, 201),
    ],
)
def test_the_patch_matrix(api: Api, headers: dict[str, str], there: int, missing: int) -> None:
    row = api.new("accounts", {"name": "A"})
    assert api.patch(f"accounts({row})", {"name": "B"}, **headers).status_code == there
    assert api.patch(f"accounts({uuid.uuid4()})", {"name": "B"}, **headers).status_code == missing


def test_a_stale_write_is_refused_and_a_current_one_goes_through(api: Api) -> None:
    row = api.new("accounts", {"name": "A"})
    etag = api.get(f"accounts({row})?$select=name")["@odata.etag"]
    assert api.patch(f"accounts({row})", {"name": "B"}, If_Match=etag).status_code == 204
    stale = api.patch(f"accounts({row})", {"name": "C"}, If_Match=etag)
    assert (stale.status_code, code(stale)) == (412, "0x80060882")
    assert api.call("DELETE", f"accounts({row})", If_Match=etag).status_code == 412
    assert api.call("DELETE", f"accounts({row})").status_code == 204
    gone = api.call("DELETE", f"accounts({row})")
    assert (gone.status_code, code(gone)) == (404, "0x80040217")


def test_an_unchanged_row_is_not_sent_again(api: Api) -> None:
    row = api.new("accounts", {"name": "A"})
    etag = api.get(f"accounts({row})?$select=name")["@odata.etag"]
    assert api.call("GET", f"accounts({row})", If_None_Match=etag).status_code == 304
    version = api.get(f"accounts({row})?$select=versionnumber")["versionnumber"]
    assert etag == f'W/"{version}"'


def test_alternate_keys_fold_case_and_trailing_blanks(api: Api) -> None:
    row = api.new("accounts", {"name": "A", "opp_externalid": "Key-1"})
    assert api.get("accounts(opp_externalid='KEY-1 ')?$select=name")["accountid"] == row
    taken = api.post("accounts", {"name": "B", "opp_externalid": "key-1"})
    assert (taken.status_code, code(taken)) == (412, "0x80060892")
    missing = api.call("GET", "accounts(opp_externalid='nothing')")
    assert (missing.status_code, code(missing)) == (404, "0x80060891")
    undeclared = api.call("GET", "accounts(accountnumber='x')")
    assert undeclared.status_code == 400
    assert "Ensure that the names and number of key properties match" in undeclared.text


def test_a_keyed_upsert_copies_its_key_and_echoes_its_own_address(api: Api) -> None:
    made = api.patch("accounts(opp_externalid='O''Brian')", {"name": "A"})
    assert made.headers["OData-EntityId"].endswith("accounts(opp_externalid='O''Brian')")
    found = api.get("accounts?$filter=opp_externalid eq 'O''Brian'&$select=name")["value"]
    assert [row["name"] for row in found] == ["A"]
    api.patch("accounts(opp_externalid='O''Brian')", {"name": "B", "opp_externalid": "other"})
    assert api.get("accounts(opp_externalid='O''Brian')?$select=name")["name"] == "B"


def test_keys_of_several_columns_need_all_of_them(api: Api) -> None:
    api.new("contacts", {"lastname": "X", "employeeid": "E1", "governmentid": "G1"})
    assert (
        api.get("contacts(employeeid='E1',governmentid='G1')?$select=lastname")["lastname"] == "X"
    )
    assert api.call("GET", "contacts(employeeid='E1')").status_code == 400


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ({"name": "x" * 161}, "0x80044331"),
        ({"numberofemployees": -1}, "0x8004432f"),
        ({"creditlimit": -0.01}, "0x80044330"),
        ({"industrycode": 99}, "0x8004431a"),
        ({"industrycode": "Consulting"}, "0x80048d19"),
        ({"nosuchcolumn": 1}, "0x80048d19"),
        ({"_primarycontactid_value": NOBODY}, "0x80048d19"),
        ({"name": 5}, "0x80048d19"),
        ({"primaryContactId@odata.bind": f"/contacts({NOBODY})"}, "0x80048d19"),
        ({"primarycontactid@odata.bind": f"/contacts({NOBODY})"}, "0x80040217"),
        ({"statuscode": 2}, "0x80048408"),
        ({"overriddencreatedon": "1700-01-01T00:00:00Z"}, "0x80040239"),
        ({"overriddencreatedon": "2024-01-01"}, "0x80048d19"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_code(
    api: Api, body: dict[str, object], wanted: str
) -> None:
    refused = api.post("accounts", {"name": "A"} | body)
    assert refused.status_code in (400, 404)
    assert code(refused) == wanted


def test_read_only_columns_are_dropped_and_blank_text_is_null(api: Api) -> None:
    row = api.new("accounts", {"name": "A", "description": "", "createdon": "2001-01-01T00:00:00Z"})
    found = api.get(f"accounts({row})?$select=description,createdon")
    assert found["description"] is None
    assert not found["createdon"].startswith("2001")


def test_an_imported_row_keeps_its_age(api: Api) -> None:
    row = api.new("accounts", {"name": "A", "overriddencreatedon": "2019-05-01T10:00:00+02:00"})
    assert api.get(f"accounts({row})?$select=createdon")["createdon"] == "2019-05-01T08:00:00Z"


def test_amounts_keep_every_digit(api: Api) -> None:
    row = api.new("accounts", {"name": "A", "creditlimit": 98765432109.87})
    text = api.call("GET", f"accounts({row})?$select=creditlimit,creditlimit_base").text
    assert '"creditlimit":98765432109.8700' in text
    assert '"creditlimit_base":98765432109.8700' in text


def test_single_columns_are_read_set_and_cleared(api: Api) -> None:
    row = api.new("accounts", {"name": "A"})
    assert api.call("PUT", f"accounts({row})/telephone1", {"value": "555"}).status_code == 204
    assert api.get(f"accounts({row})/telephone1")["value"] == "555"
    assert api.call("GET", f"accounts({row})/telephone1/$value").text == "555"
    assert api.call("DELETE", f"accounts({row})/telephone1").status_code == 204
    assert api.call("GET", f"accounts({row})/telephone1").status_code == 204


def test_annotations_name_choices_lookups_and_amounts(api: Api) -> None:
    contact = api.new("contacts", {"firstname": "Ann", "lastname": "Lee"})
    row = api.new(
        "accounts",
        {
            "name": "A",
            "industrycode": 7,
            "creditlimit": 5,
            "primarycontactid@odata.bind": f"/contacts({contact})",
        },
    )
    found = api.get(f"accounts({row})", Prefer='odata.include-annotations="*"')
    formatted = "OData.Community.Display.V1.FormattedValue"
    assert found[f"industrycode@{formatted}"] == "Consulting"
    assert found[f"creditlimit@{formatted}"] == "$5.00"
    assert found[f"_primarycontactid_value@{formatted}"] == "Ann Lee"
    logical = "Microsoft.Dynamics.CRM.lookuplogicalname"
    assert found[f"_primarycontactid_value@{logical}"] == "contact"
    assert found[f"_ownerid_value@{logical}"] == "systemuser"


def test_unknown_places_are_404_and_wrong_verbs_405(api: Api) -> None:
    unknown = api.call("GET", "nothings")
    assert (unknown.status_code, code(unknown)) == (404, "0x8006088a")
    assert api.call("DELETE", "accounts").status_code == 405
