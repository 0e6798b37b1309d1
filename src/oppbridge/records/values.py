"""Flat values and the records they spell: `lines/KEY/quantity` and back.

The engine compares and merges flat mappings of paths to scalars; a pydantic record is built only
for what moves, to check it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from ..errors import ConfigError, Invalid
from .fields import Part, Record, personal_fields, references
from .models import ENTITIES
from .scalars import Scalar

Values = Mapping[str, Scalar]


def escape(key: str) -> str:
    """A part's key as it stands in a path."""
    return key.replace("%", "%25").replace("/", "%2F")


def unescape(key: str) -> str:
    """Undo `escape`."""
    return key.replace("%2F", "/").replace("%25", "%")


def pattern(path: str) -> str:
    """The path with its part's key left open: `lines/7/quantity` -> `lines/*/quantity`."""
    if "/" not in path or path.startswith("custom/"):
        return path
    collection, _, rest = path.partition("/")
    _, slash, field = rest.partition("/")
    return f"{collection}/*{slash}{field}"


def part_of(path: str) -> tuple[str, str, str] | None:
    """(collection, key, field) of a path inside a part, field "" for its presence; else None."""
    if "/" not in path or path.startswith("custom/"):
        return None
    collection, _, rest = path.partition("/")
    key, _, field = rest.partition("/")
    return collection, key, field


def model(entity: str) -> type[Record]:
    """The record class of an entity. Raises ConfigError for an unknown one."""
    if entity not in ENTITIES:
        raise ConfigError(f"no entity called {entity!r}; there are {', '.join(ENTITIES)}")
    return ENTITIES[entity]


@cache
def collections(entity: str) -> dict[str, type[Part]]:
    """The keyed collections of an entity and the class of their parts."""
    found: dict[str, type[Part]] = {}
    for name, field in model(entity).model_fields.items():
        if get_origin(field.annotation) is dict:
            part = get_args(field.annotation)[1]
            if isinstance(part, type) and issubclass(part, Part):
                found[name] = part
    return found


@cache
def reference_patterns(entity: str) -> dict[str, str]:
    """The paths that point at other records: `account`, `lines/*/product`."""
    found = dict(references(model(entity)))
    for collection, part in collections(entity).items():
        for name, target in references(part).items():
            found[f"{collection}/*/{name}"] = target
    return found


@cache
def personal(entity: str) -> frozenset[str]:
    """The fields of an entity that say something of a person."""
    return personal_fields(model(entity))


def pointing(entity: str, values: Values) -> list[tuple[str, str]]:
    """The paths of values that point at other records, with the entity each points at."""
    targets = reference_patterns(entity)
    found = [(path, target) for path, target in targets.items() if values.get(path) is not None]
    for path, value in values.items():
        if "/" in path and value is not None and (target := targets.get(pattern(path))):
            found.append((path, target))
    return found


def known_field(entity: str, path: str) -> bool:
    """Whether a canonical field (`lines/*/quantity`, `custom.x`) exists on the entity."""
    if path.startswith(("custom.", "custom/")):
        return True
    part = part_of(path)
    if part is None:
        return path in model(entity).model_fields
    found = collections(entity).get(part[0])
    return found is not None and (not part[2] or part[2] in found.model_fields)


def nest(entity: str, values: Values) -> dict[str, Any]:
    """The nested form a record is built from."""
    out: dict[str, Any] = {}
    for path, value in values.items():
        if value is None or path == "@":
            continue
        if "/" not in path and "." not in path:
            out[path] = value
        elif path.startswith(("custom.", "custom/")):
            out.setdefault("custom", {})[path[7:]] = value
        elif (part := part_of(path)) is None:
            out[path] = value
        else:
            fields = out.setdefault(part[0], {}).setdefault(unescape(part[1]), {})
            if part[2]:
                fields[part[2]] = value
    return out


def build(entity: str, values: Values) -> Record:
    """The record these values spell. Raises Invalid naming field and problem."""
    try:
        return model(entity).model_validate(nest(entity, values), strict=False)
    except ValidationError as exc:
        raise Invalid(f"{entity}: {'; '.join(_told(exc))}") from None


def _told(exc: ValidationError) -> Iterable[str]:
    for problem in exc.errors(include_url=False, include_input=False):
        yield f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}"


def flatten(record: BaseModel) -> dict[str, Scalar]:
    """The flat values of a record; what is None is left out."""
    out: dict[str, Scalar] = {}
    for name, value in record.model_dump(mode="json", exclude_none=True).items():
        if name == "custom":
            out.update({f"custom.{key}": inner for key, inner in value.items()})
        elif isinstance(value, dict):
            for key, fields in value.items():
                out[f"{name}/{escape(key)}"] = True
                out.update({f"{name}/{escape(key)}/{f}": v for f, v in fields.items()})
        else:
            out[name] = value
    return out
