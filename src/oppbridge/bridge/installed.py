"""The plugins that are installed, and how those that a configuration names are doing."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from .. import __version__
from ..config import Configuration, load
from ..config.problems import problem
from ..errors import ConfigError
from ..hookspecs import Host
from ..plugins import Plugins


def in_use(found: Configuration) -> Plugins:
    """The plugins that a configuration names. Raises ConfigError for one that cannot be used."""
    plugins = Plugins(Host(__version__, home=found.home))
    try:
        plugins.load(found.plugins)
    except ConfigError as exc:
        raise ConfigError(problem(found.path, ("plugins",), str(exc))) from exc
    return plugins


def installed(path: Path) -> tuple[list[dict[str, Any]], list[str]]:
    """Installed plugins and what is wrong with those in use; the configuration may be absent."""
    plugins = Plugins(Host(__version__, home=path.absolute().parent))
    problems: list[str] = []
    if path.exists():
        for name in load(path).plugins:
            try:
                plugins.load([name])
            except ConfigError as exc:
                problems.append(str(exc))
        problems += [str(broken) for broken in plugins.rehearse()]
    return [asdict(one) for one in plugins.installed()], problems
