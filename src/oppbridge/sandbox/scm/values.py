"""What columns hold: how a value arrives on the wire, is kept, and what an unset column shows.

 Rows are kept in the form they are shown, so that serving them needs no translation; only decimals
are kept as text and served as numbers with the digits they have. An unset column is NULL and shows
its filler.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from ..tables import Field, Kind, Table
from .refusals import NAMESPACE, Malformed, label, told
from .schema import Column, Entity, Schema

EMPTY_DATE = "1900-01-01T12:00:00Z"
EMPTY_INSTANT = "1900-01-01T00:00:00Z"
EMPTY_GUID = "00000000-0000-0000-0000-000000000000"
LAST_INSTANT = "2154-12-31T23:59:59Z"

KINDS = {
    "s": Kind.TEXT,
    "n": Kind.DECIMAL,
    "i": Kind.INTEGER,
    "l": Kind.INTEGER,
    "d": Kind.INSTANT,
    "t": Kind.INSTANT,
    "y": Kind.TEXT,
    "e": Kind.TEXT,
    "g": Kind.GUID,
}
EDM = {
    "s": "Edm.String",
    "n": "Edm.Decimal",
    "i": "Edm.Int32",
    "l": "Edm.Int64",
    "d": "Edm.DateTimeOffset",
    "t": "Edm.DateTimeOffset",
    "g": "Edm.Guid",
}
_RANGE = {"i": 2**31, "l": 2**63}
_STAMP = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z|[+-]\d{2}:\d{2})?)?"
)

# Columns looked up often, by table: kept even when empty, so that an index serves them.
INDEXED: Mapping[str, tuple[str, ...]] = {
    "CustomersV3": ("PartyNumber", "OrganizationName", "IdentificationNumber"),
    "ContactPersons": ("AssociatedPartyNumber", "IdentityCardNumber"),
    "SalesOrderHeadersV2": (
        "CustomersOrderReference",
        "OrderingCustomerAccountNumber",
        "SalesOrderStatus",
    ),
    "SalesQuotationHeadersV2": (
        "CustomersReference",
        "RequestingCustomerAccountNumber",
        "SalesQuotationStatus",
    ),
    "SalesOrderLines": ("SalesOrderNumber", "ItemNumber"),
    "SalesQuotationLines": ("SalesQuotationNumber", "ItemNumber"),
    "ReleasedProductsV2": ("ProductNumber",),
    "SalesPriceAgreements": ("ItemNumber",),
    "SalesInvoiceHeadersV2": ("SalesOrderNumber",),
}


def filler(column: Column, schema: Schema) -> Any:
    """What an unset column shows.

    Text is never null, dates are of 1900, a time zone alone may be null.
    """
    match column.kind:
        case "s":
            return ""
        case "n" | "i" | "l":
            return 0
        case "d":
            return EMPTY_DATE
        case "t":
            return EMPTY_INSTANT
        case "g":
            return EMPTY_GUID
        case "y":
            return "No"
    return None if column.enum == "Timezone" else schema.first(column.enum)


def tables(schema: Schema) -> list[Table]:
    """Where entity sets keep their rows: versions of a set share one table."""
    out = []
    for name in {entity.table: None for entity in schema.entities.values()}:
        entity = schema.entities[name]
        fields = [Field(one.name, KINDS[one.kind]) for one in entity.columns.values()]
        fields += [Field("RecId", Kind.INTEGER), Field("RecVersion", Kind.INTEGER)]
        company = ("dataAreaId",) if entity.by_company else ()
        indexes = tuple((*company, column) for column in INDEXED.get(name, ()))
        out.append(Table(name, entity.key, tuple(fields), indexes=indexes))
    return out


def accept(value: Any, column: Column, entity: Entity, schema: Schema, *, cut: bool = False) -> Any:
    """A value from a request as it is kept.

    Raises `Malformed` for a wrong type and `Refused` for a bad value.
    """
    if value is None:
        return filler(column, schema)
    match column.kind:
        case "s" if isinstance(value, str):
            return _text(value, column, cut=cut)
        case "n" if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
            return _decimal(value, column)
        case "i" | "l" if (
            isinstance(value, int)
            and not isinstance(value, bool)
            and abs(value) < _RANGE[column.kind]
        ):
            return value
        case "d" if isinstance(value, str):
            return f"{to_stamp(value, column)[:10]}T12:00:00Z"
        case "t" if isinstance(value, str):
            return to_stamp(value, column)
        case "g" if isinstance(value, str):
            return _guid(value, column)
        case "y" | "e" if isinstance(value, str):
            return _member(value, column, schema)
    wanted = EDM.get(column.kind, f"{NAMESPACE}.{column.enum}")
    text = (
        f"Cannot convert the value of property '{column.name}' of '{entity.type}' to the "
        f"expected type '{wanted}'."
    )
    raise Malformed(text)


def _text(value: str, column: Column, *, cut: bool) -> str:
    value = value.rstrip(" ")
    if column.length and len(value) > column.length:
        if not cut:
            raise told("long", field=label(column.name), length=column.length)
        value = value[: column.length].rstrip(" ")
    return value.lower() if column.name == "dataAreaId" else value


def _decimal(value: float | Decimal, column: Column) -> Decimal:
    try:
        number = Decimal(str(value))
    except InvalidOperation as problem:
        raise Malformed(
            f"Cannot convert the literal '{value}' to the expected type 'Edm.Decimal'."
        ) from problem
    if not number.is_finite() or number.adjusted() > 16:
        raise Malformed(f"The value of property '{column.name}' is out of range for 'Edm.Decimal'.")
    return number


def to_stamp(value: str, column: Column) -> str:
    """An instant in UTC, to the second; the service's time runs from 1900 to 2154."""
    try:
        moment = datetime.fromisoformat(value) if _STAMP.fullmatch(value) else None
        moment = moment and moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        moment = None
    if moment is None or not 1900 <= moment.year <= 2154:
        text = f"Cannot convert the literal '{value}' to the expected type 'Edm.DateTimeOffset'"
        raise Malformed(f"{text} of '{column.name}'.")
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _guid(value: str, column: Column) -> str:
    try:
        return str(UUID(value))
    except ValueError as problem:
        raise Malformed(
            f"Cannot convert the literal '{value}' of '{column.name}' to 'Edm.Guid'."
        ) from problem


def _member(value: str, column: Column, schema: Schema) -> str:
    if value not in schema.enums[column.enum]:
        raise Malformed(
            f"The value '{value}' is not a valid member of the enumeration "
            f"'{NAMESPACE}.{column.enum}'."
        )
    return value
