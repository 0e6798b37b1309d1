"""Where files are: inside the configured folder and nowhere else, with an identity for cursors."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from xxhash import xxh3_64_hexdigest

from ...errors import ConfigError, Unavailable
from .settings import EntityFile


def place(folder: Path, name: str) -> Path:
    """A file of the folder. Raises ConfigError when links lead out of it."""
    root = folder.resolve()
    path = root / name
    if not path.resolve().is_relative_to(root):
        raise ConfigError(f"{name}: leads out of the folder {folder}")
    return path


def matching(folder: Path, entity: EntityFile) -> list[Path]:
    """The files of an entity that exist, in the order of their names."""
    if not entity.is_pattern:
        path = place(folder, entity.file)
        return [path] if path.exists() else []
    found = sorted(path for path in folder.resolve().glob(entity.file) if path.is_file())
    return [place(folder, str(path.relative_to(folder.resolve()))) for path in found]


def hashed(text: str) -> str:
    """A short text that stands for a long one, spoilt characters included."""
    return xxh3_64_hexdigest(text.encode("utf-8", "surrogatepass"))


def vanished(before: str, now: str) -> bool:
    """Whether a file that existed for one identity is missing in another."""
    there, here = before.partition(":")[0], now.partition(":")[0]
    return any(a == "1" and b == "0" for a, b in zip(there, here, strict=False))


@dataclass(frozen=True, slots=True)
class Identity:
    """Tells whether files are still those a cursor was given for, and which of them exist."""

    text: str

    @classmethod
    def of(cls, paths: Iterable[Path], also: str) -> Identity:
        """The identity of files as they are now: name, size, time and first bytes."""
        marks, there = [also], ""
        for path in paths:
            try:
                stat = path.stat()
                with path.open("rb") as handle:
                    head = handle.read(4096)
            except FileNotFoundError:
                marks.append(f"{path.name} absent")
                there += "0"
                continue
            except OSError as exc:
                raise Unavailable(f"{path.name}: cannot be read: {exc.strerror}") from exc
            there += "1"
            begins = xxh3_64_hexdigest(head.partition(b"\n")[0])
            marks.append(f"{path.name} {stat.st_size} {stat.st_mtime_ns} {stat.st_ino} {begins}")
        return cls(there + ":" + hashed("\n".join(marks)))
