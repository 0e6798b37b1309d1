"""All tables of one environment, with the look-ups that reading and writing need."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from zlib import crc32

from ...tables import Field, Kind, Table
from .model import Column, Definition, OnDelete, Pair, Towards, Type


@dataclass(frozen=True, slots=True)
class Collection:
    """Rows of `table` that point at a row through `column`."""

    table: str
    column: Column


@dataclass(frozen=True, slots=True)
class Entry:
    """One table with its names resolved: by column, property, navigation."""

    definition: Definition
    columns: Mapping[str, Column]  # by attribute name
    properties: Mapping[str, Column]  # by JSON name
    navs: Mapping[str, tuple[Column, tuple[Towards, ...]]]  # single-valued, by exact name
    collections: dict[str, Collection] = field(default_factory=dict)
    pairs: Mapping[str, Pair] = field(default_factory=dict)
    keys: tuple[tuple[str, ...], ...] = ()
    blank: Mapping[str, Any] = field(default_factory=dict)  # a new row before anything is said
    amounts: tuple[Column, ...] = ()  # the money columns that are kept
    required: tuple[Column, ...] = ()  # those that may not be null

    @property
    def logical(self) -> str:
        """The table's logical name."""
        return self.definition.logical


@dataclass(frozen=True, slots=True)
class Book:
    """The schema of an environment."""

    entries: Mapping[str, Entry]
    sets: Mapping[str, Entry]
    children: Mapping[str, tuple[tuple[str, Column, Towards], ...]]  # who points at a table
    stamp: str = ""  # another for other tables; a real one only grows

    def __getitem__(self, logical: str) -> Entry:
        return self.entries[logical]


def make_book(
    extra: Mapping[str, tuple[Column, ...]],
    keys: Mapping[str, tuple[tuple[str, ...], ...]],
    untracked: frozenset[str],
) -> Book:
    """The stock tables plus an environment's own columns and alternate keys."""
    from . import catalogue, parties, people, sales

    definitions = []
    for stock in (*parties.TABLES, *catalogue.TABLES, *sales.TABLES, *people.TABLES):
        columns = (*stock.columns, *extra.get(stock.logical, ()))
        own_keys = (*stock.keys, *keys.get(stock.logical, ()))
        tracked = stock.tracked and stock.logical not in untracked
        definitions.append(replace(stock, columns=columns, keys=own_keys, tracked=tracked))
    return bind_book(definitions)


def bind_book(definitions: Iterable[Definition]) -> Book:
    """The book of these tables, with every navigation led to where it goes."""
    entries = {definition.logical: _entry(definition) for definition in definitions}
    stamp = str(crc32(repr([entries[name].definition for name in sorted(entries)]).encode()))
    children: dict[str, list[tuple[str, Column, Towards]]] = {name: [] for name in entries}
    for entry in entries.values():
        for column in entry.definition.columns:
            for towards in column.towards:
                children[towards.table].append((entry.logical, column, towards))
                if towards.back:
                    entries[towards.table].collections[towards.back] = Collection(
                        entry.logical, column
                    )
    for entry in entries.values():
        if entry.definition.activity:
            party = next(
                c for c in entries["activityparty"].definition.columns if c.name == "activityid"
            )
            entry.collections[f"{entry.logical}_activity_parties"] = Collection(
                "activityparty", party
            )
    sets = {entry.definition.entity_set: entry for entry in entries.values()}
    return Book(entries, sets, {name: tuple(rows) for name, rows in children.items()}, stamp)


def _entry(definition: Definition) -> Entry:
    navs: dict[str, tuple[Column, tuple[Towards, ...]]] = {}
    for column in definition.columns:
        for towards in column.towards:
            known = navs.get(towards.nav, (column, ()))[1]
            navs[towards.nav] = (column, (*known, towards))
    return Entry(
        definition,
        {c.name: c for c in definition.columns},
        {c.wire: c for c in definition.columns},
        navs,
        pairs={pair.nav: pair for pair in definition.pairs},
        keys=tuple(
            tuple(_key_property(definition, name) for name in key) for key in definition.keys
        ),
        blank=_blank(definition),
        amounts=tuple(c for c in definition.columns if c.type is Type.MONEY and c.kept),
        required=tuple(c for c in definition.columns if c.required == "system"),
    )


def _blank(definition: Definition) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for column in definition.columns:
        if column.kept:
            row[column.wire] = column.default
            if column.polymorphic:
                row[column.type_property] = None
    return row


def _key_property(definition: Definition, name: str) -> str:
    return next(c.wire for c in definition.columns if name in (c.name, c.wire))


def storage(book: Book) -> list[Table]:
    """The SQLite tables behind a book."""
    return [stored(entry) for entry in book.entries.values()]


def stored(entry: Entry) -> Table:
    """The SQLite table behind one entry."""
    definition = entry.definition
    fields = []
    indexes: list[tuple[str, ...]] = []
    for column in definition.columns:
        if not column.kept:
            continue
        fields.append(Field(column.wire, column.kind))
        if column.polymorphic:
            fields.append(Field(column.type_property, Kind.TEXT))
        if column.towards and _walked(column):
            indexes.append((column.wire,))
    if "modifiedon" in entry.columns:
        indexes.append(("modifiedon", definition.key))
    if definition.intersect:
        indexes.append(("competitorid",))
    return Table(
        definition.logical,
        (definition.key,),
        tuple(fields),
        (*definition.unique, *entry.keys),
        tuple(indexes),
    )


def _walked(column: Column) -> bool:
    # Collections that are read or cascaded often; an index on every lookup would slow bulk loads.
    return any(
        t.on_delete is not OnDelete.UNLINK
        or (t.back and t.table not in ("systemuser", "transactioncurrency"))
        for t in column.towards
    )
