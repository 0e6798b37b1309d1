"""What a map file may say: one entity's fields, lenses and collections."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Direction = Literal["both", "read", "write"]
Columns = Annotated[
    tuple[str, ...],
    BeforeValidator(lambda value: (value,) if isinstance(value, str) else value),
    Field(min_length=1),
]

GENERAL = frozenset(
    {"at", "lens", "direction", "write", "required", "default", "empty", "create_only"}
)
OPTIONS: dict[str, frozenset[str]] = {
    "text": frozenset({"length"}),
    "unit": frozenset({"length", "words"}),
    "integer": frozenset(),
    "decimal": frozenset({"precision", "decimal_mark", "scale"}),
    "money": frozenset(
        {"precision", "decimal_mark", "scale", "currency", "write_currency", "fixed_currency"}
    ),
    "boolean": frozenset({"words"}),
    "date": frozenset({"at_noon", "format"}),
    "instant": frozenset({"precision", "format", "zone"}),
    "choice": frozenset({"words", "otherwise", "blank_unknown"}),
    "state": frozenset({"words", "otherwise"}),
    "words": frozenset({"words", "separator"}),
    "reference": frozenset({"entity", "format", "optional", "words"}),
}
"""The lenses, and what each takes besides the general keys."""


class Strict(BaseModel):
    """Frozen, and refuses keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class FieldMap(Strict):
    """One canonical field: where it lives in the native row and how it is spelled there.

    `at` is the column read, several for lenses `state` and `reference`; `write` the column
    written where it differs. `empty` is the native spelling of nothing. `default` is the
    canonical value a create gets where the record has none. `scale` 6 reads a column kept in
    millions. `blank_unknown` leaves a column empty for a word the system has no code for, where
    otherwise the whole write would be refused.
    """

    at: Columns
    lens: str
    direction: Direction = "both"
    write: str | None = None
    required: bool = False
    default: str | int | bool | None = None
    empty: str | int | bool | None = None
    create_only: bool = False
    length: int | None = Field(default=None, gt=0)
    precision: int | None = Field(default=None, ge=0, le=20)
    scale: int = Field(default=0, ge=-9, le=9)
    decimal_mark: Literal[".", ","] | None = None
    currency: str | None = None
    write_currency: str | None = None
    fixed_currency: str | None = Field(default=None, pattern="^[A-Z]{3}$")
    words: dict[str | bool, Any] | None = None
    otherwise: str | None = None
    blank_unknown: bool = False
    separator: str | None = Field(default=None, min_length=1)
    at_noon: bool = False
    zone: str | None = None
    format: str | None = None
    entity: str | None = None
    optional: bool | None = None

    @property
    def reads(self) -> bool:
        """Whether the field is read from native rows."""
        return self.direction != "write"

    @property
    def writes(self) -> bool:
        """Whether the field is written to the system."""
        return self.direction != "read"


class CollectionMap(Strict):
    """The parts of a document: their list in the native row, their key, their fields.

    `origin` is the native column that stores the part's own id.
    """

    at: str
    key: Columns
    origin: str | None = None
    fields: dict[str, FieldMap]
    constants: dict[str, Any] = Field(default_factory=dict)


class EntityMap(Strict):
    """One entity in one connector. `origin` is the native column that stores the record's id."""

    entity: str
    native: str
    origin: str | None = None
    options: dict[str, Any] = Field(default_factory=dict)
    fields: dict[str, FieldMap]
    collections: dict[str, CollectionMap] = Field(default_factory=dict)
    constants: dict[str, Any] = Field(default_factory=dict)


class CollectionOverlay(Strict):
    """Fields that a user adds to a collection, or the whole of a collection that is new."""

    at: str | None = None
    key: Columns | None = None
    origin: str | None = None
    fields: dict[str, FieldMap] = Field(default_factory=dict)
    constants: dict[str, Any] = Field(default_factory=dict)


class Overlay(Strict):
    """A user's own additions to a map: what it names is added or replaced by name."""

    entity: str | None = None
    native: str | None = None
    origin: str | None = None
    options: dict[str, Any] = Field(default_factory=dict)
    fields: dict[str, FieldMap] = Field(default_factory=dict)
    collections: dict[str, CollectionOverlay] = Field(default_factory=dict)
    constants: dict[str, Any] = Field(default_factory=dict)
