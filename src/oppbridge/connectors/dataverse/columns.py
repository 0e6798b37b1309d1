"""Columns that maps may name and Dataverse does not have: lookups by target, and by name.

A lookup that may point at several tables is shown under its navigation property, one column for
each target: `customerid_account` holds the id only where the customer is an account. A lookup to a
small table is shown by the name of its row: `transactioncurrencyid_iso`, `uomid_name`. The amount
of a line without its tax is `net_amount`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

LOGICAL_NAME = "@Microsoft.Dynamics.CRM.lookuplogicalname"
ETAG = "@odata.etag"
BIND = "@odata.bind"
SCORE = "msdyn_predictivescore."
LIST_PRICE = "list_price"
LIST_PRICE_ISO = "list_price_iso"
NET_AMOUNT = "net_amount"

_MANY_TARGETS = {
    "customerid": ("account", "contact"),
    "parentcustomerid": ("account", "contact"),
    "record1id": ("opportunity",),
    "record2id": ("account", "contact"),
}
TARGETS = {
    f"{lookup}_{target}": (f"_{lookup}_value", target)
    for lookup, targets in _MANY_TARGETS.items()
    for target in targets
}
"""Shown column -> column read and the table it must point at."""

POLYMORPHIC = frozenset(lookup for lookup, _ in TARGETS.values())
"""Columns read whose rows must say which table they point at."""


@dataclass(frozen=True, slots=True)
class Named:
    """A lookup shown by the name of the row it points at, in a table small enough to keep."""

    lookup: str
    set: str
    pk: str
    name: str
    group: str | None = None  # a column within which names are unique
    filter: str | None = None

    @property
    def column(self) -> str:
        """The column that holds the id."""
        return f"_{self.lookup}_value"

    @property
    def bind(self) -> str:
        """The property that sets the lookup."""
        return f"{self.lookup}{BIND}"


def _unit(lookup: str) -> Named:
    return Named(lookup, "uoms", "uomid", "name", group="_uomscheduleid_value")


CURRENCY = Named(
    "transactioncurrencyid", "transactioncurrencies", "transactioncurrencyid", "isocurrencycode"
)
ROLE = Named(
    "record2roleid", "connectionroles", "connectionroleid", "name", filter="category eq 1000"
)
PRICE_LIST = Named("pricelevelid", "pricelevels", "pricelevelid", "name")
UNIT = _unit("uomid")
DEFAULT_UNIT = _unit("defaultuomid")
UNIT_GROUP = Named("defaultuomscheduleid", "uomschedules", "uomscheduleid", "name")
NAMED = {
    "transactioncurrencyid_iso": CURRENCY,
    "uomid_name": UNIT,
    "defaultuomid_name": DEFAULT_UNIT,
    "defaultuomscheduleid_name": UNIT_GROUP,
    "record2roleid_name": ROLE,
    "pricelevelid_name": PRICE_LIST,
    "ownerid_name": Named("ownerid", "systemusers", "systemuserid", "fullname"),
}
"""Shown column -> the lookup it stands for."""


def selected(columns: Iterable[str], *always: str) -> tuple[str, ...]:
    """The columns to ask for so that these can be shown, each once."""
    found = dict.fromkeys(always)
    for column in columns:
        if column in TARGETS:
            found[TARGETS[column][0]] = None
        elif column in NAMED:
            found[NAMED[column].column] = None
        elif column == NET_AMOUNT:
            found.update(extendedamount=None, tax=None)
        elif "." not in column and "@" not in column and column not in (LIST_PRICE, LIST_PRICE_ISO):
            found[column] = None
    return tuple(found)
