"""Lenses of choices: canonical words for native codes, both ways."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..contract import Native
from ..records.scalars import Scalar
from .lenses import Lens, fitting, read_text, single
from .shape import FieldMap

YES = frozenset({"true", "yes", "1"})
NO = frozenset({"false", "no", "0"})


def choice(field: FieldMap) -> Lens:
    """One word for one code. A word may list several codes: all are read, the first is written."""
    words = {str(word): _listed(codes) for word, codes in (field.words or {}).items()}
    read = _Codes(words, field.otherwise)
    written = {word: codes[0] for word, codes in words.items()}
    at = field.at[0]
    show = _shown(written, blank_unknown=field.blank_unknown)
    return single(at, field.write or at, read.word, show, field.empty)


def state(field: FieldMap) -> Lens:
    """One word for the codes of several columns, as Dataverse's (statecode, statuscode).

    A full match decides; otherwise the first column does, for the first word that has its code.
    A word may list several tuples: all are read, the first is written.
    """
    tuples = {str(word): _tuples(codes) for word, codes in (field.words or {}).items()}
    whole = _table((tuple(map(_code, t)), word) for word, ts in tuples.items() for t in ts)
    first = _table((_code(t[0]), word) for word, ts in tuples.items() for t in ts)
    columns = field.at
    usual = {t: word for word, ts in reversed(tuples.items()) for t in reversed(ts)}

    def read(row: Native) -> Scalar:
        word = usual.get(tuple(map(row.get, columns)))
        if word is not None:
            return word
        found = tuple([_code(row.get(column)) for column in columns])
        word = whole.get(found) or first.get(found[0])
        if word is not None or found[0] in (None, ""):
            return word
        if field.otherwise is None:
            raise ValueError(f"has no word for {found!r}; add it to `words`")
        return field.otherwise

    def spell(value: Scalar) -> dict[str, Any]:
        if value is None:
            return dict.fromkeys(columns)
        if value not in tuples:
            raise ValueError(f"has no native code for {value!r}; add it to `words`")
        return dict(zip(columns, tuples[str(value)][0], strict=True))

    return Lens(columns, columns, read, None, spell, lambda _, spelled: read(spelled))


def words(field: FieldMap) -> Lens:
    """Several words at once, sorted and comma-joined; natively a list, or text with a separator."""
    table = {str(word): _listed(codes) for word, codes in (field.words or {}).items()}
    codes = _Codes(table, None)
    written = {word: codes[0] for word, codes in table.items()}
    show_one = _shown(written)
    separator = field.separator or ","

    def convert(value: Any) -> Scalar:
        parts = value if isinstance(value, (list, tuple)) else str(value).split(separator)
        found = {codes.word(p.strip() if isinstance(p, str) else p) for p in parts if p != ""}
        return ",".join(sorted(str(word) for word in found if word is not None)) or None

    def show(value: str) -> str:
        return separator.join(str(show_one(word)) for word in sorted(set(value.split(","))))

    return single(field.at[0], field.write or field.at[0], convert, show, field.empty)


def boolean(field: FieldMap) -> Lens:
    """True or false; `words: {true: Yes, false: No}` where the system spells them its own way."""
    at, write = field.at[0], field.write or field.at[0]
    if field.words is None:
        return single(at, write, _truth, bool, field.empty)
    codes = {str(word).lower(): _listed(given) for word, given in field.words.items()}
    table = {_code(code): word == "true" for word, given in codes.items() for code in given}

    def convert(value: Any) -> Scalar:
        code = _code(value)
        if code not in table:
            raise ValueError(f"has no word for {value!r}; add it to `words`")
        return table[code]

    return single(
        at, write, convert, lambda value: codes["true" if value else "false"][0], field.empty
    )


def unit(field: FieldMap) -> Lens:
    """Text with an optional table of words; what the table does not list passes unchanged."""
    table = {str(word): _listed(codes) for word, codes in (field.words or {}).items()}
    back = {_code(code): word for word, codes in table.items() for code in codes}
    cut = fitting(field.length)

    def convert(value: Any) -> Scalar:
        text = read_text(value)
        return back.get(text, text)

    def show(value: str) -> Any:
        return table[value][0] if value in table else cut(value)

    return single(field.at[0], field.write or field.at[0], convert, show, field.empty)


class _Codes:
    """Looks native codes up, alike as numbers and as text."""

    def __init__(self, words: Mapping[str, list[Any]], otherwise: str | None) -> None:
        self.table = _table((_code(c), word) for word, codes in words.items() for c in codes)
        self.otherwise = otherwise

    def word(self, value: Any) -> Scalar:
        """The word for a code. Raises ValueError for one that is not listed."""
        code = _code(value)
        found = self.table.get(code)
        if found is not None or code == "":
            return found
        if self.otherwise is None:
            raise ValueError(f"has no word for {value!r}; add it to `words`")
        return self.otherwise


def _shown(written: Mapping[str, Any], *, blank_unknown: bool = False) -> Any:
    def show(value: str) -> Any:
        if value not in written and blank_unknown:
            return None
        if value not in written:
            raise ValueError(f"has no native code for {value!r}; add it to `words`")
        return written[value]

    return show


def _table(pairs: Iterable[tuple[Any, str]]) -> dict[Any, str]:
    """The first word listed for a code wins."""
    table: dict[Any, str] = {}
    for code, word in pairs:
        table.setdefault(code, word)
    return table


def _code(value: Any) -> Any:
    """A code in its one spelling: systems and files give 5, "5" and 5.0 for the same thing."""
    if type(value) is str or value is None:
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value)


def _listed(codes: Any) -> list[Any]:
    return list(codes) if isinstance(codes, (list, tuple)) else [codes]


def _tuples(codes: Any) -> list[tuple[Any, ...]]:
    if codes and isinstance(codes[0], (list, tuple)):
        return [tuple(each) for each in codes]
    return [tuple(codes)]


def _truth(value: Any) -> Scalar:
    if isinstance(value, bool):
        return value
    text = str(value).strip().lower()
    if not text:
        return None
    if text not in YES and text not in NO:
        raise ValueError("is neither true nor false")
    return text in YES
