"""What stands in every environment before business begins.

Companies, currencies, units, terms, sites.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from .rows import Rows

COMPANIES: Mapping[str, tuple[str, str, str]] = {
    "usmf": ("Contoso Entertainment System USA", "USD", "USA"),
    "demf": ("Contoso Entertainment System Germany", "EUR", "DEU"),
    "dat": ("Company accounts data", "USD", "USA"),
}
_CURRENCIES = {
    "USD": ("US Dollar", "$", "0.01"),
    "EUR": ("Euro", "€", "0.01"),
    "GBP": ("Pound Sterling", "£", "0.01"),
    "CHF": ("Swiss Franc", "CHF", "0.01"),
    "CAD": ("Canadian Dollar", "$", "0.01"),
    "JPY": ("Yen", "¥", "1"),
}
_RATES = {"EUR": "108", "GBP": "127", "CHF": "113", "CAD": "73", "JPY": "0.66"}
_UNITS = {
    "ea": ("Each", 0, "Quantity"),
    "pcs": ("Pieces", 0, "Quantity"),
    "box": ("Box of ten", 0, "Quantity"),
    "pallet": ("Pallet", 0, "Quantity"),
    "kg": ("Kilogram", 3, "Mass"),
    "hr": ("Hour", 2, "Time"),
    "day": ("Day", 2, "Time"),
}
# There is none for the pallet: lines in pallets are refused, as happens in real life.
_CONVERSIONS = (("box", "ea", "10"), ("pcs", "ea", "1"), ("day", "hr", "8"))
_SITES = {"1": "Main site", "2": "North", "5": "Outlet"}
_WAREHOUSES = {
    "11": ("1", "Main"),
    "13": ("1", "Returns"),
    "24": ("2", "North"),
    "51": ("5", "Outlet"),
}
_BY_COMPANY: Mapping[str, tuple[tuple[str, ...], tuple[tuple[Any, ...], ...]]] = {
    "PaymentTerms": (
        ("Name", "Description", "NumberOfDays"),
        (
            ("Net10", "Net 10 days", 10),
            ("Net30", "Net 30 days", 30),
            ("Net45", "Net 45 days", 45),
            ("Net60", "Net 60 days", 60),
            ("COD", "Cash", 0),
        ),
    ),
    "DeliveryTerms": (
        ("TermsCode", "TermsDescription"),
        (("FOB", "Free on board"), ("CIF", "Cost, insurance, freight"), ("EXW", "Ex works")),
    ),
    "DeliveryModes": (
        ("ModeCode", "ModeDescription"),
        (("10", "Ground"), ("20", "Air"), ("30", "Sea")),
    ),
    "SalesOrderOriginCodes": (
        ("OriginCode", "OriginDescription"),
        (("CRM", "Sales"), ("WEB", "Web shop")),
    ),
    "PriceCustomerGroups": (
        ("GroupCode", "GroupName"),
        (("WHOLE", "Wholesale"), ("RETAIL", "Retail")),
    ),
    "CustomerGroups": (
        ("CustomerGroupId", "Description", "PaymentTermId"),
        (
            ("10", "Wholesale customers", "Net30"),
            ("20", "Major customers", "Net60"),
            ("30", "Retail customers", "Net45"),
        ),
    ),
}


def seed(rows: Rows) -> bool:
    """Fill an empty environment; False, and nothing done, where one stands already."""
    if rows.exists("LegalEntities", {"LegalEntityId": "usmf"}):
        return False
    with rows.database.transaction():
        for name, lines in _shared():
            for line in lines:
                rows.insert(name, line)
        for company in COMPANIES:
            for name, line in _company(company):
                rows.insert(name, {"dataAreaId": company, **line})
    return True


def _shared() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    yield "LegalEntities", [_legal_entity(company, *facts) for company, facts in COMPANIES.items()]
    yield (
        "Companies",
        [{"DataArea": company, "Name": name} for company, (name, _, _) in COMPANIES.items()],
    )
    yield (
        "Currencies",
        [
            {
                "CurrencyCode": code,
                "Name": name,
                "Symbol": symbol,
                "RoundingRuleSalesOrders": Decimal(rule),
            }
            for code, (name, symbol, rule) in _CURRENCIES.items()
        ],
    )
    yield "ExchangeRates", [_rate(code, Decimal(rate)) for code, rate in _RATES.items()]
    yield (
        "UnitsOfMeasure",
        [
            {
                "UnitSymbol": unit,
                "UnitDescription": text,
                "DecimalPrecision": digits,
                "UnitClass": kind,
            }
            for unit, (text, digits, kind) in _UNITS.items()
        ],
    )
    yield "UnitOfMeasureConversions", [_conversion(*one) for one in _CONVERSIONS]


def _legal_entity(company: str, name: str, currency: str, country: str) -> dict[str, Any]:
    return {
        "LegalEntityId": company,
        "Name": name,
        "NameAlias": name[:20].rstrip(),
        "LanguageId": "de" if country == "DEU" else "en-US",
        "AddressCountryRegionId": country,
        "AccountingCurrency": currency,
    }


def _rate(code: str, rate: Decimal) -> dict[str, Any]:
    return {
        "RateTypeName": "Default",
        "FromCurrency": code,
        "ToCurrency": "USD",
        "StartDate": "2020-01-01T12:00:00Z",
        "EndDate": "2154-12-31T12:00:00Z",
        "Rate": rate,
        "ConversionFactor": "Hundred",
    }


def _conversion(unit: str, other: str, factor: str) -> dict[str, Any]:
    return {
        "FromUnitSymbol": unit,
        "ToUnitSymbol": other,
        "Factor": Decimal(factor),
        "Numerator": 1,
        "Denominator": 1,
    }


def _company(company: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, (columns, lines) in _BY_COMPANY.items():
        for line in lines:
            yield name, dict(zip(columns, line, strict=True))
    if company == "dat":
        yield "CustomerGroups", {"CustomerGroupId": "IG-CL", "Description": "Integration clients"}
    for site, text in _SITES.items():
        yield "OperationalSitesV2", {"SiteId": site, "SiteName": text}
    for warehouse, (site, text) in _WAREHOUSES.items():
        yield (
            "Warehouses",
            {"WarehouseId": warehouse, "OperationalSiteId": site, "WarehouseName": text},
        )
