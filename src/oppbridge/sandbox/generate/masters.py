"""Customers, contacts and products in Supply Chain, where they live before the systems meet."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from ..scm.direct import Direct
from .story import Account, Person, Product, Story

PLACE = {"usmf": ("1", "11"), "demf": ("2", "24")}
COMPANIES = {"usmf": "USD", "demf": "EUR"}


def put_masters(scm: Direct, story: Story) -> None:
    """Write what is not there yet, through every rule, in one transaction."""
    with scm.transaction():
        for product in story.products:
            if scm.get("ProductsV2", product.number) is None:
                _put_product(scm, product)
        for account in story.accounts:
            if account.company and scm.get("CustomersV3", *_key(account)) is None:
                _put_customer(scm, account, story.people_of(account))


def _key(account: Account) -> tuple[str, str]:
    return account.company, account.number


def _put_product(scm: Direct, product: Product) -> None:
    row = {
        "ProductNumber": product.number,
        "ProductName": product.name,
        "ProductDescription": f"{product.name}, sold by the {product.unit}",
        "ProductType": product.kind,
    }
    scm.put("ProductsV2", row)
    for company, currency in COMPANIES.items():
        price = product.price_in(currency)
        released = {
            "dataAreaId": company,
            "ItemNumber": product.number,
            "ProductNumber": product.number,
            "InventoryUnitSymbol": product.unit,
            "ItemModelGroupId": "FIFO",
            "ProductGroupId": product.group,
            "StorageDimensionGroupName": "SiteWH",
            "TrackingDimensionGroupName": "None",
            "SalesPrice": price,
            "UnitCost": (price * Decimal("0.6")).quantize(Decimal("0.01")),
            "UnitCostQuantity": 1,
        }
        scm.put("ReleasedProductsV2", released)
        if product.kind == "Item":
            site, warehouse = PLACE[company]
            place = {"company": company, "site": site, "warehouse": warehouse}
            quantity = 20 + int(product.price) % 180
            scm.post("order_settings", item=product.number, **place)
            scm.post(
                "stock", item=product.number, quantity=quantity, reserved=quantity // 5, **place
            )


def _put_customer(scm: Direct, account: Account, people: Iterable[Person]) -> None:
    city, region, code, street = account.place
    site, warehouse = PLACE[account.company]
    row = {
        "dataAreaId": account.company,
        "CustomerAccount": account.number,
        "OrganizationName": account.name,
        "CustomerGroupId": account.group,
        "SalesCurrencyCode": account.currency,
        "OnHoldStatus": account.on_hold,
        "OrganizationNumberOfEmployees": account.employees,
        "CreditLimit": account.employees * 100,
        "PrimaryContactURL": f"https://{account.slug or 'example'}.example",
        "PrimaryContactEmail": f"info@{account.slug or 'example'}.example",
        "AddressStreet": street,
        "AddressCity": city,
        "AddressState": region,
        "AddressZipCode": code,
        "AddressCountryRegionISOCode": account.country,
        "AddressDescription": "Headquarters",
        "LanguageId": "de" if account.country == "DE" else "en-US",
        "SiteId": site,
        "WarehouseId": warehouse,
    }
    party = scm.bring("CustomersV3", row)["PartyNumber"]
    for person in people:
        contact = {
            "dataAreaId": account.company,
            "ContactPersonId": person.number,
            "AssociatedPartyNumber": party,
            "FirstName": person.first,
            "LastName": person.last,
            "EmploymentJobTitle": person.job,
            "PrimaryEmailAddress": person.email,
            "PrimaryPhoneNumber": person.phone,
        }
        scm.bring("ContactPersons", contact)
