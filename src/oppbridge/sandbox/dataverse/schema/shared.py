"""Columns that many tables share: owners, stamps, money, addresses, states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from .model import (
    Column,
    Definition,
    OnDelete,
    State,
    Towards,
    Type,
    choice,
    flag,
    guid,
    lookup,
    memo,
    moment,
    number,
    text,
    whole,
)

FREIGHT = "1 FOB, 2 No Charge"
SHIPPING = "1 Airborne, 2 DHL, 3 FedEx, 4 UPS, 5 Postal Mail, 6 Full Load, 7 Will Call"
PAYMENT = "1 Net 30, 2 2% 10 Net 30, 3 Net 45, 4 Net 60"


def table(definition: Definition) -> Definition:
    """The definition with what every table of its kind has: stamps, owner, state, money, base amounts."""
    own = definition.columns
    names = {c.name for c in own}
    added = [guid(definition.key, required="system", updatable=False), *_stamps()]
    if definition.ownership == "UserOwned":
        added += _owners(definition)
    elif definition.ownership == "OrganizationOwned":
        added.append(read_only(lookup("organizationid", "organization")))
    if definition.states:
        added += _states(definition.states)
    if any(c.type is Type.MONEY for c in own) or "transactioncurrencyid" in names:
        added += _currency(own)
    return replace(definition, columns=tuple(c for c in (*added, *own) if c is not None))


def address(number_: int) -> tuple[Column, ...]:
    """`address1_*` and so on."""
    at = f"address{number_}_"
    lengths = {
        "name": 200, "line1": 250, "line2": 250, "line3": 250, "city": 80, "stateorprovince": 50, "postalcode": 20,
        "country": 80, "county": 50, "postofficebox": 20, "telephone1": 50, "telephone2": 50, "telephone3": 50,
        "fax": 50, "upszone": 4, "primarycontactname": 100,
    }  # fmt: skip
    return (
        *(text(at + name, length) for name, length in lengths.items()),
        choice(at + "addresstypecode", "1 Bill To, 2 Ship To, 3 Primary, 4 Other"),
        choice(at + "freighttermscode", FREIGHT),
        choice(at + "shippingmethodcode", SHIPPING),
        Column(
            at + "latitude", Type.DOUBLE, precision=5, minimum=Decimal(-90), maximum=Decimal(90)
        ),
        Column(
            at + "longitude", Type.DOUBLE, precision=5, minimum=Decimal(-180), maximum=Decimal(180)
        ),
        guid(at + "addressid"),
        memo(at + "composite", 1000, kept=False, creatable=False, updatable=False, ignored=True),
    )


def document_address(prefix: str) -> tuple[Column, ...]:
    """`billto_*` and `shipto_*` of quotes and orders."""
    lengths = {
        "name": 200, "contactname": 150, "line1": 250, "line2": 250, "line3": 250, "city": 80, "stateorprovince": 50,
        "postalcode": 20, "country": 80, "telephone": 50, "fax": 50,
    }  # fmt: skip
    return (
        *(text(f"{prefix}_{name}", length) for name, length in lengths.items()),
        guid(f"{prefix}_addressid"),
        memo(
            f"{prefix}_composite", 1000, kept=False, creatable=False, updatable=False, ignored=True
        ),
    )


def communication() -> tuple[Column, ...]:
    """Telephones, mail addresses and consents of accounts, contacts and leads."""
    flags = (
        "donotphone",
        "donotemail",
        "donotfax",
        "donotpostalmail",
        "donotbulkemail",
        "donotbulkpostalmail",
        "donotsendmm",
    )
    return (
        *(text(f"emailaddress{i}", 100) for i in (1, 2, 3)),
        *(text(f"telephone{i}", 50) for i in (1, 2, 3)),
        text("fax", 50),
        text("websiteurl", 200),
        *(flag(name) for name in flags),
        choice("preferredcontactmethodcode", "1 Any, 2 Email, 3 Phone, 4 Fax, 5 Mail", default=1),
    )


def read_only(column: Column) -> Column:
    """The same column, maintained by the system; what clients send for it is dropped."""
    return replace(column, creatable=False, updatable=False, ignored=True)


def _stamps() -> list[Column]:
    people = ("createdby", "modifiedby", "createdonbehalfby", "modifiedonbehalfby")
    return [
        *(read_only(moment(name)) for name in ("createdon", "modifiedon")),
        *(read_only(lookup(name, "systemuser")) for name in people),
        moment("overriddencreatedon", updatable=False),
        whole("importsequencenumber", updatable=False),
        whole("timezoneruleversionnumber"),
        whole("utcconversiontimezonecode"),
    ]


def _owners(definition: Definition) -> list[Column]:
    nav = f"ownerid_{definition.logical}" if definition.activity else "ownerid"
    towards = tuple(Towards(target, nav, "") for target in ("systemuser", "team"))
    return [
        Column("ownerid", Type.OWNER, towards=towards, required="system"),
        read_only(lookup("owninguser", "systemuser")),
        read_only(lookup("owningteam", "team")),
        read_only(lookup("owningbusinessunit", "businessunit")),
        guid("processid"),
        guid("stageid"),
        text("traversedpath", 1250),
    ]


def _states(states: Mapping[int, State]) -> list[Column]:
    first = next(iter(states.values()))
    reasons = {value: label for state in states.values() for value, label in state.statuses.items()}
    return [
        Column(
            "statecode",
            Type.STATE,
            choices={v: s.label for v, s in states.items()},
            default=next(iter(states)),
            required="system",
        ),
        Column("statuscode", Type.STATUS, choices=reasons, default=next(iter(first.statuses))),
    ]


def _currency(own: tuple[Column, ...]) -> list[Column]:
    names = {c.name for c in own}
    base = [
        Column(
            f"{c.name}_base",
            Type.MONEY,
            precision=4,
            precision_source=0,
            kept=False,
            creatable=False,
            updatable=False,
            ignored=True,
        )
        for c in own
        if c.type is Type.MONEY
    ]
    if "exchangerate" not in names:
        base.append(read_only(number("exchangerate", 10, "1e-10", "1e11")))
    if "transactioncurrencyid" not in names:
        base.append(
            lookup("transactioncurrencyid", "transactioncurrency", on_delete=OnDelete.RESTRICT)
        )
    return base
