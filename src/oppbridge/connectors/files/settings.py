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
    """The file of a document's lines, in any order; it is kept in memory, 250 bytes a line."""

    file: FileName = Field(description="The file, inside the folder.")
    parent: Columns = Field(description="The columns that hold the key of the line's document.")
    key: Columns = Field(description="The columns that tell a document's lines apart.")


class EntityFile(Strict):
    """The file of one entity.

    What is not Unicode is taken for Windows-1252 unless it looks otherwise, which is logged; give
    `encoding` to be sure. A cell may hold 131,072 characters.
    """

    file: FileName = Field(
        description="The file, inside the folder. A pattern, `deals-*.csv`, is only read."
    )
    key: Columns = Field(description="The columns that tell rows apart.")
    format: Literal["csv", "parquet"] | None = Field(
        default=None, description="Told by the file's name unless given."
    )
    encoding: str | None = Field(default=None, description="Detected unless given.")
    delimiter: str | None = Field(
        default=None, min_length=1, max_length=1, description="Detected unless given."
    )
    origin: str = Field(
        default="oppbridge_id",
        description="The column in which creates keep the record's id; added where missing.",
    )
    collections: dict[str, PartsFile] = Field(
        default_factory=dict, description="The file of each kind of line, by the map's `at`."
    )

    @property
    def is_pattern(self) -> bool:
        """Whether several files may hold the entity."""
        return any(mark in self.file for mark in "*?[")


class Settings(Strict):
    """A folder of CSV or Parquet files, one for each entity, and one for each kind of line."""

    folder: Path = Field(description="The folder; nothing outside it is read or written.")
    entities: dict[str, EntityFile] = Field(min_length=1, description="The file of each entity.")
    read_only: bool = Field(default=False, description="Whether every write is refused.")
