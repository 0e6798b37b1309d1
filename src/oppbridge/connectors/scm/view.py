"""What is read of one entity: the columns the maps ask for, and those the connector needs besides.

Some columns of the native rows are made by the connector, because no set has them: `UnitPrice` and
`CostOfOne` (the service's own are for a price unit), `TotalDiscountAmount` of a line, and
`CustomerAccount` of a contact (the service links contacts to parties).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from oppbridge.contract import Selection

from .settings import ScmSettings
from .tables import COMPANY, Join, Lines, Table, table_of

UNIT_PRICE = "UnitPrice"
LINE_DISCOUNT = "TotalDiscountAmount"
UNIT_COST = "CostOfOne"
CUSTOMER = "CustomerAccount"
PARTY = "AssociatedPartyNumber"

_PRICING = (
    "SalesPrice",
    "SalesPriceQuantity",
    "LineAmount",
    "LineDiscountAmount",
    "FixedPriceCharges",
)
_MADE = frozenset((UNIT_PRICE, LINE_DISCOUNT))


@dataclass(frozen=True, slots=True)
class View:
    """One entity as it is read.

    `columns` and `lines` are asked of the service; `wanted` and `wanted_lines` are those a map
    names, made ones included. `reference` is where a row keeps its record's id.
    """

    entity: str
    table: Table
    columns: tuple[str, ...]
    wanted: frozenset[str]
    reference: str | None
    line_reference: str
    lines: tuple[str, ...] = ()
    wanted_lines: frozenset[str] = frozenset()
    joins: tuple[tuple[Join, tuple[str, ...]], ...] = ()

    @property
    def parts(self) -> Lines:
        """The line set of a document. Only documents are asked."""
        if self.table.lines is None:
            raise LookupError(f"{self.table.set} has no lines")
        return self.table.lines


def view_of(selection: Selection, settings: ScmSettings) -> View:
    """What has to be read for a selection. Raises ConfigError for an entity that is not carried."""
    table = _versioned(table_of(selection.entity), selection.native)
    reference = settings.origins.get(selection.entity, table.reference)
    joins = tuple((join, _columns(join, selection)) for join in table.joins)
    elsewhere = {name for join in table.joins for name in join.columns}
    made = {CUSTOMER} if selection.entity == "contact" else {UNIT_PRICE, UNIT_COST}
    own = set(selection.columns) - elsewhere - made
    own |= {COMPANY, table.number, *table.needs} | {table.status or COMPANY, reference or COMPANY}
    wanted = {*selection.columns, COMPANY, table.number, reference or COMPANY}
    return View(
        entity=selection.entity,
        table=table,
        columns=tuple(sorted(own)),
        wanted=frozenset(wanted),
        reference=reference,
        line_reference=settings.line_reference,
        lines=_lines(table, selection, settings),
        wanted_lines=_wanted_lines(table, selection, settings),
        joins=tuple((join, columns) for join, columns in joins if columns),
    )


def _versioned(table: Table, native: str) -> Table:
    """The table, or another version of its set where the map names one: `SalesOrderHeadersV4`."""
    if native == table.set:
        return table
    return replace(table, set=native, type=native.replace("Headers", "Header"))


def whole(entity: str, settings: ScmSettings) -> View:
    """The least of an entity: its keys. For entities no map selects."""
    table = table_of(entity)
    return view_of(Selection(entity, table.set, (COMPANY, table.number)), settings)


def _columns(join: Join, selection: Selection) -> tuple[str, ...]:
    asked = sorted(join.columns & set(selection.columns))
    return (COMPANY, "ProductNumber", join.theirs, *asked) if asked else ()


def _lines(table: Table, selection: Selection, settings: ScmSettings) -> tuple[str, ...]:
    if table.lines is None:
        return ()
    lines = table.lines
    asked = set(selection.collections.get(lines.set, ())) - _MADE
    asked |= {COMPANY, lines.parent, lines.key, settings.line_reference, lines.quantity, *_PRICING}
    return tuple(sorted(asked))


def _wanted_lines(table: Table, selection: Selection, settings: ScmSettings) -> frozenset[str]:
    if table.lines is None:
        return frozenset()
    lines = table.lines
    keys = {COMPANY, lines.parent, lines.key, settings.line_reference}
    return frozenset(selection.collections.get(lines.set, ())) | keys
