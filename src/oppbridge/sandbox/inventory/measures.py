"""Measures of the default configuration: what is kept, and what is computed from it. Pure.

Source: supply-chain `inventory-visibility-configuration.md`. Names are compared without case and
shown in lower case; a calculated measure adds and subtracts physical ones, each at most once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

Measure = tuple[str, str]  # data source, measure, both in lower case
Quantities = dict[Measure, Decimal]

PHYSICAL: Mapping[str, tuple[str, ...]] = {
    "fno": (
        "arrived",
        "physicalinvent",
        "reservphysical",
        "reservordered",
        "onorder",
        "notspecified",
        "availordered",
        "availphysical",
        "picked",
        "postedqty",
        "quotationreceipt",
        "received",
        "ordered",
    ),
    "iv": ("ordered", "softreservphysical", "softreservordered", "reservphysical", "reservordered"),
    "pos": ("posinbound", "posoutbound"),
    "iom": ("onorder", "onhand"),
    "erp": ("unrestricted", "qualityinspection"),
    "@iv": ("@allocated", "@cumulative_allocated", "@consumed", "@cumulative_consumed"),
}
# The words documents use for the point of sale's measures when a change is sent.
ALIASES: Mapping[Measure, str] = {
    ("pos", "inbound"): "posinbound",
    ("pos", "outbound"): "posoutbound",
}

_HAND = (
    "+fno.physicalinvent +iom.onhand +erp.unrestricted +erp.qualityinspection "
    "+pos.posinbound -pos.posoutbound"
)
_COMING = "+fno.ordered +fno.arrived +iv.ordered"
_SOFT = "iv.softreservphysical iv.softreservordered"
_HARD = "fno.reservphysical fno.reservordered iv.reservphysical iv.reservordered"


def _signed(sign: str, names: str) -> str:
    return " ".join(sign + name for name in names.split())


_FORMULAS = {
    "iv.onhand": _HAND,
    "iv.onhandavailable": f"{_HAND} -fno.reservphysical -iv.softreservphysical",
    "iv.orderedtotal": _COMING,
    "iv.reservedtotal": _signed("+", f"{_HARD} {_SOFT}"),
    "iv.softreserved": _signed("+", _SOFT),
    "iv.hardreserved": _signed("+", _HARD),
    "iv.openorder": "+fno.onorder +iom.onorder",
    "iv.availabletoreserve": f"{_HAND} {_COMING} {_signed('-', f'{_HARD} {_SOFT}')}",
    "iv.inventorysupply": f"{_HAND} {_COMING}",
    "iv.inventorydemand": f"+fno.onorder +iom.onorder {_signed('+', f'{_SOFT} {_HARD}')}",
    # Which measure can be allocated is configured; this is what can be reserved.
    "@iv.@available_to_allocate": (
        f"{_HAND} {_COMING} {_signed('-', f'{_HARD} {_SOFT}')} -@iv.@allocated"
    ),
    "pos.availquantity": "+fno.availphysical +pos.posinbound -pos.posoutbound",
}


def _parsed(text: str) -> tuple[tuple[Measure, int], ...]:
    terms = []
    for term in text.split():
        source, _, measure = term[1:].partition(".")
        terms.append(((source, measure), -1 if term.startswith("-") else 1))
    return tuple(terms)


CALCULATED: Mapping[Measure, tuple[tuple[Measure, int], ...]] = {
    (name.partition(".")[0], name.partition(".")[2]): _parsed(text)
    for name, text in _FORMULAS.items()
}


def physical(source: str, measure: str) -> Measure | None:
    """The physical measure meant, None for an unknown one."""
    source, measure = source.lower(), measure.lower()
    measure = ALIASES.get((source, measure), measure)
    return (source, measure) if measure in PHYSICAL.get(source, ()) else None


def calculate(measure: Measure, quantities: Mapping[Measure, Decimal]) -> Decimal:
    """A calculated measure over physical quantities."""
    terms = CALCULATED[measure]
    return sum((sign * quantities.get(term, Decimal(0)) for term, sign in terms), Decimal(0))


def shown(quantities: Mapping[Measure, Decimal]) -> dict[str, dict[str, float]]:
    """Physical and calculated measures by data source, as answers carry them."""
    out: dict[str, dict[str, float]] = {}
    for (source, measure), quantity in sorted(quantities.items()):
        out.setdefault(source, {})[measure] = float(quantity)
    for source, measure in CALCULATED:
        out.setdefault(source, {})[measure] = float(calculate((source, measure), quantities))
    return out


def promised(now: Decimal, net: Iterable[Decimal]) -> list[Decimal]:
    """What can be promised each day: the least projected stock from that day to the period's end.

    `net` is supply less demand of each day, today first.
    """
    projected, level = [], now
    for change in net:
        level += change
        projected.append(level)
    out: list[Decimal] = []
    for value in reversed(projected):
        out.append(min(value, out[-1]) if out else value)
    return out[::-1]
