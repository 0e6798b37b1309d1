"""Words for what is wrong in a configuration: file, key path, and the nearest valid name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from ..errors import ConfigError
from ..nearest import suggestion

Key = str | int


def spell(path: Sequence[Key]) -> str:
    """`flows.quote-to-cash.gates[0].limit`."""
    out = ""
    for key in path:
        out += f"[{key}]" if isinstance(key, int) else f".{key}" if out else key
    return out


def problem(file: Path, path: Sequence[Key], message: str) -> str:
    """One line that says where and what."""
    where = spell(path)
    return f"{file}: {where}: {message}" if where else f"{file}: {message}"


def refuse(lines: Iterable[str]) -> None:
    """Raise ConfigError with these lines, if there are any."""
    if told := "\n".join(lines):
        raise ConfigError(told)


def explain(
    exc: ValidationError, model: type[BaseModel], file: Path, under: Sequence[Key] = ()
) -> list[str]:
    """One line for each thing pydantic refused."""
    lines: dict[str, None] = {}
    for error in exc.errors(include_url=False, include_input=False):
        path = _keys(error["loc"])
        message = error["msg"].removeprefix("Value error, ")
        if error["type"] == "extra_forbidden":
            valid = names_at(model, path[:-1])
            message = f"there is no such key{suggestion(str(path[-1]), valid)}"
            message += f" (there are {', '.join(sorted(valid))})" if valid else ""
        elif error["type"] == "missing":
            message = "is missing"
        elif error["type"] == "string_pattern_mismatch":
            message = "is not a name: small letters, digits, - and _, a letter first"
        lines[problem(file, [*under, *path], message)] = None
    return list(lines)


def _keys(loc: Sequence[Key]) -> list[Key]:
    """The keys in the file: pydantic also notes which member of a union it tried."""
    return [key for key in loc if isinstance(key, int) or not _is_mark(key)]


def _is_mark(key: str) -> bool:
    return key == "[key]" or key.startswith(("From", "constrained-", "function-")) or key == "str"


def names_at(model: type[BaseModel], path: Sequence[Key]) -> list[str]:
    """The keys valid at a path."""
    found: Any = model
    for key in path:
        inner = _model(found)
        if inner is not None and isinstance(key, str) and key in inner.model_fields:
            found = inner.model_fields[key].annotation
        else:
            found = next((arg for arg in reversed(get_args(found)) if arg is not ...), None)
    inner = _model(found)
    return [n for n, f in inner.model_fields.items() if f.exclude is not True] if inner else []


def _model(annotation: Any) -> type[BaseModel] | None:
    """The model in an annotation such as `Model | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    args = get_args(annotation)
    if args and type(None) in args:
        return next((m for m in map(_model, args) if m is not None), None)
    return None
