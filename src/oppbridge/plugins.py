"""Finds plugins, imports only those asked for, and answers with typed parts."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Any, TypeVar

import pluggy

from . import __version__
from .builtin import BuiltIn
from .contract import ConnectorSpec
from .decision import Enricher, Gate, Offer, Policy, Scorer
from .errors import ConfigError, ContractBroken
from .hookspecs import (
    PROJECT,
    Command,
    Delivered,
    Event,
    Hooks,
    Host,
    RunFinished,
    RunStarted,
    Twin,
)
from .nearest import suggestion
from .trust import BUDGET, call, careful_gate, careful_policy, checked

TRACE = "OPPBRIDGE_TRACE_HOOKS"
OWN = "oppbridge"
T = TypeVar("T")
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Installed:
    """A plugin that is installed: where it comes from, whether it is in use, what it answers."""

    name: str
    module: str
    distribution: str
    version: str
    loaded: bool
    hooks: tuple[str, ...] = ()


class Plugins:
    """The plugins in use, asked one by one so that each can be named when it fails.

    `problems` collects what went wrong: one that raises, hangs or returns the wrong type is left
    out, and the others carry on.
    """

    def __init__(self, host: Host | None = None, *, budget: float = BUDGET) -> None:
        self.host = host or Host(__version__)
        self.problems: list[ContractBroken] = []
        self._budget = budget
        self._silenced: set[tuple[str, str]] = set()
        self._pluggy = pluggy.PluginManager(PROJECT)
        self._pluggy.add_hookspecs(Hooks)
        if os.environ.get(TRACE):
            self._pluggy.add_hookcall_monitoring(_before, _after)
        self.add(BuiltIn(), OWN)

    def load(self, names: Iterable[str]) -> None:
        """Import the named plugins, no others. Raises ConfigError for one that cannot be used."""
        found = {point.name: point for point in entry_points(group=PROJECT)}
        for name in names:
            if name not in found:
                hint = suggestion(name, found)
                have = ", ".join(sorted(found)) or "none"
                raise ConfigError(
                    f"no plugin called {name!r} is installed{hint} (installed: {have})"
                )
            try:
                plugin = call(f"plugin {name!r}, when imported,", found[name].load, self._budget)
            except ContractBroken as exc:
                raise ConfigError(str(exc)) from exc
            self.add(plugin, name)

    def add(self, plugin: object, name: str) -> None:
        """Use a plugin object. Raises ConfigError when it implements a hook that does not exist."""
        try:
            self._pluggy.register(plugin, name)
            self._pluggy.check_pending()
        except (pluggy.PluginValidationError, ValueError) as exc:
            self._pluggy.set_blocked(name)
            told = " ".join(str(exc).split())
            raise ConfigError(f"plugin {name!r} cannot be used: {told}{_spelling(plugin)}") from exc

    def connectors(self) -> dict[str, ConnectorSpec]:
        """The connectors there are, by name."""
        return self._parts("oppbridge_connectors", ConnectorSpec)

    def policies(self) -> dict[str, Policy]:
        """The policies there are, by name."""
        found: dict[str, Policy] = {}
        for plugin, who, answer in self._ask("oppbridge_policies", Mapping):
            for name, policy in answer.items():
                if not callable(policy):
                    self._report(ContractBroken(f"{who} returned {name!r}, which is no policy"))
                    continue
                _once(found, name, who, "policy")
                found[name] = policy if plugin == OWN else careful_policy(who, policy)
        return found

    def enrichers(self) -> dict[str, Offer[Enricher]]:
        """The enrichers on offer, by name."""
        return self._parts("oppbridge_enrichers", Offer)

    def scorers(self) -> dict[str, Offer[Scorer]]:
        """The scorers on offer, by name."""
        return self._parts("oppbridge_scorers", Offer)

    def gates(self) -> dict[str, Offer[Gate]]:
        """The gates on offer, by name."""
        found: dict[str, Offer[Gate]] = {}
        for plugin, who, part in self._each("oppbridge_gates", Offer):
            _once(found, part.name, who, "gate")
            found[part.name] = part if plugin == OWN else _careful(who, part)
        return found

    def commands(self) -> dict[str, Command]:
        """The commands plugins add, by name."""
        return self._parts("oppbridge_commands", Command)

    def sandboxes(self) -> dict[str, Twin]:
        """The local stand-ins plugins bring, by name."""
        return self._parts("oppbridge_sandboxes", Twin)

    def rehearse(self) -> list[ContractBroken]:
        """Ask for every part there is, and say what was wrong with the answers."""
        for ask in (
            self.connectors,
            self.policies,
            self.enrichers,
            self.scorers,
            self.gates,
            self.commands,
            self.sandboxes,
        ):
            ask()
        return self.problems

    def tell(self, event: Event) -> None:
        """Tell the watchers of whatever it is."""
        match event:
            case RunStarted():
                self.run_started(event)
            case Delivered():
                self.delivered(event)
            case RunFinished():
                self.run_finished(event)

    def run_started(self, event: RunStarted) -> None:
        """Tell the watchers that a run has begun."""
        self._tell("oppbridge_run_started", event)

    def delivered(self, event: Delivered) -> None:
        """Tell the watchers what became of a batch of writes."""
        self._tell("oppbridge_delivered", event)

    def run_finished(self, event: RunFinished) -> None:
        """Tell the watchers that a run has ended."""
        self._tell("oppbridge_run_finished", event)

    def installed(self) -> list[Installed]:
        """The plugins that are installed, whether in use or not; nothing is imported."""
        return [self._installed(point) for point in sorted(entry_points(group=PROJECT))]

    def _installed(self, point: EntryPoint) -> Installed:
        plugin = self._pluggy.get_plugin(point.name)
        callers = (self._pluggy.get_hookcallers(plugin) if plugin else None) or []
        hooks = tuple(sorted(caller.name for caller in callers))
        of, version = (point.dist.name, point.dist.version) if point.dist else ("", "")
        return Installed(point.name, point.value, of, version, plugin is not None, hooks)

    def _parts(self, hook: str, kind: type[Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for _, who, part in self._each(hook, kind):
            _once(found, part.name, who, hook.removeprefix("oppbridge_").removesuffix("s"))
            found[part.name] = part
        return found

    def _each(self, hook: str, kind: type[Any]) -> Iterator[tuple[str, str, Any]]:
        """Every part of every answer, those that are not of the kind reported and left out."""
        for plugin, who, answer in self._ask(hook, Sequence):
            for part in answer:
                try:
                    yield plugin, who, checked(who, part, kind)
                except ContractBroken as exc:
                    self._report(exc)

    def _ask(self, hook: str, shape: type[Any]) -> Iterator[tuple[str, str, Any]]:
        """Each plugin's answer to a hook that brings."""
        for plugin, who in self._implementers(hook):
            try:
                answers = self._call(hook, plugin, {"host": self.host})
                if answers:
                    yield plugin, who, checked(who, answers[0], shape)
            except ContractBroken as exc:
                self._report(exc)

    def _tell(self, hook: str, event: object) -> None:
        for plugin, _ in self._implementers(hook):
            if (plugin, hook) in self._silenced:
                continue
            try:
                self._call(hook, plugin, {"event": event})
            except ContractBroken as exc:
                self._silenced.add((plugin, hook))
                self._report(exc)

    def _implementers(self, hook: str) -> list[tuple[str, str]]:
        """The plugins that answer a hook, in the order they were added, and how to name them."""
        impls = getattr(self._pluggy.hook, hook).get_hookimpls()
        return [(impl.plugin_name, f"plugin {impl.plugin_name!r} ({hook})") for impl in impls]

    def _call(self, hook: str, plugin: str, arguments: dict[str, Any]) -> Any:
        others = [p for name, p in self._pluggy.list_name_plugin() if name != plugin]
        relay = self._pluggy.subset_hook_caller(hook, others)
        if plugin == OWN:
            return relay(**arguments)
        return call(f"plugin {plugin!r} ({hook})", lambda: relay(**arguments), self._budget)

    def _report(self, problem: ContractBroken) -> None:
        log.warning("%s", problem)
        self.problems.append(problem)


def _careful(who: str, offer: Offer[Gate]) -> Offer[Gate]:
    return Offer(
        offer.name, lambda settings: careful_gate(who, offer.build(settings)), offer.settings
    )


def _once(found: Mapping[str, object], name: str, who: str, kind: str) -> None:
    if name in found:
        raise ConfigError(f"{who} brings a {kind} called {name!r}, and so does another plugin")


def _spelling(plugin: object) -> str:
    """The hooks a plugin's misspelt functions may have meant."""
    hooks = [name for name in dir(Hooks) if name.startswith("oppbridge_")]
    names = [name for name in dir(plugin) if name.startswith("oppbridge_") and name not in hooks]
    return "".join(suggestion(name, hooks) for name in names)


def _before(name: str, impls: Sequence[Any], arguments: Mapping[str, Any]) -> None:
    asked = ", ".join(impl.plugin_name for impl in impls)
    given = ", ".join(f"{key}={value!r}" for key, value in arguments.items())
    sys.stderr.write(f"hook {name}({given}) -> {asked or 'nobody'}\n")


def _after(
    outcome: pluggy.Result[Any], name: str, impls: Sequence[Any], arguments: Mapping[str, Any]
) -> None:
    told = repr(outcome.exception or outcome.get_result())
    sys.stderr.write(f"hook {name} = {told}\n")
