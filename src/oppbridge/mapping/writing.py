"""Composes lenses into the functions that write fields and foresee what will be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import Invalid
from ..records.scalars import Scalar
from .lenses import Convert, Lens, Show
from .shape import FieldMap

Values = Mapping[str, Scalar]
Spelled = tuple[dict[str, Any], dict[str, Scalar]]
"""Native columns, and what will be read of the fields once these are written."""

Quick = tuple[str, Show, Convert | None]
"""The column, how a value is spelled into it, and how it will be read back, if it will."""

_WRONG = (ValueError, ArithmeticError, TypeError)


@dataclass(frozen=True, slots=True)
class Writing:
    """How the fields of one row, or of one kind of part, are written."""

    what: str
    lenses: Mapping[str, Lens]  # those that are written
    shown: frozenset[str]  # those that can be read back
    required: tuple[str, ...]
    defaults: Mapping[str, Scalar]
    constants: Mapping[str, Any]
    columns: Mapping[str, tuple[str, ...]]  # native column -> the fields that write it
    quick: Mapping[str, Quick]  # fields that have a column to themselves

    def spell(self, values: Values) -> Spelled:
        """The native columns of these fields, and what will be read of those that can be.

        What is not written is left out. Raises Invalid for what a lens cannot spell.
        """
        out: dict[str, Any] = {}
        expected: dict[str, Scalar] = {}
        quick, lenses = self.quick, self.lenses
        name, value = "", None
        try:
            for name, value in values.items():
                if name in quick:
                    column, show, convert = quick[name]
                    out[column] = put = None if value is None else show(value)
                    if convert is not None:
                        expected[name] = None if put is None else convert(put)
                elif name in lenses:
                    self._whole(name, value, out, expected)
        except _WRONG as exc:
            raise Invalid(f"{self.what}.{name}: {value!r} {_reason(exc)}") from exc
        return out, expected

    def _whole(
        self, name: str, value: Scalar, out: dict[str, Any], expected: dict[str, Scalar]
    ) -> None:
        lens = self.lenses[name]
        spelled = lens.spell(value)
        if name in self.shown:
            expected[name] = lens.foresee(value, spelled)
        if not out.keys().isdisjoint(spelled):
            self._agree(name, spelled, out)
        out.update(spelled)

    def spell_new(self, values: Values) -> Spelled:
        """`spell` for a create: with defaults and constants. Raises Invalid for what is missing."""
        full = dict(self.defaults)
        full.update({name: value for name, value in values.items() if value is not None})
        missing = [name for name in self.required if full.get(name) is None]
        if missing:
            raise Invalid(f"{self.what}: cannot be created without {', '.join(missing)}")
        row, expected = self.spell(full)
        return {**self.constants, **row}, expected

    def _agree(self, name: str, spelled: Mapping[str, Any], out: Mapping[str, Any]) -> None:
        """Amounts share the column of their currency: they must not ask for two."""
        for column, value in spelled.items():
            if column in out and out[column] != value:
                raise Invalid(
                    f"{self.what}.{name}: needs {column} = {value!r}, "
                    f"but another field needs {out[column]!r}"
                )


class Current(Mapping[str, Any]):
    """Native columns of what a row shows, each spelled when it is asked for.

    What cannot be spelled is not there.
    """

    __slots__ = ("_values", "_writing")

    def __init__(self, writing: Writing, values: Values) -> None:
        self._writing, self._values = writing, values

    def __getitem__(self, column: str) -> Any:
        found: Any = KeyError
        for name in self._writing.columns.get(column, ()):
            if name in self._values and (found is KeyError or found is None):
                try:
                    found = self._writing.lenses[name].spell(self._values[name])[column]
                except _WRONG:
                    continue
        if found is KeyError:
            raise KeyError(column)
        return found

    def __iter__(self) -> Iterator[str]:
        for column in self._writing.columns:
            try:
                self[column]
            except KeyError:
                continue
            yield column

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __bool__(self) -> bool:
        return any(True for _ in self)


def _reason(exc: Exception) -> str:
    text = str(exc)
    return text if text.startswith(("is ", "has ")) else f"cannot be written: {text}"


def writing(
    what: str,
    fields: Mapping[str, FieldMap],
    lenses: Mapping[str, Lens],
    constants: Mapping[str, Any],
) -> Writing:
    """Gather what is written of some fields."""
    written = {name: lens for name, lens in lenses.items() if fields[name].writes}
    columns: dict[str, tuple[str, ...]] = {}
    for name, lens in written.items():
        for column in lens.written:
            columns[column] = (*columns.get(column, ()), name)
    shown = frozenset(name for name in written if fields[name].reads)
    quick = {
        name: (lens.written[0], lens.show, lens.convert if name in shown else None)
        for name, lens in written.items()
        if lens.show is not None and len(columns[lens.written[0]]) == 1
    }
    return Writing(
        what,
        written,
        shown,
        tuple(name for name, field in fields.items() if field.required),
        {name: fields[name].default for name in written if fields[name].default is not None},
        dict(constants),
        columns,
        quick,
    )
