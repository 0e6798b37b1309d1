"""Whether a map holds together: known fields, known lenses, fitting kinds, one field a column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel

from ..errors import ConfigError
from ..nearest import suggestion
from ..records import values
from ..records.fields import Day as DayText
from ..records.fields import DecimalText, Instant, MoneyText, references
from .shape import GENERAL, OPTIONS, EntityMap, FieldMap
from .text import LENSES

_PLAIN = frozenset({"text", "unit", "choice", "state", "words"})
_MANY = frozenset({"state", "reference"})
_NEEDS_WORDS = frozenset({"choice", "state", "words"})


def problems(map: EntityMap) -> Iterator[str]:
    """Every problem of a map, each beginning with the path of the key it is about."""
    try:
        record = values.model(map.entity)
    except ConfigError as exc:
        yield f"entity: {exc}"
        return
    yield from _of_fields("fields", map.fields, record)
    yield from _doubles("fields", map.fields, map.constants)
    known = values.collections(map.entity)
    for name, collection in map.collections.items():
        where = f"collections.{name}"
        if name not in known:
            yield f"{where}: {map.entity} has no such collection{nearest(name, known)}"
            continue
        yield from _of_fields(f"{where}.fields", collection.fields, known[name])
        yield from _doubles(f"{where}.fields", collection.fields, collection.constants)


def nearest(name: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?`, or the names there are."""
    known = list(known)
    hint = suggestion(name, known)
    return hint or (f"; there are {', '.join(known)}" if known else "")


def _of_fields(where: str, fields: Mapping[str, FieldMap], model: type[BaseModel]) -> Iterator[str]:
    for name, field in fields.items():
        here = f"{where}.{name}"
        custom = name.startswith("custom.") and "custom" in model.model_fields
        known = [one for one in model.model_fields if one != "custom"]
        if not custom and (name not in known or _is_collection(model, name)):
            yield f"{here}: no such canonical field{nearest(name, known)}"
        elif field.lens not in LENSES:
            yield f"{here}.lens: no lens called {field.lens!r}{nearest(field.lens, LENSES)}"
        else:
            yield from _of_lens(here, field)
            yield from _of_kind(here, name, field, model)


def _is_collection(model: type[BaseModel], name: str) -> bool:
    return getattr(model.model_fields[name].annotation, "__origin__", None) is dict


def _of_lens(here: str, field: FieldMap) -> Iterator[str]:
    for key in sorted(field.model_fields_set - GENERAL - OPTIONS[field.lens]):
        yield f"{here}.{key}: lens {field.lens!r} takes no such key"
    if len(field.at) > 1 and field.lens not in _MANY:
        yield f"{here}.at: lens {field.lens!r} reads one column"
    if field.lens in _NEEDS_WORDS and not field.words:
        yield f"{here}.words: lens {field.lens!r} needs its words"
    if field.lens == "state" and not all(_fits(c, len(field.at)) for c in _codes(field)):
        yield f"{here}.words: each word needs a list of {len(field.at)} codes, one a column"
    if field.lens == "boolean" and field.words is not None and not _is_truth(field.words):
        yield f"{here}.words: must be given for true and for false"
    if field.lens == "money" and not (field.currency or field.fixed_currency):
        yield f"{here}.currency: lens 'money' needs `currency` (a column) or `fixed_currency`"
    if field.lens == "reference" and field.words and len(field.at) > 1:
        yield f"{here}.words: spellings are for a key of one column"
    if field.lens == "reference" and field.format and "{key}" not in field.format:
        yield f"{here}.format: must hold {{key}}"
    if field.zone:
        yield from _of_zone(here, field.zone)


def _is_truth(words: Mapping[str | bool, Any]) -> bool:
    return {str(word).lower() for word in words} == {"true", "false"}


def _codes(field: FieldMap) -> list[Any]:
    return list((field.words or {}).values())


def _fits(codes: Any, width: int) -> bool:
    if not isinstance(codes, (list, tuple)) or not codes:
        return False
    each = codes if isinstance(codes[0], (list, tuple)) else [codes]
    return all(isinstance(one, (list, tuple)) and len(one) == width for one in each)


def _of_zone(here: str, zone: str) -> Iterator[str]:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        yield f"{here}.zone: no time zone called {zone!r}, as in 'Europe/Berlin'"


def _of_kind(here: str, name: str, field: FieldMap, model: type[BaseModel]) -> Iterator[str]:
    """The lens must make what the record holds, and know only words that the record has."""
    if name.startswith("custom."):
        if field.lens == "reference" and field.entity is None:
            yield f"{here}.entity: a reference needs the entity it points at"
        return
    lenses, words, target = kind(model, name)
    if field.lens not in lenses:
        yield f"{here}.lens: is {field.lens!r}; this field takes {' or '.join(sorted(lenses))}"
    if target is not None and field.entity not in (None, target):
        yield f"{here}.entity: is {field.entity!r}, but the record points at {target!r} here"
    given = [*map(str, field.words or {}), *([field.otherwise] if field.otherwise else [])]
    for word in given if words else ():
        if word not in words:
            yield f"{here}.words.{word}: no such word{nearest(word, words)}"


@cache
def kind(model: type[BaseModel], name: str) -> tuple[frozenset[str], tuple[str, ...], str | None]:
    """The lenses a canonical field takes, its only words if it has such, what it points at."""
    target = references(model).get(name)
    if target is not None:
        return frozenset({"reference"}), (), target
    inner = get_args(model.model_fields[name].annotation)
    for type_, lens in ((MoneyText, "money"), (DecimalText, "decimal"), (DayText, "date"),
                        (Instant, "instant"), (int, "integer"), (bool, "boolean")):  # fmt: skip
        if type_ in inner:
            return frozenset({lens}), (), None
    for one in inner:
        if isinstance(one, type) and issubclass(one, StrEnum):
            return frozenset({"choice", "state"}), tuple(word.value for word in one), None
    return _PLAIN, (), None


def _doubles(
    where: str, fields: Mapping[str, FieldMap], constants: Mapping[str, Any]
) -> Iterator[str]:
    """Two fields written to one column would overwrite each other; a currency may be shared."""
    takers: dict[str, str] = dict.fromkeys(constants, "`constants`")
    for name, field in fields.items():
        if not field.writes or field.lens not in LENSES:
            continue
        if any(_of_lens("", field)):
            continue
        for column in LENSES[field.lens](field).written:
            if column == field.write_currency:
                continue
            if column in takers:
                yield f"{where}.{name}: writes column {column!r}, and so does {takers[column]}"
            takers[column] = f"{where}.{name}"
