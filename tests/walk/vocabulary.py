"""What the two CRMs call the same things, written by hand: the onlooker must not ask the maps."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Field:
    """One field in both CRMs. `kind` is text, number, whole, day, choice or a referenced kind."""

    north: str
    south: str
    kind: str = "text"
    size: int = 25


TAGS = {
    "companies": ("notes", "Remarks"),
    "people": ("mail", "Email"),
    "items": ("nr", "ItemNo"),
    "deals": ("notes", "Remarks"),
    "offers": ("nr", "OfferNo"),
    "sales": ("nr", "OrderNo"),
}
"""The column that holds a row's birth mark, which nobody edits."""

LINE_TAG = ("memo", "Text")

FIELDS: dict[str, dict[str, Field]] = {
    "companies": {
        "name": Field("title", "Name"),
        "city": Field("town", "City", size=20),
        "staff": Field("staff", "Headcount", "whole"),
        "state": Field("state", "Status", "choice"),
        "turnover": Field("turnover", "Revenue", "number"),
        "parent": Field("parent_id", "Parent", "companies"),
        "contact": Field("contact_id", "MainPerson", "people"),
    },
    "people": {
        "first": Field("first", "GivenName", size=20),
        "last": Field("last", "FamilyName"),
        "company": Field("company_id", "Company", "companies"),
    },
    "items": {
        "name": Field("title", "Name"),
        "price": Field("price", "ListPrice", "number"),
    },
    "deals": {
        "name": Field("title", "Name"),
        "company": Field("company_id", "Company", "companies"),
        "state": Field("state", "Status", "choice"),
        "stage": Field("stage", "Phase", "choice"),
        "amount": Field("amount", "Value", "number"),
        "closes": Field("closes", "CloseDate", "day"),
        "chance": Field("chance", "Percent", "whole"),
    },
    "offers": {
        "name": Field("title", "Name"),
        "company": Field("company_id", "Company", "companies"),
        "deal": Field("deal_id", "Deal", "deals"),
        "state": Field("state", "Status", "choice"),
        "until": Field("until", "ValidTo", "day"),
    },
    "sales": {
        "name": Field("title", "Name"),
        "company": Field("company_id", "Company", "companies"),
        "offer": Field("offer_id", "Offer", "offers"),
        "state": Field("state", "Status", "choice"),
        "reference": Field("their_ref", "YourRef"),
    },
}

LINES = {"deals": ("lines", "Rows"), "offers": ("lines", "Rows"), "sales": ("lines", "Rows")}
LINE_FIELDS = {
    "item": Field("item_id", "Item", "items"),
    "count": Field("count", "Quantity", "number"),
    "price": Field("price", "UnitPrice", "number"),
}
CURRENCIES = {
    "turnover": "turnover_cur",
    "amount": "amount_cur",
    "price": "price_cur",
    "Revenue": "RevenueCurrency",
    "Value": "ValueCurrency",
    "ListPrice": "ListCurrency",
    "UnitPrice": "PriceCurrency",
}


def column(field: Field, side: str) -> str:
    """What one CRM calls a field."""
    return field.north if side == "north" else field.south


def tag_column(kind: str, side: str) -> str:
    """Where one CRM keeps the birth mark of a row."""
    return TAGS[kind][0 if side == "north" else 1]


def line_column(side: str) -> str:
    """Where one CRM keeps the birth mark of a line."""
    return LINE_TAG[0 if side == "north" else 1]


def list_column(kind: str, side: str) -> str:
    """What one CRM calls the lines of a document."""
    return LINES[kind][0 if side == "north" else 1]
