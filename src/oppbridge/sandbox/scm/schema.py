"""The entity sets as data: columns, keys, enumerations and references, read from `schema/`.

Column kinds, as on the wire: `s` text, `n` decimal, `i` 32-bit and `l` 64-bit integer, `d` date
(noon UTC), `t` date and time, `y` yes/no, `g` identifier, `e` enumeration. A mark before a column's
name says `!` mandatory, `^` only on create, `-` never written by a client; `(20)` after it is the
longest text.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files

FILES = ("company", "customer", "product", "quotation", "order")
LONGEST = 255  # text columns without a stated length


@dataclass(frozen=True, slots=True)
class Column:
    """One column of an entity set."""

    name: str
    kind: str
    length: int = 0
    enum: str = ""
    mandatory: bool = False
    creatable: bool = True
    editable: bool = True
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Reference:
    """A text column that holds the key column of a row in another set of the same company."""

    column: str
    entity: str
    key: str


@dataclass(frozen=True, slots=True)
class Entity:
    """One entity set.

    Its three names, where it is stored, its columns and what may be done with it.
    """

    name: str
    type: str
    title: str
    table: str
    key: tuple[str, ...] = ()
    columns: Mapping[str, Column] = field(default_factory=dict)
    access: frozenset[str] = frozenset({"read", "create", "update", "delete"})
    references: tuple[Reference, ...] = ()
    navigation: Mapping[str, Reference] = field(default_factory=dict)
    sources: tuple[int, int] = (2, 1)  # data sources behind the etag: how many, how many present
    called: str = ""  # its public name, where it was given another

    @property
    def by_company(self) -> bool:
        """Whether rows belong to a company."""
        return "dataAreaId" in self.key


@dataclass(frozen=True, slots=True)
class Schema:
    """Every entity set and every enumeration by name; members in order, with their integers."""

    entities: Mapping[str, Entity]
    enums: Mapping[str, Mapping[str, int]]

    def first(self, enum: str) -> str:
        """The member an unset column of this enumeration shows."""
        return next(iter(self.enums[enum]))

    def public(self, name: str) -> Entity | None:
        """The entity set that goes by a name now, None where none does."""
        found = self.entities.get(name)
        if found is not None and not found.called:
            return found
        return next((one for one in self.entities.values() if one.called == name), None)


@cache
def load() -> Schema:
    """Read the schema files; the result is shared and must not be changed."""
    entities: dict[str, Entity] = {}
    for name in FILES:
        for block in _blocks(_text(name)):
            entity = _entity(block, entities)
            entities[entity.name] = entity
    return Schema(entities, dict(_enums(_text("enums"))))


def extended(schema: Schema, columns: Mapping[str, str]) -> Schema:
    """The schema with columns of one's own, by table, spelled as in the schema files: `d Ended`."""
    entities = dict(schema.entities)
    for name, entity in schema.entities.items():
        if entity.table in columns:
            kind, _, tokens = columns[entity.table].partition(" ")
            added = {one.name: one for one in _columns(kind, tokens)}
            entities[name] = replace(entity, columns={**entity.columns, **added})
    if strangers := columns.keys() - schema.entities.keys():
        raise ValueError(f"no entity set {min(strangers)!r} to add columns to")
    return Schema(entities, schema.enums)


def altered(
    schema: Schema, name: str, add: str = "", drop: Collection[str] = (), called: str = ""
) -> Schema:
    """The schema with one set's columns added or replaced, dropped, or the set renamed.

    Columns are spelled as in the schema files: `s !Name(20)`.
    """
    entity = schema.entities[name]
    kind, _, tokens = add.partition(" ")
    added = {one.name: one for one in _columns(kind, tokens)}
    columns = {key: one for key, one in entity.columns.items() if key not in drop}
    changed = replace(entity, columns={**columns, **added}, called=called or entity.called)
    return Schema({**schema.entities, name: changed}, schema.enums)


def _text(name: str) -> str:
    return files(__package__).joinpath("schema", f"{name}.txt").read_text("utf-8")


def _statements(text: str) -> Iterator[str]:
    """Logical lines: comments dropped, an indented line continues the one before."""
    held = ""
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        if line.startswith(" "):
            held += line
            continue
        if held:
            yield held
        held = line
    if held:
        yield held


def _blocks(text: str) -> Iterator[list[str]]:
    block: list[str] = []
    for line in _statements(text):
        if line.startswith("[") and block:
            yield block
            block = []
        block.append(line)
    if block:
        yield block


def _entity(block: list[str], known: Mapping[str, Entity]) -> Entity:
    names, _, title = block[0].lstrip("[").partition("]")
    name, type_name = names.split()
    entity = Entity(name, type_name, title.strip(), table=name)
    columns: dict[str, Column] = {}
    for line in block[1:]:
        word, _, rest = line.partition(" ")
        match word:
            case "like":
                return _like(entity, known, *rest.split())
            case "key":
                entity = replace(entity, key=tuple(rest.split()))
            case "access":
                entity = replace(entity, access=frozenset({"read", *rest.split()}))
            case "sources":
                count, present = rest.split()
                entity = replace(entity, sources=(int(count), int(present)))
            case "refs":
                entity = replace(
                    entity, references=tuple(_reference(text) for text in rest.split())
                )
            case "nav":
                entity = replace(
                    entity, navigation={one.column: one for one in map(_reference, rest.split())}
                )
            case "hidden":
                kind, _, tokens = rest.partition(" ")
                columns |= {one.name: replace(one, hidden=True) for one in _columns(kind, tokens)}
            case _:
                columns |= {one.name: one for one in _columns(word, rest)}
    return replace(entity, columns=columns)


def _like(entity: Entity, known: Mapping[str, Entity], model: str, *shown: str) -> Entity:
    """A later version of a set over the same rows: the model's columns and some it hides."""
    older = known[model]
    columns = {
        name: replace(one, hidden=one.hidden and name not in shown)
        for name, one in older.columns.items()
    }
    return replace(older, name=entity.name, type=entity.type, title=entity.title, columns=columns)


def _reference(text: str) -> Reference:
    column, _, target = text.partition(">")
    entity, _, key = target.partition(".")
    return Reference(column, entity, key)


def _columns(kind: str, tokens: str) -> Iterator[Column]:
    for token in tokens.split():
        name = token.lstrip("!^-")
        marks = token[: len(token) - len(name)]
        name, _, enum = name.partition(":")
        name, _, length = name.partition("(")
        yield Column(
            name=name,
            kind="e" if enum else kind,
            length=int(length[:-1]) if length else LONGEST if kind == "s" else 0,
            enum="NoYes" if kind == "y" else enum,
            mandatory="!" in marks,
            creatable="-" not in marks,
            editable="-" not in marks and "^" not in marks,
        )


def _enums(text: str) -> Iterator[tuple[str, dict[str, int]]]:
    for line in _statements(text):
        if not line.strip():
            continue
        name, *words = line.split()
        members: dict[str, int] = {}
        for number, word in enumerate(one for one in words if one != "?"):
            member, _, value = word.partition("=")
            members[member] = int(value) if value else number
        yield name, members
