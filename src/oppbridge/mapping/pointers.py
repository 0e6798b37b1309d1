"""The lens of references: native keys of other rows, as text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..contract import Native, join_key, split_key
from ..records.scalars import Scalar
from .lenses import Lens, Spell, read_text, single
from .shape import FieldMap


def reference(field: FieldMap) -> Lens:
    """A native key, of one column or of several joined by `join_key`.

    Written to `write` it is the key's last component, or the whole key inside `format`; without
    `write` each component goes to its own column. `words` lists other spellings of a key, which
    files are full of: they are read as the key and never written.
    """
    return _joined(field) if len(field.at) > 1 else _plain(field)


def _plain(field: FieldMap) -> Lens:
    at, empty, spelled = field.at[0], field.empty, _spellings(field)
    spell = _spell(field)

    def convert(value: Any) -> Scalar:
        text = None if value == empty else read_text(value)
        return spelled.get(text, text) if spelled else text

    def foresee(value: Scalar, _: dict[str, Any]) -> Scalar:
        return None if value == empty else value

    lens = single(at, field.write or at, convert, str, empty)
    return Lens(lens.columns, lens.written, lens.read, lens.convert, spell, foresee)


def _joined(field: FieldMap) -> Lens:
    at, empty = field.at, field.empty

    def read(row: Native) -> Scalar:
        parts = [read_text(row[c]) if row.get(c) is not None else None for c in at]
        if None in parts or parts[-1] == empty:
            return None
        return join_key(*map(str, parts))

    written = (field.write,) if field.write else (at[-1:] if field.format else at)
    return Lens(at, written, read, None, _spell(field), lambda value, _: value)


def _spell(field: FieldMap) -> Spell:
    at, write, template, empty = field.at, field.write, field.format, field.empty

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

    return spell


def _spellings(field: FieldMap) -> Mapping[Scalar, str]:
    return {
        str(other): str(key)
        for key, others in (field.words or {}).items()
        for other in (others if isinstance(others, (list, tuple)) else [others])
    }
