"""Changes of metadata: what a customiser or an update does to a table between two runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from oppbridge.sandbox import Sandbox
from oppbridge.sandbox.dataverse.schema.book import stored
from oppbridge.sandbox.dataverse.schema.model import Towards, text


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one table. `told` is what the run must say of it."""

    entity: str
    told: str
    make: Callable[[Sandbox], None]


def _column(table: str, name: str, **changes: object) -> Callable[[Sandbox], None]:
    def make(sandbox: Sandbox) -> None:
        column = sandbox.dataverse.book[table].columns[name]
        sandbox.dataverse.alter(table, add=[replace(column, **changes)])

    return make


def _choices(table: str, name: str, choices: dict[int, str]) -> Callable[[Sandbox], None]:
    return _column(table, name, choices=choices)


SALES = {
    "added": Change(
        "account",
        "accounts: new_colour is new",
        lambda sandbox: sandbox.dataverse.alter("account", add=[text("new_colour")]),
    ),
    "removed": Change(
        "account",
        "accounts.websiteurl (website in",
        lambda sandbox: sandbox.dataverse.alter("account", drop=["websiteurl"]),
    ),
    "renamed": Change(
        "account",
        "accounts.websiteurl (website in the built-in map of dataverse) is gone; new_website",
        lambda sandbox: sandbox.dataverse.alter(
            "account", add=[text("new_website", 200)], drop=["websiteurl"]
        ),
    ),
    "widened": Change(
        "account", "accounts: telephone1 holds 90", _column("account", "telephone1", length=90)
    ),
    "narrowed": Change("account", "accounts.name (name in", _column("account", "name", length=40)),
    "option-added": Change(
        "opportunity",
        "opportunities: opportunityratingcode can now be 4 (Ice)",
        _choices(
            "opportunity", "opportunityratingcode", {1: "Hot", 2: "Warm", 3: "Cold", 4: "Ice"}
        ),
    ),
    "option-removed": Change(
        "opportunity",
        "opportunities.opportunityratingcode (rating in",
        _choices("opportunity", "opportunityratingcode", {1: "Hot", 2: "Warm"}),
    ),
    "made-required": Change(
        "account",
        "accounts.new_must (the built-in map of dataverse) is mandatory now",
        lambda sandbox: sandbox.dataverse.alter(
            "account", add=[text("new_must", required="system")]
        ),
    ),
    "precision": Change(
        "account",
        "accounts.creditlimit (credit_limit in",
        _column("account", "creditlimit", precision=0),
    ),
    "target": Change(
        "account",
        "accounts._parentaccountid_value (parent in",
        _column("account", "parentaccountid", towards=(Towards("contact", "parentaccountid", ""),)),
    ),
    "entity-renamed": Change(
        "account",
        "accounts (the built-in map of dataverse) is called firms now",
        lambda sandbox: sandbox.dataverse.alter("account", called="firms"),
    ),
    "read-only": Change(
        "account",
        "accounts.telephone1 (phone in",
        _column("account", "telephone1", creatable=False, updatable=False),
    ),
}


def _customers(told: str, **changes: object) -> Change:
    return Change("account", told, lambda sandbox: sandbox.scm.alter("CustomersV3", **changes))


def _blocked(told: str, *members: str) -> Change:
    numbers = {name: number for number, name in enumerate(members)}
    return Change("account", told, lambda sandbox: sandbox.scm.alter_enum(ON_HOLD, numbers))


ON_HOLD = "CustVendorBlocked"
HOLDS = ("No", "Invoice", "All", "Payment", "Requisition", "Never", "PurchOrder")
CHAIN = {
    "added": _customers("CustomersV3: Colour_Custom is new", add="s Colour_Custom"),
    "removed": _customers("CustomersV3.PrimaryContactURL (website in", drop=["PrimaryContactURL"]),
    "renamed": _customers(
        "CustomersV3.PrimaryContactURL (website in the built-in map of scm) is gone; PrimaryContactWeb",
        add="s PrimaryContactWeb",
        drop=["PrimaryContactURL"],
    ),
    "widened": _customers("CustomersV3: OrganizationName holds 200", add="s OrganizationName(200)"),
    "narrowed": _customers("CustomersV3.AddressStreet (street in", add="s AddressStreet(40)"),
    "option-added": _blocked("CustomersV3: OnHoldStatus can now be Later", *HOLDS, "Later"),
    "option-removed": _blocked("CustomersV3.OnHoldStatus (on_hold in", "No", "All"),
    "made-required": _customers(
        "CustomersV3.Must_Custom (the built-in map of scm) is mandatory now", add="s !Must_Custom"
    ),
    # The service's metadata knows no decimal places: a number has them, or is a whole one.
    "precision": _customers("CustomersV3.CreditLimit (credit_limit in", add="i CreditLimit"),
    # It names what a column points at for enumerations only.
    "target": _customers("CustomersV3.OnHoldStatus (on_hold in", add="e OnHoldStatus:NoYes"),
    "entity-renamed": _customers(
        "CustomersV3 (the built-in map of scm) is called CustomersV4 now", called="CustomersV4"
    ),
    "read-only": _customers(
        "CustomersV3.PrimaryContactPhone (phone in", add="s -PrimaryContactPhone"
    ),
}
SIDES = {"sales": SALES, "scm": CHAIN}
BENIGN = ("added", "widened", "option-added")


@contextmanager
def shapes_kept(sandbox: Sandbox) -> Iterator[Callable[[], None]]:
    """Gives what puts every table back as it is now, and does so at the end."""
    direct, chain = sandbox.dataverse, sandbox.scm
    book, schema = direct.book, chain._service.schema

    def put_back() -> None:
        if direct.book is not book:
            direct.book = book
            for entry in book.entries.values():
                direct.database.define(stored(entry))
        if chain._service.schema is not schema:
            chain._reshape(schema)

    try:
        yield put_back
    finally:
        put_back()
