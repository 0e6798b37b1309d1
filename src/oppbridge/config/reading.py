"""Reads a configuration file: plain YAML in, a frozen Configuration out, every mistake named."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import ValidationError

from ..errors import ConfigError
from ..mapping.yaml_text import load_yaml
from .names import unknown_names
from .problems import explain, problem, refuse
from .sections import Configuration


def load(path: str | os.PathLike[str]) -> Configuration:
    """The configuration in a file; relative paths in it are relative to its folder.

    Nothing is opened and no secret is looked up. Raises ConfigError with one line for each
    mistake: file, key path, what is wrong, the nearest valid name.
    """
    file = Path(path)
    raw = load_yaml(file)
    if not isinstance(raw, dict):
        raise ConfigError(problem(file, (), "is empty or no mapping of sections"))
    if "path" in raw:
        raise ConfigError(problem(file, ("path",), "there is no such key"))
    try:
        found = Configuration.model_validate({**raw, "path": file})
    except ValidationError as exc:
        raise ConfigError("\n".join(explain(exc, Configuration, file))) from None
    refuse(unknown_names(found))
    return found
