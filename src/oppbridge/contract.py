"""What a connector must be: the border a plugin imports.

Values cross it in the system's own terms. A *native row* is a mapping of the system's column
names to decoded JSON values; amounts may be `Decimal`, `int`, `float` or text, never rounded by
the connector. A document with lines is one native row: each collection is a list of native rows
under its collection name. Maps translate native rows to canonical values; connectors never do.

A connector keeps no state between calls and never sees the store. It raises from
`oppbridge.errors`, where each class says what the engine does next.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple, Protocol, runtime_checkable

from .errors import OppBridgeError

CONTRACT = 1

Native = Mapping[str, Any]


class Change(NamedTuple):
    """One native row as a system shows it now; `row` is None once it is deleted.

    `key` identifies the row in its system (see `join_key` for keys of several columns).
    `version` is what a guarded update sends back; None where the system has no such thing.
    `at` is when the system says the row last changed (UTC), None where it does not say.
    """

    key: str
    row: Native | None
    version: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Some changes, and the text from which reading resumes right after them.

    `more` says that another page is ready now. `sweep` says that this page belongs to a full
    reading: from the page that began it (`first`) to the one with `more` False, every row that
    exists throughout is shown at least once. The engine finds rows gone missing that way.
    """

    changes: Sequence[Change]
    cursor: str
    more: bool
    sweep: bool = False
    first: bool = False


class Action(StrEnum):
    """What to do with one row or one part of a document."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Part:
    """One line, competitor or stakeholder of a document, to be created, updated or deleted.

    `collection` is the native collection name, `key` the native key (None for a create).
    `id` is the part's own id, a UUID in text that depends on nothing but the part: use it as the
    client-chosen key where the system takes one.
    """

    collection: str
    action: Action
    id: str
    key: str | None
    row: Native


@dataclass(frozen=True, slots=True)
class Write:
    """One thing to do in one system. Only the given columns and parts are touched.

    `id` is echoed in the receipt. `origin` is the record's own id, a UUID in text: a create sent
    twice with the same origin must make one row (trait KEYED_CREATES). `key` is the native key,
    None for a create. `version` is the guard: a row that has moved since is refused with Stale
    (trait GUARDED_UPDATES). `current` holds the native columns as the system last showed them.
    `again` says that an earlier sending of this very write was never answered: it may be done.
    `echo` says whether the row as stored is wanted back: nobody compares it in a system that is
    only written to, and reading it costs the service a second call.
    """

    id: str
    action: Action
    origin: str
    key: str | None
    row: Native
    parts: Sequence[Part] = ()
    version: str | None = None
    current: Native = field(default_factory=dict)
    again: bool = False
    echo: bool = True


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of the write with the same `id`: done when `error` is None.

    `row` is the whole row as stored, collections included, where the system says (trait
    ECHOED_WRITES) and the write asks for it; never the row as sent. `existed` says that a create
    found its row already there. `parts` gives the native key of each part created, by part id.
    """

    id: str
    key: str | None = None
    row: Native | None = None
    version: str | None = None
    existed: bool = False
    parts: Mapping[str, str] = field(default_factory=dict)
    error: OppBridgeError | None = None


class Trait(StrEnum):
    """A promise a connector may make. The engine uses only what is promised; the kit tests it."""

    KEYED_CREATES = "keyed creates"  # the same origin never creates twice
    GUARDED_UPDATES = "guarded updates"  # a write with an old version is refused with Stale
    ECHOED_WRITES = "echoed writes"  # receipts carry the row as stored
    DELTA_FEED = "delta feed"  # `changes` shows only what moved since the cursor
    DELETIONS = "deletions"  # deletions appear in `changes` as rows that are None
    STAMPED = "stamped"  # `Change.at` is the system's own time of the last change
    TALLIED = "tallied"  # versions are numbers that only grow, and ranges of them are counted


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a connector takes at once: rows a page, writes a call, calls at the same time."""

    page: int = 1000
    batch: int = 100
    parallel: int = 1


@dataclass(frozen=True, slots=True)
class Column:
    """One native column as the system's live metadata describes it."""

    name: str
    kind: str  # text, integer, decimal, boolean, date, instant, choice, reference, collection
    length: int | None = None
    precision: int | None = None
    minimum: float | None = None
    maximum: float | None = None
    choices: Mapping[str, str] | None = None  # native value in text -> label
    creatable: bool = True
    updatable: bool = True
    required: bool = False
    target: tuple[str, ...] = ()  # native tables a reference may point at


@dataclass(frozen=True, slots=True)
class Description:
    """One native table as the system's live metadata describes it."""

    native: str
    columns: Mapping[str, Column]
    collections: Mapping[str, Description] = field(default_factory=dict)
    assumed: bool = False  # not there yet: what it will be once something is written


@dataclass(frozen=True, slots=True)
class Selection:
    """What the engine needs of one entity: handed to a connector before it is asked for rows.

    `native` is the table, `columns` its columns to read, `collections` those of its parts.
    """

    entity: str
    native: str
    columns: tuple[str, ...]
    collections: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)  # the map's `options`, verbatim


@runtime_checkable
class Connector(Protocol):
    """An open line to one system. Opening may sign in, and must not read or write records."""

    def close(self) -> None:
        """Let go of connections. Called once, also after errors."""


@runtime_checkable
class Reader(Protocol):
    """Says what changed, a page at a time, from any cursor it ever gave out."""

    def changes(self, entity: str, cursor: str | None, limit: int) -> Page:
        """Return the page after `cursor`; None means from the beginning.

        A function of its arguments: any earlier cursor may be given again, in any process. At
        most `limit` changes. Deletions only with trait DELETIONS. A row may be shown again though
        nothing changed. A cursor the system has forgotten starts a full reading, not an error.
        """

    def fetch(self, entity: str, keys: Sequence[str]) -> Sequence[Change]:
        """Return the rows with these keys as they are now, in any order, without those absent."""


@runtime_checkable
class Writer(Protocol):
    """Carries out writes."""

    def write(self, entity: str, writes: Sequence[Write]) -> Sequence[Receipt]:
        """Return one receipt each, in order. One bad write never sinks the others.

        Trouble with the whole call (Throttled, Unavailable, AccessDenied) may be raised as long as
        nothing was sent; once something was sent, it goes into the receipts, and a write whose
        answer was lost gets Unsure.
        """


@runtime_checkable
class Finder(Protocol):
    """Looks rows up by a column: how a lost create is found where keys cannot be chosen."""

    def find(self, entity: str, column: str, values: Sequence[str]) -> Sequence[Change]:
        """Return every row whose `column` equals one of `values`."""


@runtime_checkable
class Describer(Protocol):
    """Tells what the system's live metadata says, so that maps can be proved before a write."""

    def describe(self, entity: str) -> Description:
        """Return the columns of the entity's table. Raises AccessDenied; SchemaDrift: no table."""


@runtime_checkable
class Surveyor(Protocol):
    """Says cheaply that no description changed; without it all are asked for before each run."""

    def survey(self) -> str | None:
        """Return a text that differs once any description does; None: the system cannot say."""


@runtime_checkable
class Tallier(Protocol):
    """Answers for ranges of versions, so that a million rows are verified in a few calls.

    Trait TALLIED: `Change.version` is a whole number in text, above 0; each write gives its row,
    parts included, one above every version any row of the entity has had; no two rows share one.
    """

    def tally(self, entity: str, after: int, until: int) -> tuple[int, int]:
        """Count the rows with a version above `after`, at most `until`; and add these versions."""

    def between(self, entity: str, after: int, until: int | None, limit: int) -> Sequence[Change]:
        """Return the first `limit` rows of such a range in order of version; None: no end."""


Opener = Callable[[Any, Mapping[str, Selection]], Connector]


@dataclass(frozen=True, slots=True)
class ConnectorSpec:
    """How a plugin introduces a connector to the host.

    `settings` is a pydantic model: one per configured system, secrets as `SecretStr`. `open` takes
    the settings and, by entity, what will be read; keep heavy imports inside it. `maps` gives the
    YAML file of each entity. `traits` are promises for all entities; `narrowed` takes an entity's
    back.
    """

    name: str
    settings: type[Any]
    open: Opener
    maps: Mapping[str, Path]
    traits: frozenset[Trait] = frozenset()
    narrowed: Mapping[str, frozenset[Trait]] = field(default_factory=dict)
    limits: Limits = Limits()
    contract: int = CONTRACT

    def promises(self, entity: str, trait: Trait) -> bool:
        """Whether the connector promises `trait` for `entity`."""
        return trait in self.traits and trait not in self.narrowed.get(entity, ())


def join_key(*parts: str) -> str:
    """One text for a key of several columns: `usmf|US-001`. `split_key` undoes it."""
    return "|".join(part.replace("%", "%25").replace("|", "%7C") for part in parts)


def split_key(key: str) -> tuple[str, ...]:
    """The columns of a key made by `join_key`."""
    return tuple(part.replace("%7C", "|").replace("%25", "%") for part in key.split("|"))
