"""A write made ready: its company settled, whole keys taken apart, only columns that may be sent.

Numbers repeat between companies, so a reference is given as a whole key (`usmf|US-001`) and must be
of the company the row belongs to; a customer of another company is refused rather than guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from oppbridge.contract import Part, Write
from oppbridge.errors import Invalid

from .keys import number_from, parts_of
from .settings import ScmSettings
from .shape import Row, header_sent, line_sent
from .tables import COMPANY, Table
from .view import CUSTOMER, View


@dataclass(frozen=True, slots=True)
class Wanted:
    """A create made ready. `number` is None where the service gives it."""

    write: Write
    company: str
    number: str | None
    body: Row
    customer: str = ""  # the account a contact belongs to
    lines: tuple[tuple[Part, Row], ...] = field(default=())


def wanted(settings: ScmSettings, entity: str, view: View, write: Write) -> Wanted:
    """The create as it will be sent. Raises Invalid for what cannot be."""
    table = view.table
    company, refs = _placed(settings, table, write.row)
    sendable = {name: value for name, value in write.row.items() if value not in (None, "")}
    own = header_sent({**sendable, **refs})
    own = {
        name: value for name, value in own.items() if value != "" and name not in _settled(table)
    }
    defaults = settings.companies[company].defaults.get(entity, {})
    body: Row = {**table.creating, **defaults, **own, COMPANY: company}
    if table.lines is not None:
        body.setdefault("LanguageId", settings.language)
    if "OrderingCustomerAccountNumber" in body:
        body.setdefault("InvoiceCustomerAccountNumber", body["OrderingCustomerAccountNumber"])
    if entity == "account" and any(name.startswith("Address") for name in own):
        # An address without a description of its own is refused by some releases.
        body.setdefault("AddressDescription", str(body.get("OrganizationName", ""))[:60])
    if view.reference is not None:
        body[view.reference] = write.origin
    customer = str(body.pop(CUSTOMER, "")) if entity == "contact" else ""
    number = _number(settings, entity, table, body, write)
    lines = _lines(settings, view, company, number, write)
    return Wanted(write, company, number, body, customer, lines)


def changed(view: View, key: str, row: Mapping[str, Any]) -> Row:
    """The columns of an update as they will be sent. Raises Invalid for another company's keys."""
    company, _ = parts_of(key)
    table = view.table
    refs = {name: _of(company, row[name]) for name in table.keyed & row.keys()}
    keys = {COMPANY, table.number, CUSTOMER, *table.creating}
    sent = header_sent({**row, **refs})
    return {name: value for name, value in sent.items() if name not in _settled(table) | keys}


def line_body(
    settings: ScmSettings, view: View, company: str, number: str | None, part: Part
) -> Row:
    """A new line as it will be sent; without a document number when that is not known yet.

    Raises Invalid for a line without product where no category for those is configured.
    """
    row = {name: value for name, value in part.row.items() if value not in (None, "")}
    if "ItemNumber" in row:
        row["ItemNumber"] = _of(company, row["ItemNumber"])
    elif "SalesProductCategoryName" not in row:
        category = settings.companies[company].write_in if company in settings.companies else None
        if category is None:
            raise Invalid(
                f"line {part.id} has no product; the setting companies.{company}.write_in names "
                "the sales category of such lines"
            )
        row["SalesProductCategoryName"] = category
    body = {**line_sent(view, row, None), COMPANY: company, view.line_reference: part.id}
    if number is not None:
        body[view.parts.parent] = number
    return _without_keys(view, body)


def line_change(view: View, company: str, part: Part, stored: Row) -> Row:
    """The columns of a line's update as they will be sent."""
    row = dict(part.row)
    if row.get("ItemNumber"):
        row["ItemNumber"] = _of(company, row["ItemNumber"])
    sent = _without_keys(view, line_sent(view, row, stored))
    return {n: v for n, v in sent.items() if n not in (COMPANY, view.parts.parent)}


def _without_keys(view: View, body: Row) -> Row:
    out = {"LineCreationSequenceNumber", "LineNumber", "LineAmount", view.parts.key}
    return {name: value for name, value in body.items() if name not in out}


def _settled(table: Table) -> frozenset[str]:
    """Columns that only posting and calculation change."""
    return table.outcomes | table.totals | {table.lines.set if table.lines else ""}


def _placed(
    settings: ScmSettings, table: Table, row: Mapping[str, Any]
) -> tuple[str, dict[str, Any]]:
    """The company of a new row, and its references as numbers of that company."""
    company = str(row.get(COMPANY) or "").lower()
    for name in sorted(table.keyed & row.keys(), key=lambda name: "Customer" not in name):
        if not company and row[name] and "|" in str(row[name]):
            company = parts_of(str(row[name]))[0]
    company = company or settings.company
    if company not in settings.companies:
        known = ", ".join(settings.companies)
        raise Invalid(f"company {company!r} does not take part; configured are {known}")
    return company, {name: _of(company, row[name]) for name in table.keyed & row.keys()}


def _of(company: str, value: Any) -> Any:
    """The number in a whole key; other values as they are. Raises Invalid for another company."""
    if not isinstance(value, str) or "|" not in value:
        return value
    owner, number = parts_of(value)
    if owner != company:
        raise Invalid(f"{value!r} belongs to company {owner}, not to {company}")
    return number


def _number(
    settings: ScmSettings, entity: str, table: Table, body: Row, write: Write
) -> str | None:
    """The number a row is sent with, taken out of the body where the service gives its own."""
    given = body.pop(table.number, None)
    if not settings.ours(entity):
        return None
    number = str(given) if given else number_from(write.origin)
    body[table.number] = number
    return number


def _lines(
    settings: ScmSettings, view: View, company: str, number: str | None, write: Write
) -> tuple[tuple[Part, Row], ...]:
    if view.table.lines is None:
        return ()
    return tuple((part, line_body(settings, view, company, number, part)) for part in write.parts)
