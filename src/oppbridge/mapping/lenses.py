"""What a lens is: the two-way translation of one field, as plain functions."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..contract import Native
from ..records.scalars import Scalar

_JOINER = "\u200d"
_CLINGING = frozenset((_JOINER, *map(chr, range(0x1F3FB, 0x1F400))))  # and shades of skin

Read = Callable[[Native], Scalar]
Convert = Callable[[Any], Scalar]
Show = Callable[[Any], Any]
Spell = Callable[[Scalar], dict[str, Any]]
Foresee = Callable[[Scalar, dict[str, Any]], Scalar]


@dataclass(frozen=True, slots=True)
class Lens:
    """How one field is read from its columns and written to them.

    `read` takes the row; `convert`, where there is one, does the same from the value of the only
    column and is never given None. Both raise ValueError
    or TypeError. `spell` gives the native columns of a canonical value, None included. `foresee`
    says what will be read once a value was written, from the value and what `spell` made of it.
    """

    columns: tuple[str, ...]
    written: tuple[str, ...]
    read: Read
    convert: Convert | None
    spell: Spell
    foresee: Foresee
    show: Show | None = None
    """Where there is one: spells a value that is not None into the only column written."""

    def predict(self, value: Scalar) -> Scalar:
        """What will be read after writing a value."""
        return self.foresee(value, self.spell(value))


def single(at: str, write: str, convert: Convert, show: Show, empty: Any = None) -> Lens:
    """The lens of one column: `convert` reads it, `show` spells it, `empty` stands for nothing."""
    if empty is not None:
        convert = _unless_empty(convert, empty)

    def read(row: Native) -> Scalar:
        value = row.get(at)
        return None if value is None else convert(value)

    def spell(value: Scalar) -> dict[str, Any]:
        shown = None if value is None else show(value)
        return {write: empty if shown is None else shown}

    def foresee(_: Scalar, spelled: dict[str, Any]) -> Scalar:
        shown = spelled[write]
        return None if shown is None else convert(shown)

    return Lens((at,), (write,), read, convert, spell, foresee, show if empty is None else None)


def _unless_empty(convert: Convert, empty: Any) -> Convert:
    try:
        blank = convert(empty)
    except (ValueError, TypeError):
        blank = None

    def read(value: Any) -> Scalar:
        if value == empty and isinstance(value, bool) == isinstance(empty, bool):
            return None
        found = convert(value)
        return None if found == blank else found

    return read


def read_text(value: Any) -> Scalar:
    """Text as it stands, None where blank; whole numbers and decimals become text."""
    if type(value) is str:
        return value if value and not value.isspace() else None
    if isinstance(value, (bool, list, tuple, dict, bytes)):
        raise TypeError("is not text")
    return read_text(str(value))


def fitting(length: int | None) -> Callable[[str], str | None]:
    """Cuts text to `length` UTF-16 units, as systems count them, never inside a character.

    What a reader takes for one character, an accented letter or a joined emoji, is cut whole too.
    """

    def cut(text: str) -> str | None:
        if length is not None and len(text) * 2 > length:
            units = text.encode("utf-16-le")
            if len(units) > 2 * length:
                kept = units[: 2 * length].decode("utf-16-le", errors="ignore")
                text = kept[: _seam(text, len(kept))]
        return text if text and not text.isspace() else None

    return cut


def _seam(text: str, at: int) -> int:
    """The last place up to `at` where text may be cut; `at` itself where there is none."""
    seam = at
    while seam and (text[seam - 1] == _JOINER or _clings(text[seam])):
        seam -= 1
    return seam or at


def _clings(character: str) -> bool:
    return unicodedata.category(character) in ("Mn", "Me") or character in _CLINGING
