"""Contacts, products and addresses: what follows from one write elsewhere."""

import pytest

from .conftest import infolog


@pytest.fixture
def key(scm):
    account = scm.customer()
    return f"CustomersV3(dataAreaId='usmf',CustomerAccount='{account}')"


def test_a_contact_belongs_to_a_party(scm, key):
    party = scm.get(key).json()["PartyNumber"]
    body = {"dataAreaId": "usmf", "FirstName": "Zoë", "LastName": "O'Hara"}
    row = scm.made("ContactPersons", AssociatedPartyNumber=party, **body)
    assert row["ContactPersonName"] == "Zoë O'Hara"
    assert row["ContactPersonPartyType"] == "Person"
    assert not row["LastEditDateTime"].startswith("1900")
    assert "Parties" in infolog(scm.post("ContactPersons", AssociatedPartyNumber="x", **body))
    assert "must be filled in" in infolog(scm.post("ContactPersons", **body))


def test_a_contacts_edit_time_follows_the_sandbox_clock(scm, key):
    party = scm.get(key).json()["PartyNumber"]
    body = {"dataAreaId": "usmf", "FirstName": "A", "LastName": "B"}
    row = scm.made("ContactPersons", AssociatedPartyNumber=party, **body)
    scm.sandbox.clock.move(60)
    path = f"ContactPersons(dataAreaId='usmf',ContactPersonId='{row['ContactPersonId']}')"
    scm.patch(path, {"FirstName": "C"})
    after = scm.get(path).json()
    assert after["LastEditDateTime"] > row["LastEditDateTime"]
    assert after["ContactPersonName"] == "C B"


def test_a_customer_with_documents_cannot_be_deleted(scm, key):
    account = scm.get(key).json()["CustomerAccount"]
    scm.order(account=account)
    assert "cannot be deleted while dependent Sales order headers V2 exist" in infolog(
        scm.delete(key)
    )


def test_read_only_sets_and_released_products_refuse_writes(scm):
    item = scm.item()
    assert scm.post("SellableReleasedProducts", dataAreaId="usmf").status_code == 400
    key = f"ReleasedProductsV2(dataAreaId='usmf',ItemNumber='{item}')"
    assert scm.delete(key).status_code == 400


def test_a_released_product_appears_in_the_sellable_sets(scm):
    item = scm.item(SalesPrice=12.75)
    scm.command("stop_item", company="usmf", item=item)
    row = scm.get(f"SellableReleasedProducts(dataAreaId='usmf',ProductNumber='P{item}')").json()
    assert (row["SalesPrice"], row["CurrencyCode"], row["IsSalesStopped"]) == (12.75, "USD", "Yes")
    key = f"ReleasedProductsV2(dataAreaId='usmf',ItemNumber='{item}')"
    scm.patch(key, {"SalesPrice": 13})
    distinct = f"CDSReleasedDistinctProducts(dataAreaId='usmf',ProductNumber='P{item}')"
    assert scm.get(distinct).json()["SalesPrice"] == 13
    scm.patch(f"ProductsV2(ProductNumber='P{item}')", {"ProductName": "Renamed"})
    assert scm.get(distinct).json()["ProductName"] == "Renamed"


def test_a_product_without_groups_is_released_but_not_sellable(scm):
    item = scm.item(ItemModelGroupId="")
    row = scm.get(f"SellableReleasedProducts(dataAreaId='usmf',ProductNumber='P{item}')")
    assert row.status_code == 404


def test_the_primary_address_is_also_the_customers(scm, key):
    account = scm.get(key).json()["CustomerAccount"]
    address = {
        "CustomerAccountNumber": account,
        "CustomerLegalEntityId": "usmf",
        "AddressCountryRegionISOCode": "SE",
        "AddressCity": "Malmö",
        "AddressDescription": "Depot",
    }
    second = scm.made("CustomerPostalAddresses", **address)
    assert second["AddressLocationId"].isdigit()
    assert second["Expiration"] == "2154-12-31T23:59:59Z"
    assert scm.get(key).json()["AddressCity"] == ""
    first = scm.made("CustomerPostalAddresses", IsPrimary="Yes", **address)
    row = scm.get(key).json()
    assert (row["AddressCity"], row["AddressCountryRegionId"]) == ("Malmö", "SWE")
    path = (
        "CustomerPostalAddresses(dataAreaId='usmf',CustomerLegalEntityId='usmf',"
        f"CustomerAccountNumber='{account}',AddressLocationId='{{}}',Effective={{}})"
    )
    kept = path.format(first["AddressLocationId"], first["Effective"])
    gone = path.format(second["AddressLocationId"], second["Effective"])
    assert "cannot be deleted" in infolog(scm.delete(kept))
    assert scm.delete(gone).status_code == 204
