"""What a user says about a folder of files: which file holds which entity, and its keys."""

from __future__ import annotations

from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

Columns = Annotated[
    tuple[str, ...],
    BeforeValidator(lambda value: (value,) if isinstance(value, str) else value),
    Field(min_length=1),
]


def inside(name: str) -> str:
    """The name, when it stays inside a folder on every system. Raises ValueError."""
    for path in (PurePosixPath(name), PureWindowsPath(name)):
        if path.is_absolute() or path.drive or path.root or ".." in path.parts:
            raise ValueError(f"{name!r} leaves the folder; name a file inside it")
    if not name.strip() or "\x00" in name:
        raise ValueError("must name a file")
    return name


FileName = Annotated[str, AfterValidator(inside)]


class Strict(BaseModel):
    """Frozen, and refuses keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class PartsFile(Strict):
    """The file of a document's lines: `parent` holds the document's key, `key` the line's own."""

    file: FileName
    parent: Columns
    key: Columns


class EntityFile(Strict):
    """The file of one entity; `file` may be a pattern such as `deals-*.csv`, which is only read.

    Encoding and delimiter are detected unless given; what is not Unicode is taken for
    Windows-1252 unless it looks otherwise. A cell may hold 131,072 characters. `origin` is the
    column in which creates keep the record's id; it is added to a file that lacks it.
    """

    file: FileName
    key: Columns
    format: Literal["csv", "parquet"] | None = None
    encoding: str | None = None
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    origin: str = "oppbridge_id"
    collections: dict[str, PartsFile] = Field(default_factory=dict)

    @property
    def is_pattern(self) -> bool:
        """Whether several files may hold the entity."""
        return any(mark in self.file for mark in "*?[")


class Settings(Strict):
    """A folder of CSV or Parquet files, one for each entity, and one for each kind of line."""

    folder: Path
    entities: dict[str, EntityFile] = Field(min_length=1)
    read_only: bool = False
