import pytest

from .conftest import infolog


@pytest.fixture
def key(scm):
    account = scm.customer()
    return f"CustomersV3(dataAreaId='usmf',CustomerAccount='{account}')"


def test_a_create_answers_with_the_whole_row_and_its_address(scm):
    answer = scm.post(
        "CustomersV3",
        dataAreaId="usmf",
        CustomerGroupId="30",
        SalesCurrencyCode="USD",
        OrganizationName="Acme",
    )
    row = answer.json()
    assert answer.status_code == 201
    assert row["@odata.context"].endswith("#CustomersV3/$entity")
    assert (row["PartyType"], row["InvoiceAddress"]) == ("Organization", "InvoiceAccount")
    assert (row["NameAlias"], row["PaymentTerms"]) == ("Acme", "Net45")
    assert row["PartyNumber"].isdigit()
    assert scm.session.get(answer.headers["Location"]).json()["OrganizationName"] == "Acme"


def test_an_update_changes_only_what_is_sent_and_answers_with_nothing(scm, key):
    before = scm.get(key).json()
    answer = scm.patch(key, {"CreditLimit": 12.5})
    after = scm.get(key).json()
    assert (answer.status_code, answer.content) == (204, b"")
    assert {k for k in after if before[k] != after[k]} == {"CreditLimit", "@odata.etag"}


def test_there_is_no_upsert(scm):
    missing = "CustomersV3(dataAreaId='usmf',CustomerAccount='none')"
    assert scm.patch(missing, {"KnownAs": "x"}).status_code == 404
    assert scm.delete(missing).status_code == 404


def test_a_key_that_exists_is_an_error(scm):
    scm.customer(CustomerAccount="TWICE")
    refused = scm.post(
        "CustomersV3",
        dataAreaId="usmf",
        CustomerAccount="twice",
        CustomerGroupId="30",
        SalesCurrencyCode="USD",
        OrganizationName="B",
    )
    assert "The record already exists" in infolog(refused)


def test_an_old_etag_is_refused_and_a_fresh_one_or_none_is_not(scm, key):
    tag = scm.get(key).json()["@odata.etag"]
    assert scm.patch(key, {"KnownAs": "one"}, **{"If-Match": tag}).status_code == 204
    assert scm.patch(key, {"KnownAs": "two"}, **{"If-Match": tag}).status_code == 412
    assert scm.delete(key, **{"If-Match": tag}).status_code == 412
    assert scm.patch(key, {"KnownAs": "three"}).status_code == 204
    assert scm.get(key).json()["KnownAs"] == "three"
    scm.assume(checks_if_match=False)
    assert scm.patch(key, {"KnownAs": "four"}, **{"If-Match": tag}).status_code == 204


def test_a_deleted_row_is_gone(scm, key):
    assert scm.delete(key).status_code == 204
    assert scm.get(key).status_code == 404


def test_another_companys_row_cannot_be_changed_without_cross_company(scm):
    account = scm.customer("demf")
    url = f"{scm.base}/data/CustomersV3(dataAreaId='demf',CustomerAccount='{account}')"
    body = {"KnownAs": "x"}
    assert scm.session.patch(url, json=body).status_code == 404
    assert scm.session.patch(f"{url}?cross-company=true", json=body).status_code == 204


def test_without_a_company_the_users_own_is_used(scm):
    row = scm.made(
        "CustomersV3", CustomerGroupId="30", SalesCurrencyCode="USD", OrganizationName="Home"
    )
    assert row["dataAreaId"] == "usmf"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"Foo": 1}, "The property 'Foo' does not exist on type"),
        ({"CreditLimit": "12"}, "CreditLimit"),
        ({"CreditLimit": True}, "CreditLimit"),
        ({"OrganizationNumberOfEmployees": 2.5}, "OrganizationNumberOfEmployees"),
        ({"OrganizationName": 5}, "OrganizationName"),
        ({"OnHoldStatus": "Sometimes"}, "CustVendorBlocked"),
        ({"OnHoldStatus": 1}, "CustVendorBlocked"),
        ({"CredManCustomerSince": "yesterday"}, "DateTimeOffset"),
        ({"CredManCustomerSince": "2026-13-45T00:00:00Z"}, "DateTimeOffset"),
        ({"OrganizationName": ""}, "Field 'Organization name' must be filled in."),
        ({"CustomerGroupId": ""}, "Field 'Customer group id' must be filled in."),
        ({"CustomerGroupId": "99"}, "not found in the related table 'Customer groups'"),
        ({"SalesCurrencyCode": "XXX"}, "not found in the related table 'Currencies'"),
        ({"KnownAs": "x" * 101}, "longer than 100 characters"),
        ({"PartyType": "Robot"}, "Party type"),
        ({"AddressCountryRegionId": "XXX"}, "Country/region"),
        ({"FullPrimaryAddress": "x"}, "does not allow editing"),
        ({"PartyNumber": "nobody"}, "not found in the related table 'Parties'"),
        ({"dataAreaId": "nope"}, "The company nope does not exist"),
    ],
)
def test_bad_rows_are_refused_with_their_reason(scm, body, told):
    row = {"CustomerGroupId": "30", "SalesCurrencyCode": "USD", "OrganizationName": "X"}
    before = scm.get("CustomersV3/$count?cross-company=true").text
    assert told in infolog(scm.post("CustomersV3", **{"dataAreaId": "usmf", **row, **body}))
    assert scm.get("CustomersV3/$count?cross-company=true").text == before


def test_malformed_json_is_refused(scm):
    answer = scm.session.post(f"{scm.base}/data/CustomersV3", data="{")
    assert answer.status_code == 400


def test_keys_and_create_only_columns_cannot_be_changed_later(scm, key):
    assert "does not allow editing" in infolog(scm.patch(key, {"PartyType": "Person"}))
    assert "does not allow editing" in infolog(scm.patch(key, {"CustomerAccount": "other"}))
    same = {"CustomerAccount": scm.get(key).json()["CustomerAccount"], "KnownAs": "ok"}
    assert scm.patch(key, same).status_code == 204
    scm.assume(refuses_read_only=False)
    assert scm.patch(key, {"CustomerAccount": "other"}).status_code == 204


def test_long_text_is_cut_where_that_is_assumed(scm, key):
    scm.assume(refuses_long_text=False)
    assert scm.patch(key, {"NameAlias": "x" * 30}).status_code == 204
    assert scm.get(key).json()["NameAlias"] == "x" * 20


def test_null_resets_a_column_to_its_filler(scm, key):
    scm.patch(key, {"KnownAs": "x", "CredManCustomerSince": "2020-01-01T12:00:00Z"})
    scm.patch(key, {"KnownAs": None, "CredManCustomerSince": None})
    row = scm.get(key).json()
    assert (row["KnownAs"], row["CredManCustomerSince"]) == ("", "1900-01-01T12:00:00Z")


def test_put_empties_what_is_not_sent(scm, key):
    row = {"CustomerGroupId": "30", "SalesCurrencyCode": "USD", "OrganizationName": "New"}
    scm.patch(key, {"KnownAs": "old"})
    answer = scm.session.put(f"{scm.base}/data/{key}", json=row)
    assert answer.status_code == 204
    assert (scm.get(key).json()["KnownAs"], scm.get(key).json()["PartyType"]) == (
        "",
        "Organization",
    )


def test_odata_annotations_in_a_body_are_tolerated(scm, key):
    body = {"@odata.type": "#Microsoft.Dynamics.DataEntities.CustomerV3", "KnownAs": "y"}
    assert scm.patch(key, body).status_code == 204


def test_trailing_blanks_are_lost_and_leading_ones_kept(scm, key):
    scm.patch(key, {"KnownAs": "  padded  "})
    assert scm.get(key).json()["KnownAs"] == "  padded"


def test_amounts_keep_every_digit_sent(scm, key):
    scm.patch(key, {"CreditLimit": 0.1})
    assert '"CreditLimit":0.1,' in scm.get(key).text
    url = f"{scm.base}/data/{key}"
    scm.session.patch(url, data='{"CreditLimit": 12345678901.123456}')
    assert '"CreditLimit":12345678901.123456,' in scm.get(key).text


def test_a_countrys_two_spellings_follow_each_other(scm, key):
    scm.patch(key, {"AddressCountryRegionISOCode": "de", "AddressCity": "Köln"})
    assert scm.get(key).json()["AddressCountryRegionId"] == "DEU"
    scm.patch(key, {"AddressCountryRegionId": "USA"})
    row = scm.get(key).json()
    assert (row["AddressCountryRegionISOCode"], row["FullPrimaryAddress"]) == ("US", "Köln\nUSA")


def test_a_person_is_named_by_its_parts(scm):
    row = {"PartyType": "Person", "PersonFirstName": "Ada", "PersonLastName": "Byron"}
    account = scm.customer(OrganizationName="", **row)
    key = f"CustomersV3(dataAreaId='usmf',CustomerAccount='{account}')"
    assert scm.get(key).json()["OrganizationName"] == "Ada Byron"


def test_a_party_renamed_in_one_company_is_renamed_in_the_other(scm, key):
    party = scm.get(key).json()["PartyNumber"]
    other = scm.customer("demf", PartyNumber=party, OrganizationName="ignored")
    there = f"CustomersV3(dataAreaId='demf',CustomerAccount='{other}')?cross-company=true"
    assert scm.get(there).json()["OrganizationName"] == "Contoso"
    scm.patch(key, {"OrganizationName": "Renamed"})
    assert scm.get(there).json()["OrganizationName"] == "Renamed"


def test_numbers_are_given_by_the_service_or_the_caller_as_set_up(scm):
    assert scm.customer("demf").startswith("DEMF-0")
    assert scm.customer("usmf", CustomerAccount="MINE").startswith("MINE")
    row = {"CustomerGroupId": "30", "SalesCurrencyCode": "EUR", "OrganizationName": "X"}
    refused = scm.post("CustomersV3", dataAreaId="demf", CustomerAccount="MINE", **row)
    assert "automatic" in infolog(refused)
    scm.command("sequence", company="demf", name="CustomerAccount", mode="manual")
    assert "manual" in infolog(scm.post("CustomersV3", dataAreaId="demf", **row))
    made = scm.made("CustomersV3", dataAreaId="demf", CustomerAccount="MINE", **row)
    assert made["CustomerAccount"] == "MINE"
    scm.command("sequence", company="demf", name="CustomerAccount", mode="automatic")


def test_a_refused_create_uses_no_number_up(scm):
    first = scm.customer("demf")
    row = {"CustomerGroupId": "30", "SalesCurrencyCode": "EUR", "OrganizationName": "X"}
    scm.post("CustomersV3", dataAreaId="demf", SiteId="none", **row)
    assert int(scm.customer("demf")[-6:]) == int(first[-6:]) + 1


def test_errors_are_told_in_the_language_of_the_user(scm):
    identity = scm.sandbox.world.identity.client_id
    scm.command("user", subject=identity, language="de")
    try:
        refused = scm.post("CustomersV3", CustomerGroupId="30", SalesCurrencyCode="USD")
        assert "muss ausgefüllt werden" in infolog(refused)
    finally:
        scm.command("user", subject=identity)


def test_rows_written_by_people_follow_the_same_rules(scm):
    row = {"CustomerGroupId": "30", "SalesCurrencyCode": "USD", "OrganizationName": "Direct"}
    account = scm.sandbox.scm.put("CustomersV3", row)["CustomerAccount"]
    scm.sandbox.scm.edit("CustomersV3", ("usmf", account), {"KnownAs": "seen"})
    found = scm.value(f"CustomersV3?$filter=CustomerAccount eq '{account}'&$select=KnownAs")
    assert found[0]["KnownAs"] == "seen"
    scm.sandbox.scm.delete("CustomersV3", "usmf", account)
    assert scm.sandbox.scm.get("CustomersV3", "usmf", account) is None


def test_rows_without_their_key_are_refused(scm):
    assert "must be filled in" in infolog(scm.post("CustomerGroups", Description="No id"))
    assert "must be filled in" in infolog(scm.post("ProductsV2", ProductName="No number"))
    made = scm.made(
        "CustomerGroups", CustomerGroupId="77", Description="Seven", PaymentTermId="COD"
    )
    assert made["dataAreaId"] == "usmf"
