"""Every question OppBridge asks its plugins: seven bring parts, three watch.

A plugin is a module or object with some of these functions, marked `@hookimpl`, found under the
entry point group `oppbridge` and imported only when the configuration names it. An implementation
may leave out the argument. What is brought gets its name from the plugin and is used where the
configuration says that name. A watcher cannot change what happens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import pluggy

from .contract import CONTRACT, ConnectorSpec
from .decision import Enricher, Gate, Offer, Policy, Scorer

PROJECT = "oppbridge"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@dataclass(frozen=True, slots=True)
class Host:
    """Who is asking: OppBridge's version, the version of its border, the configuration's folder."""

    version: str
    contract: int = CONTRACT
    home: Path | None = None


@dataclass(frozen=True, slots=True)
class Command:
    """One more command of `oppbridge`: called with the words after its name, gives an exit code."""

    name: str
    help: str
    run: Callable[[tuple[str, ...]], int]


@dataclass(frozen=True, slots=True)
class Twin:
    """A local stand-in for a system. `start` serves it until left and gives settings to reach it.

    The settings are those of `connector`, so that a flow can be tried without the real system.
    """

    name: str
    connector: str
    start: Callable[[Path], AbstractContextManager[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class RunStarted:
    """A run of `flow` has begun. Flow and `started` tell it from all others."""

    flow: str
    started: datetime


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of one write: `state` is done, wait, stale, retry, held or dead."""

    write: int
    entity: str
    action: str
    key: str | None
    state: str
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Delivered:
    """One batch went to `system`, and its receipts are in the store."""

    flow: str
    started: datetime
    system: str
    writes: tuple[Settled, ...]


@dataclass(frozen=True, slots=True)
class RunFinished:
    """A run has ended: counts by entity, system and counter; `problem` if it was cut short."""

    flow: str
    started: datetime
    counts: Mapping[str, Mapping[str, Mapping[str, int]]]
    problem: str | None = None


Event = RunStarted | Delivered | RunFinished
"""What watchers are told."""


class Hooks(Protocol):
    """The hooks. Names are checked: a function that resembles one and is none is refused."""

    @hookspec
    def oppbridge_connectors(self, host: Host) -> Iterable[ConnectorSpec]:
        """When a configuration is opened: bring connectors.

        Keep what is slow to import inside each spec's `open`.

            @hookimpl
            def oppbridge_connectors():
                return [ConnectorSpec("acme", AcmeSettings, open_acme, maps)]
        """

    @hookspec
    def oppbridge_policies(self, host: Host) -> Mapping[str, Policy]:
        """When a configuration is opened: bring rules for fields that two systems changed, by name.

        @hookimpl
        def oppbridge_policies():
            return {"sales_wins": lambda clash: "sales"}
        """

    @hookspec
    def oppbridge_enrichers(self, host: Host) -> Iterable[Offer[Enricher]]:
        """When a configuration is opened: bring parts that add values from elsewhere.

        @hookimpl
        def oppbridge_enrichers():
            return [Offer("rating", RatingEnricher, RatingSettings)]
        """

    @hookspec
    def oppbridge_scorers(self, host: Host) -> Iterable[Offer[Scorer]]:
        """When a configuration is opened: bring parts that add a score and its reasons.

        @hookimpl
        def oppbridge_scorers():
            return [Offer("house", HouseScorer, HouseSettings)]
        """

    @hookspec
    def oppbridge_gates(self, host: Host) -> Iterable[Offer[Gate]]:
        """When a configuration is opened: bring reasons to hold a write until a person looks.

        @hookimpl
        def oppbridge_gates():
            return [Offer("weekend", weekend_gate, WeekendSettings)]
        """

    @hookspec
    def oppbridge_commands(self, host: Host) -> Iterable[Command]:
        """When the command line meets a word it does not know: bring commands.

        @hookimpl
        def oppbridge_commands():
            return [Command("acme", "Ask Acme how it is.", run)]
        """

    @hookspec
    def oppbridge_sandboxes(self, host: Host) -> Iterable[Twin]:
        """When a sandbox is asked for by name: bring local stand-ins for systems.

        @hookimpl
        def oppbridge_sandboxes():
            return [Twin("acme", "acme", serve_acme)]
        """

    @hookspec
    def oppbridge_run_started(self, event: RunStarted) -> None:
        """When a run has begun, before anything is read.

        @hookimpl
        def oppbridge_run_started(event):
            print(f"{event.flow} runs")
        """

    @hookspec
    def oppbridge_delivered(self, event: Delivered) -> None:
        """When a batch of writes has been settled in the store.

        @hookimpl
        def oppbridge_delivered(event):
            print(len(event.writes), "writes to", event.system)
        """

    @hookspec
    def oppbridge_run_finished(self, event: RunFinished) -> None:
        """When a run has ended, well or badly, and its counts are in the store.

        @hookimpl
        def oppbridge_run_finished(event):
            print(event.problem or "well")
        """
