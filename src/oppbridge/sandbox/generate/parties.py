"""Accounts, contacts, competitors and, where entered by hand, products in Sales."""

from __future__ import annotations

from ..dataverse.seed import stock_id
from .sales_desk import UNIT, UNIT_GROUP, SalesDesk, currency
from .story import Account, Person, Product, Story, id_of


def put_prospects(desk: SalesDesk, story: Story, seed: int) -> None:
    """Those accounts that only Sales knows, with their contacts, and the competitors."""
    for account in story.accounts:
        if not account.company:
            put_account(desk, story, account, seed)
    for name in story.competitors:
        if desk.find("competitor", "name", name) is None:
            desk.put("competitor", "competitorid", id_of(seed, "competitor", name), {"name": name})


def key_in(desk: SalesDesk, story: Story, seed: int) -> None:
    """Customers and products entered by hand under the numbers they have in Supply Chain."""
    for account in story.accounts:
        put_account(desk, story, account, seed)
    for product in story.products:
        if desk.find("product", "productnumber", product.number) is None:
            _put_product(desk, product, seed)


def put_account(desk: SalesDesk, story: Story, account: Account, seed: int) -> None:
    """An account and its contacts, unless Sales knows the number already."""
    if desk.find("account", "accountnumber", account.number) is not None:
        return
    city, region, code, street = account.place
    row = {
        "name": account.name,
        "accountnumber": account.number,
        "customertypecode": 3 if account.company else 8,
        "numberofemployees": account.employees,
        "websiteurl": f"https://{account.slug or 'example'}.example",
        "emailaddress1": f"info@{account.slug or 'example'}.example",
        "address1_line1": street,
        "address1_city": city,
        "address1_stateorprovince": region,
        "address1_postalcode": code,
        "address1_country": account.country,
        "creditonhold": account.on_hold == "All",
        **currency(account.currency),
    }
    account_id = desk.put("account", "accountid", id_of(seed, "account", account.number), row)
    people = [_put_person(desk, person, account_id, seed) for person in story.people_of(account)]
    if people:
        desk.edit("account", account_id, {"primarycontactid@odata.bind": f"/contacts({people[0]})"})


def _put_person(desk: SalesDesk, person: Person, account_id: str, seed: int) -> str:
    row = {
        "firstname": person.first,
        "lastname": person.last,
        "jobtitle": person.job,
        "emailaddress1": person.email,
        "telephone1": person.phone,
        "employeeid": person.number,
        "parentcustomerid_account@odata.bind": f"/accounts({account_id})",
    }
    return desk.put("contact", "contactid", id_of(seed, "contact", person.number), row)


def _put_product(desk: SalesDesk, product: Product, seed: int) -> None:
    product_id = id_of(seed, "product", product.number)
    row = {
        "name": product.name,
        "productnumber": product.number,
        "description": f"{product.name}, sold by the {product.unit}",
        "producttypecode": 3 if product.kind == "Service" else 1,
        "quantitydecimal": 0,
        "price": product.price,
        "defaultuomid@odata.bind": f"/uoms({UNIT})",
        "defaultuomscheduleid@odata.bind": f"/uomschedules({UNIT_GROUP})",
        **currency("USD"),
    }
    desk.put("product", "productid", product_id, row)
    for code in ("USD", "EUR"):
        item = {
            "pricelevelid@odata.bind": f"/pricelevels({stock_id(f'prices:{code}')})",
            "productid@odata.bind": f"/products({product_id})",
            "uomid@odata.bind": f"/uoms({UNIT})",
            "amount": product.price_in(code),
            **currency(code),
        }
        number = id_of(seed, "price", product.number, code)
        desk.put("productpricelevel", "productpricelevelid", number, item)
