"""Proves a lens on generated values: what is written is read back, what is read writes the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..records.scalars import Scalar
from .lenses import Lens
from .samples import samples
from .shape import FieldMap

COUNT = 200


def broken_laws(field: FieldMap, lens: Lens, seed: int = 1) -> Iterator[str]:
    """What goes wrong, told with the value; nothing for a lens that keeps its promises."""
    for value in samples(field, COUNT, seed):
        try:
            problem = _broken(field, lens, value)
        except (ValueError, TypeError, ArithmeticError) as exc:
            problem = f"{value!r} {exc}"
        if problem:
            yield problem
            return


def _broken(field: FieldMap, lens: Lens, value: Scalar) -> str | None:
    spelled = lens.spell(value)
    expected = lens.predict(value)
    if not field.reads:
        return None
    if lens.predict(expected) != expected:
        return f"{value!r} is read back as {expected!r}, and that as {lens.predict(expected)!r}"
    row = as_stored(field, lens, spelled, value)
    if row is None:
        return None
    found = lens.read(row)
    if found != expected:
        return f"{value!r} is written as {spelled!r} and read back as {found!r}"
    if lens.spell(found) != spelled:
        return f"{value!r} is written as {spelled!r}, and what is read as {lens.spell(found)!r}"
    return None


def as_stored(
    field: FieldMap, lens: Lens, spelled: dict[str, Any], value: Scalar
) -> dict[str, Any] | None:
    """The row a system would show after the write; None where only the system can say."""
    if field.lens == "reference" and (field.format or len(lens.written) != len(lens.columns)):
        return None
    row = dict(zip(lens.columns, spelled.values(), strict=False))
    if field.lens == "money" and field.currency:
        row[field.currency] = None if value is None else str(value).rpartition(" ")[2]
    return row
