"""The lens of plain text, and the table of all lenses by name."""

from __future__ import annotations

from collections.abc import Callable

from . import choices, days, numbers, pointers
from .lenses import Lens, fitting, read_text, single
from .shape import FieldMap


def text(field: FieldMap) -> Lens:
    """Text, cut to `length` where it is given."""
    at = field.at[0]
    return single(at, field.write or at, read_text, fitting(field.length), field.empty)


LENSES: dict[str, Callable[[FieldMap], Lens]] = {
    "text": text,
    "unit": choices.unit,
    "integer": numbers.integer,
    "decimal": numbers.decimal,
    "money": numbers.money,
    "boolean": choices.boolean,
    "date": days.day,
    "instant": days.instant,
    "choice": choices.choice,
    "state": choices.state,
    "words": choices.words,
    "reference": pointers.reference,
}
