"""The lens of references: native keys of other rows, as text."""

from __future__ import annotations

from typing import Any

from ..contract import Native, join_key, split_key
from ..records.scalars import Scalar
from .lenses import Lens, read_text
from .shape import FieldMap


def reference(field: FieldMap) -> Lens:
    """A native key, of one column or of several joined by `join_key`.

    Written to `write` it is the key's last component, or the whole key inside `format`; without
    `write` each component goes to its own column. `words` lists other spellings of a key, which
    files are full of: they are read as the key and never written.
    """
    at, write, template, empty = field.at, field.write, field.format, field.empty
    spelled = _spellings(field)

    def convert(value: Any) -> Scalar:
        text = None if value == empty else read_text(value)
        return spelled.get(text, text) if spelled else text

    def read(row: Native) -> Scalar:
        parts = [read_text(row[c]) if row.get(c) is not None else None for c in at]
        if None in parts or parts[-1] == empty:
            return None
        return join_key(*map(str, parts))

    def spell(value: Scalar) -> dict[str, Any]:
        if value is None:
            return {write: empty} if write else dict.fromkeys(at, empty)
        key = str(value)
        if template:
            return {write or at[-1]: template.replace("{key}", key)}
        parts = split_key(key) if len(at) > 1 else (key,)
        if write:
            return {write: parts[-1]}
        if len(parts) != len(at):
            raise ValueError(f"{key!r} is not a key of {len(at)} columns")
        return dict(zip(at, parts, strict=True))

    def predict(value: Scalar) -> Scalar:
        return None if value == empty else value

    if len(at) > 1:
        written = (write,) if write else (at[-1:] if template else at)
        return Lens(at, written, read, None, spell, predict)
    only = at[0]

    def read_one(row: Native) -> Scalar:
        value = row.get(only)
        return None if value is None else convert(value)

    return Lens(at, (write or only,), read_one, convert, spell, predict)


def _spellings(field: FieldMap) -> dict[Scalar, str]:
    return {
        str(other): str(key)
        for key, others in (field.words or {}).items()
        for other in (others if isinstance(others, (list, tuple)) else [others])
    }
