"""The tables of Sales as the connector must know them: keys, parents, lookups.

Source: Dataverse entity reference. Names of lookups and navigation properties are case-sensitive.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from oppbridge.contract import Selection
from oppbridge.errors import ConfigError


class Kind(StrEnum):
    """What a table of parts is to its document."""

    LINES = "lines"
    COMPETITORS = "competitors"
    STAKEHOLDERS = "stakeholders"
    PRICES = "prices"


@dataclass(frozen=True, slots=True)
class Child:
    """A table of parts: `parent` is the column that points at the document, `bind` sets it."""

    kind: Kind
    collection: str
    logical: str
    set: str
    pk: str
    parent: str
    bind: str = ""
    key: str = ""

    @property
    def part_key(self) -> str:
        """The column that is the part's key."""
        return self.key or self.pk


@dataclass(frozen=True, slots=True)
class Table:
    """A table of records."""

    logical: str
    set: str
    pk: str
    children: Mapping[str, Child] = field(default_factory=dict)


def _lines(collection: str, logical: str, set_name: str, parent: str) -> Child:
    bind = f"{parent}@odata.bind"
    return Child(
        Kind.LINES, collection, logical, set_name, f"{logical}id", f"_{parent}_value", bind
    )


_COMPETITORS = Child(
    Kind.COMPETITORS,
    "opportunitycompetitors_association",
    "opportunitycompetitors",
    "opportunitycompetitorscollection",
    "opportunitycompetitorid",
    "opportunityid",
    key="competitorid",
)
_STAKEHOLDERS = Child(
    Kind.STAKEHOLDERS,
    "opportunity_connections1",
    "connection",
    "connections",
    "connectionid",
    "_record1id_value",
    "record1id_opportunity@odata.bind",
)
PRICES = Child(
    Kind.PRICES,
    "product_price_levels",
    "productpricelevel",
    "productpricelevels",
    "productpricelevelid",
    "_productid_value",
    "productid@odata.bind",
)


def _table(logical: str, set_name: str, *children: Child) -> Table:
    return Table(logical, set_name, f"{logical}id", {one.collection: one for one in children})


_KNOWN = {
    table.set: table
    for table in (
        _table("account", "accounts"),
        _table("contact", "contacts"),
        _table("product", "products", PRICES),
        _table(
            "opportunity",
            "opportunities",
            _lines(
                "product_opportunities",
                "opportunityproduct",
                "opportunityproducts",
                "opportunityid",
            ),
            _COMPETITORS,
            _STAKEHOLDERS,
        ),
        _table(
            "quote", "quotes", _lines("quote_details", "quotedetail", "quotedetails", "quoteid")
        ),
        _table(
            "salesorder",
            "salesorders",
            _lines("order_details", "salesorderdetail", "salesorderdetails", "salesorderid"),
        ),
    )
}


def table_of(selection: Selection) -> Table:
    """The table of an entity; one the connector does not know is described by the map's options.

    They are `logical` (table name), and `key` where the primary key is not `<logical>id`.
    Raises ConfigError for a table that nothing describes, or a collection it does not have.
    """
    options: Mapping[str, Any] = selection.options
    known = _KNOWN.get(selection.native)
    if known is None:
        if not isinstance(options.get("logical"), str):
            raise ConfigError(
                f"the map of {selection.entity} names the table set {selection.native!r}: say its "
                "table name in `options: {logical: ...}`"
            )
        known = Table(options["logical"], selection.native, f"{options['logical']}id")
    for collection in selection.collections:
        if collection not in known.children:
            found = ", ".join(known.children) or "none"
            raise ConfigError(f"{known.logical} has no collection {collection!r} (it has: {found})")
    pk = options.get("key")
    return Table(known.logical, known.set, pk if isinstance(pk, str) else known.pk, known.children)
