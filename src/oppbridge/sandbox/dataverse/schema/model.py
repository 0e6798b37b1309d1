"""What a Dataverse table and its columns are; short makers for declaring them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from ...tables import Kind


class Type(StrEnum):
    """A column's type, in the words of the attribute metadata."""

    STRING = "String"
    MEMO = "Memo"
    INTEGER = "Integer"
    DECIMAL = "Decimal"
    MONEY = "Money"
    DOUBLE = "Double"
    BOOLEAN = "Boolean"
    DATE = "DateTime/DateOnly"
    MOMENT = "DateTime"
    CHOICE = "Picklist"
    STATE = "State"
    STATUS = "Status"
    LOOKUP = "Lookup"
    CUSTOMER = "Customer"
    OWNER = "Owner"
    GUID = "Uniqueidentifier"
    ENTITY_NAME = "EntityName"


_KINDS = {
    Type.INTEGER: Kind.INTEGER,
    Type.DECIMAL: Kind.DECIMAL,
    Type.MONEY: Kind.DECIMAL,
    Type.DOUBLE: Kind.DOUBLE,
    Type.BOOLEAN: Kind.BOOLEAN,
    Type.DATE: Kind.DATE,
    Type.MOMENT: Kind.INSTANT,
    Type.CHOICE: Kind.INTEGER,
    Type.STATE: Kind.INTEGER,
    Type.STATUS: Kind.INTEGER,
    Type.GUID: Kind.GUID,
    Type.LOOKUP: Kind.GUID,
    Type.CUSTOMER: Kind.GUID,
    Type.OWNER: Kind.GUID,
}


class OnDelete(StrEnum):
    """What becomes of a row when the row it points at is deleted."""

    UNLINK = "RemoveLink"
    CASCADE = "Cascade"
    RESTRICT = "Restrict"


@dataclass(frozen=True, slots=True)
class Towards:
    """One target of a lookup: the table, the navigation there, and the collection back."""

    table: str
    nav: str
    back: str
    on_delete: OnDelete = OnDelete.UNLINK


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `required` is `None`, `"app"` (forms only) or `"system"` (enforced).

    `kept` False: worked out when read, never stored. `ignored` writes are dropped in silence.
    """

    name: str
    type: Type
    length: int = 0
    precision: int = 2
    precision_source: int = 2  # money: 0 this column, 1 organisation, 2 currency
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    choices: Mapping[int, str] = field(default_factory=dict)
    default: Any = None
    required: str | None = None
    creatable: bool = True
    updatable: bool = True
    ignored: bool = False
    kept: bool = True
    towards: tuple[Towards, ...] = ()
    wire: str = field(init=False)  # the name in JSON: lookups are read as `_name_value`

    def __post_init__(self) -> None:
        object.__setattr__(self, "wire", f"_{self.name}_value" if self.towards else self.name)

    @property
    def kind(self) -> Kind:
        """How it is kept."""
        return _KINDS.get(self.type, Kind.TEXT)

    @property
    def polymorphic(self) -> bool:
        """Whether the value alone does not tell which table it points at."""
        return len(self.towards) > 1

    @property
    def type_property(self) -> str:
        """Where the target table of a polymorphic lookup is kept."""
        return f"_{self.name}_type"


@dataclass(frozen=True, slots=True)
class State:
    """One state with its status reasons; the first is the default."""

    label: str
    statuses: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Pair:
    """A many-to-many relationship as one side sees it: `nav` leads to `table` over `intersect`."""

    nav: str
    table: str
    intersect: str
    relationship: str


@dataclass(frozen=True, slots=True)
class Definition:
    """One table."""

    logical: str
    entity_set: str
    code: int
    key: str
    name_column: str | None
    ownership: str  # UserOwned, OrganizationOwned, None
    columns: tuple[Column, ...]
    states: Mapping[int, State] = field(default_factory=dict)
    keys: tuple[tuple[str, ...], ...] = ()
    pairs: tuple[Pair, ...] = ()
    unique: tuple[tuple[str, ...], ...] = ()
    tracked: bool = True
    activity: bool = False
    intersect: bool = False

    @property
    def money(self) -> bool:
        """Whether rows carry a currency of their own."""
        return any(c.name == "transactioncurrencyid" for c in self.columns)


def text(name: str, length: int = 100, **more: Any) -> Column:
    """A line of text."""
    return Column(name, Type.STRING, length=length, **more)


def memo(name: str, length: int = 2000, **more: Any) -> Column:
    """Several lines of text."""
    return Column(name, Type.MEMO, length=length, **more)


def whole(name: str, low: int = -2147483648, high: int = 2147483647, **more: Any) -> Column:
    """A whole number."""
    return Column(name, Type.INTEGER, minimum=Decimal(low), maximum=Decimal(high), **more)


def number(
    name: str, precision: int = 2, low: str = "-1e11", high: str = "1e11", **more: Any
) -> Column:
    """A decimal number."""
    return Column(
        name, Type.DECIMAL, precision=precision, minimum=Decimal(low), maximum=Decimal(high), **more
    )


def money(
    name: str, low: str = "-922337203685477", high: str = "922337203685477", **more: Any
) -> Column:
    """An amount in the row's currency; an `x_base` column comes with it."""
    return Column(name, Type.MONEY, minimum=Decimal(low), maximum=Decimal(high), **more)


def real(name: str, **more: Any) -> Column:
    """A floating-point number."""
    return Column(name, Type.DOUBLE, minimum=Decimal("-1e11"), maximum=Decimal("1e11"), **more)


def flag(name: str, *, default: bool | None = False, **more: Any) -> Column:
    """Yes or no."""
    return Column(name, Type.BOOLEAN, default=default, **more)


def date(name: str, **more: Any) -> Column:
    """A day without time."""
    return Column(name, Type.DATE, **more)


def moment(name: str, **more: Any) -> Column:
    """An instant, to the second."""
    return Column(name, Type.MOMENT, **more)


def guid(name: str, **more: Any) -> Column:
    """An identifier that is not a lookup."""
    return Column(name, Type.GUID, **more)


def choice(name: str, options: str, **more: Any) -> Column:
    """A choice declared as `1 Hot, 2 Warm, 3 Cold`."""
    return Column(name, Type.CHOICE, choices=options_of(options), **more)


def options_of(options: str) -> dict[int, str]:
    """`1 Hot, 2 Warm` as value to label."""
    pairs = (part.strip().partition(" ") for part in options.split(","))
    return {int(value): label for value, _, label in pairs}


def lookup(
    name: str,
    table: str,
    back: str = "",
    *,
    nav: str = "",
    on_delete: OnDelete = OnDelete.UNLINK,
    **more: Any,
) -> Column:
    """A reference to a row of one table."""
    return Column(
        name, Type.LOOKUP, towards=(Towards(table, nav or name, back, on_delete),), **more
    )


def customer(name: str, backs: Mapping[str, str], **more: Any) -> Column:
    """A reference to an account or a contact; `backs` gives the collection on each."""
    towards = tuple(Towards(table, f"{name}_{table}", back) for table, back in backs.items())
    return Column(name, Type.CUSTOMER, towards=towards, **more)


def anything(name: str, targets: Mapping[str, tuple[str, str]], **more: Any) -> Column:
    """A reference to one of several tables: target to (navigation, collection back)."""
    towards = tuple(Towards(table, nav, back) for table, (nav, back) in targets.items())
    return Column(name, Type.LOOKUP, towards=towards, **more)


def states(*declared: str) -> dict[int, State]:
    """States declared as `0 Open: 1 In Progress, 2 On Hold`."""
    out = {}
    for text_of in declared:
        head, _, reasons = text_of.partition(":")
        value, _, label = head.strip().partition(" ")
        out[int(value)] = State(label, options_of(reasons))
    return out


ACTIVE_INACTIVE = states("0 Active: 1 Active", "1 Inactive: 2 Inactive")
