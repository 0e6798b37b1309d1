"""Canonical values to try a connector with, made from its maps."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count

from ..mapping import EntityMap
from ..mapping.shape import FieldMap
from ..records import Scalar

TEXTS = (
    "Harbour crane",
    "O'Brien & Söhne <GmbH>",
    'Two "quotes", a \\ and 100 %',
    "Ελληνικά 漢字",
    "a/b|c;d,e",
)
AMOUNTS = ("0.01", "0.1", "1005.15", "1234567.89")
NUMBERS = ("1", "0.5", "12.25", "1000000")
DAYS = ("2024-02-29", "2026-03-29", "2026-10-25", "2026-12-31", "2027-01-01")
ROOM = 10  # characters a text needs to differ from edit to edit
MOMENTS = ("2026-03-29T01:30:00Z", "2026-10-25T00:59:59Z", "2026-12-31T23:59:59Z")


@dataclass(slots=True)
class Samples:
    """Makes values that differ from each other and from those of any other run.

    `fixed` gives, by entity and field (`lines/*/unit`), the value a system insists on; None leaves
    the field out. `coarse` names, by entity, fields with words the system cannot tell apart.
    """

    fixed: Mapping[str, Mapping[str, Scalar]]
    currency: str
    coarse: Mapping[str, AbstractSet[str]] = field(default_factory=dict)
    tag: str = field(default_factory=lambda: uuid.uuid4().hex[:4])
    numbers: count[int] = field(default_factory=lambda: count(1))

    def header(self, shape: EntityMap) -> dict[str, Scalar]:
        """Values for the header fields a create can set; no references, no states."""
        fixed = self.fixed.get(shape.entity, {})
        return self._values(shape, shape.fields, fixed, "")

    def part(self, shape: EntityMap, collection: str) -> dict[str, Scalar]:
        """Values for the fields of one new part; no references."""
        fixed = self.fixed.get(shape.entity, {})
        return self._values(shape, shape.collections[collection].fields, fixed, f"{collection}/*/")

    def tries(self, entity: str, name: str, mapped: FieldMap) -> list[Scalar]:
        """Values to try a field with; of words that are spelled alike, the first."""
        if name not in self.coarse.get(entity, ()):
            return tries(mapped, self.currency)
        said = {repr(native): word for word, native in reversed((mapped.words or {}).items())}
        return list(said.values())

    def text(self, length: int | None) -> str:
        """Text never made before, as far as `length` lets it differ."""
        unique = f"{self.tag}{next(self.numbers)}"
        whole = f"Sample {unique}"
        return whole if length is None or len(whole) <= length else unique[-length:]

    def _values(
        self,
        shape: EntityMap,
        fields: Mapping[str, FieldMap],
        fixed: Mapping[str, Scalar],
        prefix: str,
    ) -> dict[str, Scalar]:
        found: dict[str, Scalar] = {}
        for name, mapped in fields.items():
            if prefix + name in fixed:
                found[name] = fixed[prefix + name]
            elif mapped.writes and mapped.lens not in {"reference", "state"}:
                found[name] = self._value(shape.entity, prefix + name, mapped)
        return {name: value for name, value in found.items() if value is not None}

    def _value(self, entity: str, name: str, mapped: FieldMap) -> Scalar:
        if mapped.lens in {"text", "unit"} and not mapped.words:
            return self.text(mapped.length)
        tried = self.tries(entity, name, mapped)
        return tried[next(self.numbers) % len(tried)]


def tries(mapped: FieldMap, currency: str) -> list[Scalar]:
    """Values at which a translation of this field could break, none cut or rounded by the map."""
    if mapped.words:
        return list(mapped.words)
    if mapped.lens in {"text", "unit"}:
        return [text[: mapped.length].strip() for text in TEXTS]
    if mapped.lens == "money":
        paid = mapped.fixed_currency or currency
        return [f"{amount} {paid}" for amount in AMOUNTS]
    if mapped.lens == "decimal":
        return [number for number in NUMBERS if _fits(number, mapped.precision)]
    return list(_PLAIN[mapped.lens])


def _fits(number: str, precision: int | None) -> bool:
    exponent = Decimal(number).as_tuple().exponent
    return precision is None or (isinstance(exponent, int) and -exponent <= precision)


_PLAIN: dict[str, tuple[Scalar, ...]] = {
    "integer": (1, 2, 5),
    "boolean": (True, False),
    "date": DAYS,
    "instant": MOMENTS,
}


def notes(shape: EntityMap) -> list[str]:
    """The text fields of the entity that can be edited freely; `description`, `name` first."""
    free = [
        name
        for name, mapped in shape.fields.items()
        if mapped.lens == "text"
        and mapped.direction == "both"
        and not mapped.create_only
        and (mapped.length or ROOM) >= ROOM
    ]
    preferred = [name for name in ("description", "name") if name in free]
    return [*preferred, *(name for name in free if name not in preferred)]


def note(shape: EntityMap) -> str:
    """The text field of the entity that is edited first. Fails where there is none."""
    found = notes(shape)
    assert found, f"the map of {shape.entity} has no text field to edit"
    return found[0]
