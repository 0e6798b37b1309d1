"""Stock rows of a new environment: organisation, users, currencies, units, price lists, roles."""

from __future__ import annotations

import uuid
from decimal import Decimal

from ..database import Database
from ..world import Identity
from .desk import Caller, Desk
from .settings import Settings
from .write import create_row

_SPACE = uuid.UUID("0b5e55a4-0000-4000-8000-000000000000")

CURRENCIES = (
    ("USD", "US Dollar", "$", 2, "1"),
    ("EUR", "Euro", "€", 2, "0.92"),
    ("GBP", "Pound Sterling", "£", 2, "0.79"),
    ("JPY", "Yen", "¥", 0, "151.5"),
)
_STAKEHOLDERS = (
    "Stakeholder",
    "Decision Maker",
    "Economic Buyer",
    "Technical Buyer",
    "Champion",
    "End User",
    "Influencer",
)
_TEAM = ("Sales Professional", "Delivery Professional", "Industry Expert", "Territory Manager")


def stock_id(name: str) -> str:
    """The id of a stock row in every sandbox: `user:person`, `currency:EUR`, `role:Champion`."""
    return str(uuid.uuid5(_SPACE, name))


APPLICATION_USER = stock_id("user:application")
PERSON = stock_id("user:person")
ORGANIZATION = stock_id("organization")
UNIT = stock_id("unit:ea")
UNIT_GROUP = stock_id("units:default")


def seed(desk: Desk, identity: Identity) -> None:
    """Fill an empty database with what every environment has."""
    database, settings = desk.database, desk.settings
    database.set_fact("organization", ORGANIZATION)
    _organization(database, settings)
    _people(desk, identity)
    _money(desk, settings)
    _units(desk)
    for name in _STAKEHOLDERS:
        create_row(
            desk,
            "connectionrole",
            {"connectionroleid": stock_id(f"role:{name}"), "name": name, "category": 1000},
        )
    for name in _TEAM:
        create_row(
            desk,
            "connectionrole",
            {"connectionroleid": stock_id(f"role:{name}"), "name": name, "category": 1001},
        )


def _people(desk: Desk, identity: Identity) -> None:
    unit = stock_id("businessunit")
    create_row(desk, "businessunit", {"businessunitid": unit, "name": "Contoso"})
    users = (
        ("application", "OppBridge", identity.client_id),
        ("person", "Paula Person", None),
        ("other", "Otto Other", None),
    )
    for key, name, application in users:
        first, _, last = name.partition(" ")
        create_row(
            desk,
            "systemuser",
            {
                "systemuserid": stock_id(f"user:{key}"),
                "firstname": first,
                "lastname": last or "Application",
                "applicationid": application,
                "azureactivedirectoryobjectid": stock_id(f"object:{key}"),
                "domainname": f"{key}@contoso.example",
                "internalemailaddress": f"{key}@contoso.example",
                "_businessunitid_value": unit,
                "accessmode": 4 if application else 0,
            },
        )
    create_row(
        desk,
        "team",
        {
            "teamid": stock_id("team"),
            "name": "Contoso",
            "_businessunitid_value": unit,
            "isdefault": True,
        },
    )


def _organization(database: Database, settings: Settings) -> None:
    base = stock_id(f"currency:{settings.base_currency}")
    row = {
        "organizationid": ORGANIZATION,
        "name": "contoso",
        "languagecode": 1033,
        "expirechangetrackingindays": settings.delta_days,
        "_basecurrencyid_value": base,
        "issopintegrationenabled": settings.sop_integration,
        "oobpricecalculationenabled": settings.oob_prices,
        "pricingdecimalprecision": settings.pricing_precision,
    }
    database.insert("organization", row)


def _money(desk: Desk, settings: Settings) -> None:
    base = next(
        Decimal(rate) for code, _, _, _, rate in CURRENCIES if code == settings.base_currency
    )
    for code, name, symbol, precision, rate in CURRENCIES:
        currency = stock_id(f"currency:{code}")
        create_row(
            desk,
            "transactioncurrency",
            {
                "transactioncurrencyid": currency,
                "isocurrencycode": code,
                "currencyname": name,
                "currencysymbol": symbol,
                "currencyprecision": precision,
                "exchangerate": (Decimal(rate) / base).quantize(Decimal("1e-10")),
            },
        )
        price_list = {
            "pricelevelid": stock_id(f"prices:{code}"),
            "name": f"Standard {code}",
            "_transactioncurrencyid_value": currency,
        }
        create_row(desk, "pricelevel", price_list)


def _units(desk: Desk) -> None:
    schedule = {"uomscheduleid": UNIT_GROUP, "name": "Default Unit", "baseuomname": "ea"}
    # The base unit comes with the group; give it the id that every sandbox shares.
    create_row(desk, "uomschedule", schedule)
    base = desk.find("uom", _uomscheduleid_value=UNIT_GROUP)[0]
    desk.drop("uom", base["uomid"])
    desk.insert("uom", {**{k: v for k, v in base.items() if k != "_version"}, "uomid": UNIT})
    for name, factor in (("box", 10), ("pallet", 480)):
        create_row(
            desk,
            "uom",
            {
                "uomid": stock_id(f"unit:{name}"),
                "name": name,
                "_uomscheduleid_value": UNIT_GROUP,
                "_baseuom_value": UNIT,
                "quantity": Decimal(factor),
            },
        )


def application_caller() -> Caller:
    """The user that the connector's application signs in as."""
    return Caller(APPLICATION_USER)
