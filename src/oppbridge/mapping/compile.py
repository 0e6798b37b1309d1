"""Turns a map into plain functions: a few microseconds to read a row, less to see it unchanged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from xxhash import xxh3_128_digest

from ..contract import Native, Selection
from ..errors import ConfigError, Invalid
from ..records.scalars import Scalar
from ..records.values import reference_patterns
from .digest import digester
from .lenses import Lens, read_text
from .reading import PARENT, Reader, part_reader, reader, row_reader
from .shape import CollectionMap, EntityMap, FieldMap
from .text import LENSES
from .writing import Writing, writing

MEANING = b"1"  # raise it when a lens begins to read the same row differently

Values = Mapping[str, Scalar]


@dataclass(frozen=True, slots=True)
class CompiledMap:
    """One entity's map as plain functions; all values are flat and in system space.

    Field names are canonical: `name`, `custom.region`, and `lines/*/quantity` for parts.
    """

    entity: str
    native: str
    origin: str | None
    selection: Selection
    readable: frozenset[str]
    writable: frozenset[str]
    create_only: frozenset[str]
    required: frozenset[str]
    references: Mapping[str, str]
    optional_references: frozenset[str]
    assigned: frozenset[str]
    creatable: frozenset[str]
    """What a create may write, `lines/*` included where parts can be made."""
    updatable: frozenset[str]
    """What may be written later on, `lines/*` included."""
    collections: Mapping[str, str]
    part_origins: Mapping[str, str]  # canonical collection -> native column with the part's id
    fingerprint: bytes
    digest: Callable[[Native], bytes]
    """16 bytes over the mapped columns; equal exactly when they are."""
    read: Callable[[Native], dict[str, Scalar]]
    """Every readable field of a row, None where blank. Raises Invalid naming column and value."""
    origin_of: Callable[[Native], str | None]
    """What the origin column holds; None where it is blank or the map names none."""
    header: Writing
    parts: Mapping[str, Writing]
    source: EntityMap

    def write(self, values: Values) -> dict[str, Any]:
        """The native columns of the given top-level fields; what is not writable is left out."""
        return self.header.spell(values)[0]

    def predict(self, values: Values) -> dict[str, Scalar]:
        """What `read` will show of the given top-level fields once they are written."""
        return self.header.spell(values)[1]

    def created(self, values: Values) -> dict[str, Any]:
        """`write` for a create: with defaults and constants. Raises Invalid for what is missing."""
        return self.header.spell_new(values)[0]

    def write_part(self, collection: str, values: Values) -> dict[str, Any]:
        """The native columns of the given fields of one part, by plain field name."""
        return self.parts[collection].spell(values)[0]

    def predict_part(self, collection: str, values: Values) -> dict[str, Scalar]:
        """What `read` will show of the given fields of one part once they are written."""
        return self.parts[collection].spell(values)[1]

    def created_part(self, collection: str, values: Values) -> dict[str, Any]:
        """`write_part` for a create: with defaults and constants. Raises Invalid."""
        return self.parts[collection].spell_new(values)[0]


def compile_map(map: EntityMap) -> CompiledMap:
    """Compile a loaded map. Raises ConfigError for defaults that cannot be written."""
    header = {name: LENSES[field.lens](field) for name, field in map.fields.items()}
    inner = {
        name: {field: LENSES[given.lens](given) for field, given in collection.fields.items()}
        for name, collection in map.collections.items()
    }
    fields = _all_fields(map)
    fingerprint = xxh3_128_digest(MEANING + map.model_dump_json(exclude_defaults=True).encode())
    selection = _selection(map, header, inner)
    stems = _open_stems(map)
    return CompiledMap(
        entity=map.entity,
        native=map.native,
        origin=map.origin,
        selection=selection,
        readable=frozenset(name for name, field in fields.items() if field.reads),
        writable=frozenset(name for name, field in fields.items() if field.writes),
        create_only=frozenset(name for name, field in fields.items() if field.create_only),
        required=frozenset(name for name, field in fields.items() if field.required),
        references=_references(map, fields),
        optional_references=_optional(fields),
        assigned=frozenset(name for name, field in fields.items() if not field.writes),
        creatable=frozenset(name for name, field in fields.items() if _created(field)) | stems,
        updatable=frozenset(n for n, f in fields.items() if _updated(n, f)) | stems,
        collections={name: collection.at for name, collection in map.collections.items()},
        part_origins={n: c.origin for n, c in map.collections.items() if c.origin},
        fingerprint=fingerprint,
        digest=digester(selection.columns, dict(selection.collections), fingerprint),
        read=_read(map, header, inner),
        origin_of=_origin(map.origin),
        header=_writing(map.entity, map.fields, header, map.constants),
        parts={
            name: _writing(f"{map.entity}.{name}", one.fields, inner[name], one.constants)
            for name, one in map.collections.items()
        },
        source=map,
    )


def _created(field: FieldMap) -> bool:
    return field.writes or field.create_only


def _updated(name: str, field: FieldMap) -> bool:
    return field.writes and (not field.create_only or "/" in name)


def _open_stems(map: EntityMap) -> frozenset[str]:
    """The collections whose parts can be made and removed."""
    return frozenset(
        f"{name}/*"
        for name, collection in map.collections.items()
        if any(field.writes for field in collection.fields.values())
    )


def _all_fields(map: EntityMap) -> dict[str, FieldMap]:
    fields = dict(map.fields)
    for name, collection in map.collections.items():
        fields |= {f"{name}/*/{field}": given for field, given in collection.fields.items()}
    return fields


def _references(map: EntityMap, fields: Mapping[str, FieldMap]) -> dict[str, str]:
    known = reference_patterns(map.entity)
    return {
        name: field.entity or known[name]
        for name, field in fields.items()
        if field.lens == "reference"
    }


def _optional(fields: Mapping[str, FieldMap]) -> frozenset[str]:
    """A reference may be cut from a create unless it is required or the map says no."""
    return frozenset(
        name
        for name, field in fields.items()
        if field.lens == "reference"
        and (field.optional if field.optional is not None else not field.required)
    )


def _selection(
    map: EntityMap, header: Mapping[str, Lens], inner: Mapping[str, Mapping[str, Lens]]
) -> Selection:
    columns = _columns(map.fields, header)
    collections: dict[str, tuple[str, ...]] = {}
    for name, collection in map.collections.items():
        found = _columns(collection.fields, inner[name])
        columns += [column.removeprefix(PARENT) for column in found if column.startswith(PARENT)]
        own = [column for column in found if not column.startswith(PARENT)]
        origin = [collection.origin] if collection.origin else []
        collections[collection.at] = tuple(dict.fromkeys([*collection.key, *origin, *own]))
    above = [map.origin] if map.origin else []
    return Selection(
        map.entity, map.native, tuple(dict.fromkeys([*above, *columns])), collections, map.options
    )


def _columns(fields: Mapping[str, FieldMap], lenses: Mapping[str, Lens]) -> list[str]:
    return [c for name, lens in lenses.items() if fields[name].reads for c in lens.columns]


def _read(
    map: EntityMap, header: Mapping[str, Lens], inner: Mapping[str, Mapping[str, Lens]]
) -> Reader:
    fields = {name: lens for name, lens in header.items() if map.fields[name].reads}
    parts = [
        part_reader(f"{map.entity}.{name}", name, one, _read_only(one, inner[name]))
        for name, one in map.collections.items()
    ]
    return row_reader(reader(map.entity, fields), parts)


def _read_only(collection: CollectionMap, lenses: Mapping[str, Lens]) -> dict[str, Lens]:
    return {name: lens for name, lens in lenses.items() if collection.fields[name].reads}


def _origin(column: str | None) -> Callable[[Native], str | None]:
    if column is None:
        return lambda _: None

    def origin_of(row: Native) -> str | None:
        value = row.get(column)
        if value is None:
            return None
        text = read_text(value)
        return None if text is None else str(text)

    return origin_of


def _writing(
    what: str,
    fields: Mapping[str, FieldMap],
    lenses: Mapping[str, Lens],
    constants: Mapping[str, Any],
) -> Writing:
    made = writing(what, fields, lenses, constants)
    for name, value in made.defaults.items():
        try:
            made.spell({name: value})
        except Invalid as exc:
            raise ConfigError(f"fields.{name}.default: {exc}") from exc
    return made
