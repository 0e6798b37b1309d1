"""Reads YAML safely: plain data only, no aliases, tags or duplicate keys, at most 1 MB."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..errors import ConfigError

LIMIT = 1_000_000  # bytes


def load_yaml(path: Path) -> Any:
    """The plain data of one YAML file. Raises ConfigError naming file, line and problem."""
    try:
        size = path.stat().st_size
        if size > LIMIT:
            raise ConfigError(f"{path}: {size} bytes; a YAML file may have {LIMIT}")
        return parse_yaml(path.read_text("utf-8"), str(path))
    except OSError as exc:
        raise ConfigError(f"{path}: cannot be read: {exc.strerror}") from exc
    except UnicodeDecodeError as exc:
        raise ConfigError(f"{path}: is not UTF-8 text: {exc.reason}") from exc


def parse_yaml(text: str, name: str) -> Any:
    """The plain data of YAML text; `name` is what errors call it. Raises ConfigError."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    yaml = YAML(typ="safe", pure=True)
    try:
        if any(mark in text for mark in "&*!"):  # else it has none: half the time
            _refuse_references(yaml, text, name)
        return yaml.load(text)
    except MarkedYAMLError as exc:
        mark = exc.problem_mark or exc.context_mark
        where = f" line {mark.line + 1}" if mark else ""
        problem = str(exc.problem or exc.context).splitlines()[0]
        raise ConfigError(f"{name}{where}: {problem}") from exc
    except (YAMLError, ValueError, RecursionError) as exc:
        raise ConfigError(f"{name}: is not YAML: {str(exc).splitlines()[0]}") from exc


def _refuse_references(yaml: Any, text: str, name: str) -> None:
    """Aliases can grow a small file without end; tags ask for objects that are not plain data."""
    for event in yaml.parse(text):
        kind = type(event).__name__
        line = event.start_mark.line + 1
        if kind == "AliasEvent" or getattr(event, "anchor", None):
            raise ConfigError(f"{name} line {line}: anchors and aliases are not allowed")
        if getattr(event, "tag", None):
            raise ConfigError(f"{name} line {line}: tags such as {event.tag!s} are not allowed")
