"""Composes lenses into the functions that write fields and foresee what will be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import Invalid
from ..records.scalars import Scalar
from .lenses import Lens
from .shape import FieldMap

Values = Mapping[str, Scalar]


@dataclass(frozen=True, slots=True)
class Writing:
    """How the fields of one row, or of one kind of part, are written."""

    what: str
    lenses: Mapping[str, Lens]  # those that are written
    shown: frozenset[str]  # those that can be read back
    required: tuple[str, ...]
    defaults: Mapping[str, Scalar]
    constants: Mapping[str, Any]

    def write(self, values: Values) -> dict[str, Any]:
        """The native columns of these fields. Raises Invalid for what a lens cannot spell."""
        out: dict[str, Any] = {}
        for name, value in values.items():
            lens = self.lenses.get(name)
            if lens is not None:
                try:
                    spelled = lens.spell(value)
                except (ValueError, ArithmeticError, TypeError) as exc:
                    raise Invalid(f"{self.what}.{name}: {value!r} {_reason(exc)}") from exc
                self._agree(name, spelled, out)
                out.update(spelled)
        return out

    def _agree(self, name: str, spelled: Mapping[str, Any], out: Mapping[str, Any]) -> None:
        """Amounts share the column of their currency: they must not ask for two."""
        for column, value in spelled.items():
            if column in out and out[column] != value:
                raise Invalid(
                    f"{self.what}.{name}: needs {column} = {value!r}, "
                    f"but another field needs {out[column]!r}"
                )

    def predict(self, values: Values) -> dict[str, Scalar]:
        """What will be read of these fields once written; only of those written and read."""
        out: dict[str, Scalar] = {}
        for name, value in values.items():
            lens = self.lenses.get(name)
            if lens is not None and name in self.shown:
                try:
                    out[name] = lens.predict(value)
                except (ValueError, ArithmeticError, TypeError) as exc:
                    raise Invalid(f"{self.what}.{name}: {value!r} {_reason(exc)}") from exc
        return out

    def created(self, values: Values) -> dict[str, Any]:
        """The native columns of a create, defaults and constants included. Raises Invalid."""
        full = dict(self.defaults)
        full.update({name: value for name, value in values.items() if value is not None})
        missing = [name for name in self.required if full.get(name) is None]
        if missing:
            raise Invalid(f"{self.what}: cannot be created without {', '.join(missing)}")
        return {**self.constants, **self.write(full)}


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
    return Writing(
        what,
        written,
        frozenset(name for name in written if fields[name].reads),
        tuple(name for name, field in fields.items() if field.required),
        {name: fields[name].default for name in written if fields[name].default is not None},
        dict(constants),
    )
