"""Which columns of a table a map uses, what for, and which native codes it knows of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from ..records import values
from .consistent import kind
from .reading import PARENT
from .shape import CollectionMap, EntityMap, FieldMap
from .text import LENSES


@dataclass(slots=True)
class Use:
    """What a map does with one column.

    `given` says that every create fills it: by a constant, an origin, a key, or a required field.
    """

    fields: dict[str, FieldMap] = field(default_factory=dict)
    targets: set[str] = field(default_factory=set)  # entities that it points at
    written: set[str] = field(default_factory=set)  # fields that write it
    given: bool = False

    @property
    def writes(self) -> bool:
        """Whether anything writes it."""
        return bool(self.written) or self.given

    @property
    def told(self) -> str:
        """The fields in words; empty where no field uses it."""
        return ", ".join(self.fields)

    @property
    def create_only(self) -> bool:
        """Whether it is written on create only."""
        return all(self.fields[name].create_only for name in self.written)


def uses(map: EntityMap) -> dict[str, Use]:
    """By column, what a map does with its table; columns of a collection's parents included."""
    model = values.model(map.entity)
    given = {*map.constants, *([map.origin] if map.origin else [])}
    out = _of_fields("", map.fields, model, given)
    for name, collection in map.collections.items():
        for column, use in part_uses(map, name, collection, parent=True).items():
            mine = out.setdefault(column, Use())
            mine.fields |= use.fields
    return out


def part_uses(
    map: EntityMap, name: str, collection: CollectionMap, *, parent: bool = False
) -> dict[str, Use]:
    """By column, what a map does with the parts of a collection, or through them with `parent`."""
    model = values.collections(map.entity)[name]
    own = [collection.origin] if collection.origin else []
    given = {*collection.constants, *collection.key, *own}
    found = _of_fields(f"{name}/*/", collection.fields, model, given)
    if parent:
        return {
            column.removeprefix(PARENT): use
            for column, use in found.items()
            if column.startswith(PARENT)
        }
    return {column: use for column, use in found.items() if not column.startswith(PARENT)}


def codes(field: FieldMap, column: str) -> set[str] | None:
    """The codes of a column that a field's map has words for; None where it takes any."""
    if field.words is None:
        return None
    found: set[str] = set()
    for listed in field.words.values():
        found |= set(_each(field, column, listed))
    return found


def _each(field: FieldMap, column: str, listed: Any) -> Iterable[str]:
    if field.lens != "state":
        many = listed if isinstance(listed, (list, tuple)) else [listed]
        return (_code(one) for one in many)
    tuples = listed if isinstance(listed[0], (list, tuple)) else [listed]
    place = field.at.index(column) if column in field.at else 0
    return (_code(one[place]) for one in tuples)


def _code(value: Any) -> str:
    return str(value).lower()


def _of_fields(
    stem: str, fields: Mapping[str, FieldMap], model: type[BaseModel], given: set[str]
) -> dict[str, Use]:
    out = {column: Use(given=True) for column in given}
    for name, one in fields.items():
        lens = LENSES[one.lens](one)
        columns = {*(lens.columns if one.reads else ())}
        written = {column.partition("@")[0] for column in lens.written} if one.writes else set()
        target = one.entity or _target(name, model)
        for column in (*columns, *written - columns):
            use = out.setdefault(column, Use())
            use.fields[stem + name] = one
            if target and one.lens == "reference":
                use.targets.add(target)
            if column in written:
                use.written.add(stem + name)
                use.given |= one.required or one.default is not None
    return out


def _target(name: str, model: type[BaseModel]) -> str | None:
    return None if name.startswith("custom.") else kind(model, name)[2]
