"""What a DAG file needs to know of a configuration: names and schedules, read as fast as can be.

Airflow parses DAG files every half minute and once more as each task starts. The whole
configuration is read and checked where it is used: in the task.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ..errors import ConfigError
from ..schedule import ScheduleSection

CONFIG = "OPPBRIDGE_CONFIG"
POOL = "default_pool"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Outline:
    """One flow: its name, its systems, when it runs, and the pool of each system's tasks."""

    name: str
    systems: tuple[str, ...]
    schedule: ScheduleSection
    pools: Mapping[str, str]
    config: str


def place(config: str | os.PathLike[str] | None) -> str:
    """The path of the configuration. Raises ConfigError where none is named."""
    found = os.fspath(config) if config is not None else os.environ.get(CONFIG, "")
    if not found:
        raise ConfigError(f"give the path of oppbridge.yaml, or set {CONFIG}")
    return str(Path(found).expanduser().absolute())


def outlines(config: str | os.PathLike[str] | None = None) -> list[Outline]:
    """The flows of a configuration, by name. Raises ConfigError for a file that has none."""
    path = place(config)
    tree = _tree(path)
    flows, systems = _below(path, tree, "flows"), _below(path, tree, "systems")
    pools = {
        name: str(_plain(section["pool"])) if "pool" in (section := _keys(node)) else POOL
        for name, node in systems.items()
    }
    return [_outline(path, name, flows[name], pools) for name in sorted(flows)]


def _outline(path: str, name: str, flow: yaml.Node, pools: Mapping[str, str]) -> Outline:
    entities = _below(path, flow, "entities")
    systems = sorted({s for one in entities.values() for s in _below(path, one, "systems")})
    given = _keys(flow).get("schedule")
    try:
        schedule = ScheduleSection.model_validate({} if given is None else _plain(given) or {})
    except ValueError as exc:
        raise ConfigError(f"{path}: flows.{name}.schedule: {exc}") from exc
    return Outline(name, tuple(systems), schedule, pools, path)


def _tree(path: str) -> yaml.Node:
    """The nodes of the file. Making Python values of all of them takes three times as long."""
    try:
        found = yaml.compose(Path(path).read_bytes(), Loader=_LOADER)
    except OSError as exc:
        raise ConfigError(f"{path}: cannot be read: {exc.strerror}") from exc
    except yaml.YAMLError as exc:
        raise ConfigError(f"{path}: no YAML: {exc}") from exc
    if found is None:
        raise ConfigError(f"{path}: is empty; `oppbridge init` writes one")
    return found


def _below(path: str, node: yaml.Node, key: str) -> dict[str, yaml.Node]:
    found = _keys(node).get(key)
    if not isinstance(found, yaml.MappingNode) or not found.value:
        raise ConfigError(f"{path}: {key!r} is missing or empty; `oppbridge check` tells more")
    return _keys(found)


def _keys(node: yaml.Node) -> dict[str, yaml.Node]:
    """What stands under each key of a mapping; nothing for anything else."""
    if not isinstance(node, yaml.MappingNode):
        return {}
    return {str(key.value): value for key, value in node.value}


def _plain(node: yaml.Node) -> Any:
    loader = _LOADER("")
    try:
        return loader.construct_document(node)
    finally:
        loader.dispose()
