"""What can be promised of each line: asked of the system that holds the stock.

Only quotes and orders that are still open are asked about. A line that got no answer in time keeps
what it had: stock is worth knowing, and not worth waiting for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import NamedTuple, Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict, Field

from ..contract import split_key
from ..decision import Enricher, Offer, Subject
from ..errors import ConfigError, OppBridgeError
from ..records import Scalar, Values
from ..records.scalars import date_text, decimal_text, parse_decimal
from ..records.values import part_of

OPEN: Mapping[str, frozenset[str]] = {
    "quote": frozenset({"draft", "active"}),
    "order": frozenset({"new", "confirmed", "in_progress"}),
}


class Item(NamedTuple):
    """A product in a company, at a site and warehouse; None means at all of them."""

    company: str
    item: str
    site: str | None
    warehouse: str | None


class Promise(NamedTuple):
    """From this day on, so many can be promised, in the product's own unit."""

    on: date
    quantity: Decimal


@runtime_checkable
class Availability(Protocol):
    """Offered by a connector whose system knows the stock."""

    def available(self, items: Sequence[Item]) -> Mapping[Item, Sequence[Promise]]:
        """Return, by item, what can be promised, in order of day; the first is as of now.

        Items the system does not know are left out. Raises like a reader; asking again is harmless.
        """
        ...


Keys = Callable[[Sequence[str]], Mapping[str, str]]
"""From product record ids to their native keys in the system that holds the stock."""


class InventorySettings(BaseModel):
    """Fills what can be promised of lines of open quotes and orders."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    system: str = Field(description="The system that holds the stock; it takes part in the flow.")
    batch: int = Field(100, ge=1, le=5_000, description="How many items one question names.")


@dataclass(frozen=True, slots=True)
class _Wanted:
    place: int  # of the subject
    line: str  # `lines/KEY`
    item: Item
    quantity: Decimal | None


class Inventory:
    """Fills `available` and `available_on` of lines.

    `available` is what can be promised now; `available_on` the first day on which the line's whole
    quantity can be, empty where no day is in sight.
    """

    entities = frozenset(OPEN)

    def __init__(
        self,
        settings: InventorySettings,
        availability: Availability | None = None,
        keys: Keys | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._settings = settings
        self._availability = availability
        self._keys = keys
        self._clock = clock

    @property
    def system(self) -> str:
        """The name of the system that holds the stock."""
        return self._settings.system

    def wired(
        self, availability: Availability, keys: Keys, clock: Callable[[], datetime]
    ) -> Inventory:
        """The same, connected to an open system, to the keys of products there, and to a clock."""
        return Inventory(self._settings, availability, keys, clock)

    def enrich(
        self, subjects: Sequence[Subject], deadline: datetime
    ) -> Sequence[Mapping[str, Scalar]]:
        """Return the values to add, one mapping per subject; nothing for lines without an answer.

        Raises what the system raises if not one question was answered, and ConfigError if there is
        no system to ask.
        """
        if self._availability is None or self._keys is None:
            raise ConfigError(f"system {self.system!r} does not tell what is available")
        wanted = list(_wanted(subjects, self._keys))
        items = list(dict.fromkeys(one.item for one in wanted))
        promised = self._ask(self._availability, items, deadline) if items else {}
        out: list[dict[str, Scalar]] = [{} for _ in subjects]
        for one in wanted:
            if one.item in promised:
                out[one.place].update(_told(one, promised[one.item]))
        return out

    def _ask(
        self, availability: Availability, items: Sequence[Item], deadline: datetime
    ) -> Mapping[Item, Sequence[Promise]]:
        """Answers gathered until the deadline, or until trouble; each item is asked for once."""
        found: dict[Item, Sequence[Promise]] = {}
        for start in range(0, len(items), self._settings.batch):
            if self._clock() >= deadline:
                break
            asked = items[start : start + self._settings.batch]
            try:
                found.update(dict.fromkeys(asked, ()) | dict(availability.available(asked)))
            except OppBridgeError:
                if not start:
                    raise
                break
        return found


def _wanted(subjects: Sequence[Subject], keys: Keys) -> Iterator[_Wanted]:
    lines = [
        (place, path)
        for place, subject in enumerate(subjects)
        if _is_open(subject)
        for path, there in subject.values.items()
        if there and _is_line(path)
    ]
    products = {
        product: None
        for place, path in lines
        if isinstance(product := subjects[place].values.get(f"{path}/product"), str)
    }
    found = keys(list(products)) if products else {}
    for place, path in lines:
        values = subjects[place].values
        native = found.get(str(values.get(f"{path}/product")))
        item = None if native is None else _item(native, values, path)
        if item is not None:
            yield _Wanted(place, path, item, _quantity(values.get(f"{path}/quantity")))


def _is_open(subject: Subject) -> bool:
    status = subject.values.get("status")
    return subject.entity in OPEN and (status is None or status in OPEN[subject.entity])


def _is_line(path: str) -> bool:
    part = part_of(path)
    return part is not None and part[0] == "lines" and not part[2]


def _item(native: str, values: Values, path: str) -> Item | None:
    """The item a native key names; a key without a company takes the document's."""
    *company, item = split_key(native)
    place = company[0] if company else values.get("company")
    if not isinstance(place, str):
        return None
    return Item(place, item, *(_text(values.get(f"{path}/{f}")) for f in ("site", "warehouse")))


def _text(value: Scalar) -> str | None:
    return value if isinstance(value, str) else None


def _quantity(value: Scalar) -> Decimal | None:
    if not isinstance(value, str):
        return None
    try:
        return parse_decimal(value)
    except ValueError:
        return None


def _told(one: _Wanted, promises: Sequence[Promise]) -> dict[str, Scalar]:
    """What is known now; an item the system knows nothing of loses what was known before."""
    if not promises:
        return {f"{one.line}/available": None, f"{one.line}/available_on": None}
    told: dict[str, Scalar] = {f"{one.line}/available": decimal_text(promises[0].quantity)}
    if one.quantity is not None:
        days = (promise.on for promise in promises if promise.quantity >= one.quantity)
        first = next(days, None)
        told[f"{one.line}/available_on"] = None if first is None else date_text(first)
    return told


ENRICHERS: tuple[Offer[Enricher], ...] = (Offer("inventory", Inventory, InventorySettings),)
"""`inventory`: what can be promised of each line."""
