"""Reads a map file and the user's overlay, checks their shape, and lays one over the other."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from ..errors import ConfigError
from .consistent import nearest, problems
from .shape import CollectionMap, CollectionOverlay, EntityMap, FieldMap, Overlay
from .yaml_text import load_yaml

M = TypeVar("M", bound=BaseModel)


def load_map(path: Path | str, overlay: Path | str | None = None) -> EntityMap:
    """One entity's map, with the user's additions laid over it.

    Raises ConfigError naming the file, the path of the key and the nearest valid name.
    """
    path = Path(path)
    map = _parsed(path, EntityMap, load_yaml(path))
    blamed = str(path)
    if overlay is not None:
        added = _parsed(Path(overlay), Overlay, load_yaml(Path(overlay)))
        map = laid_over(map, added, str(overlay))
        blamed = f"{path} with {overlay}"
    return checked(map, blamed)


def parse_map(data: Any, name: str) -> EntityMap:
    """A map from plain data; `name` is what errors call it. Raises ConfigError."""
    return checked(_parsed(Path(name), EntityMap, data), name)


def checked(map: EntityMap, name: str) -> EntityMap:
    """The map itself, once it holds together. Raises ConfigError telling every problem."""
    found = list(problems(map))
    if found:
        raise ConfigError("\n".join(f"{name}: {problem}" for problem in found))
    return map


def laid_over(map: EntityMap, added: Overlay, name: str) -> EntityMap:
    """The map with what an overlay names added or replaced. Raises ConfigError."""
    if added.entity not in (None, map.entity):
        raise ConfigError(f"{name}: entity: is {added.entity!r}, but the map is of {map.entity!r}")
    collections = dict(map.collections)
    for key, extra in added.collections.items():
        where = f"{name}: collections.{key}"
        collections[key] = _laid_collection(collections.get(key), extra, where)
    return EntityMap(
        entity=map.entity,
        native=added.native or map.native,
        origin=added.origin or map.origin,
        options=map.options | added.options,
        fields=map.fields | added.fields,
        collections=collections,
        constants=map.constants | added.constants,
    )


def _laid_collection(
    under: CollectionMap | None, over: CollectionOverlay, where: str
) -> CollectionMap:
    at = over.at or (under.at if under else None)
    key = over.key or (under.key if under else None)
    if at is None or key is None:
        raise ConfigError(f"{where}: a new collection needs `at` and `key`")
    fields: dict[str, FieldMap] = dict(under.fields) if under else {}
    constants = dict(under.constants) if under else {}
    return CollectionMap(
        at=at,
        key=key,
        origin=over.origin or (under.origin if under else None),
        fields=fields | over.fields,
        constants=constants | over.constants,
    )


def _parsed(path: Path, shape: type[M], data: Any) -> M:
    if not isinstance(data, dict):
        raise ConfigError(f"{path}: must be a mapping with keys such as `entity` and `fields`")
    try:
        return shape.model_validate(data)
    except ValidationError as exc:
        raise ConfigError("\n".join(f"{path}: {told}" for told in _told(exc, shape))) from None


def _told(exc: ValidationError, shape: type[BaseModel]) -> Iterable[str]:
    for problem in exc.errors(include_url=False, include_input=False):
        loc = [str(step) for step in problem["loc"]]
        where = ".".join(loc)
        if problem["type"] != "extra_forbidden":
            yield f"{where}: {problem['msg']}"
            continue
        known = _keys_at(shape, loc)
        yield f"{where}: unknown key{nearest(loc[-1], known)}"


def _keys_at(shape: type[BaseModel], loc: list[str]) -> list[str]:
    """The valid keys beside an unknown one: its depth tells which shape it stands in."""
    inside: type[BaseModel] = shape
    if "fields" in loc[:-2]:
        inside = FieldMap
    elif loc[0] == "collections" and len(loc) > 2:
        inside = CollectionMap
    return list(inside.model_fields)
