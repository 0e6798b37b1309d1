"""A sandbox that runs: started by a test or by `serve`, asked for addresses, stopped."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import threading
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, cast

import orjson

from .clock import Clock
from .counters import Counters
from .faults import Faults
from .world import SERVICES, World

if TYPE_CHECKING:
    from .dataverse.direct import Direct
    from .scm.direct import Direct as ScmDirect
    from .server import Server
    from .wire import Service


class Sandbox:
    """Local HTTPS twins of the token endpoint, Dataverse, Supply Chain and Inventory Visibility.

    `with Sandbox.start() as sandbox:` gives addresses, identity, clock, faults and counters.
    """

    def __init__(
        self, world: World, server: Server, services: dict[str, Service], folder: Path
    ) -> None:
        self.world = world
        self.services = services
        self.folder = folder
        self._server = server
        self._scratch: tempfile.TemporaryDirectory[str] | None = None

    @classmethod
    def start(cls, *, port: int = 0, state: Path | None = None, **settings: Any) -> Self:
        """Start all services; `port` 0 takes free ports, otherwise `port` to `port` + 3.

        Rows live in memory, or in `state`, where they survive a restart. `settings` go to the
        twins: see `open_services`. Raises `OSError` when a port is taken.
        """
        from .certificates import make_certificates
        from .control import Control
        from .front import Front
        from .limits import Limiter
        from .server import Server, bind
        from .services import open_services, published_limits

        sockets = dict(zip(SERVICES, bind(port, len(SERVICES)), strict=True))
        scratch = (
            tempfile.TemporaryDirectory(prefix="oppbridge-sandbox-") if state is None else None
        )
        folder = Path(scratch.name) if scratch else cast("Path", state)
        folder.mkdir(parents=True, exist_ok=True)
        world = World(state=state)
        world.urls.update(
            {name: f"https://127.0.0.1:{s.getsockname()[1]}" for name, s in sockets.items()}
        )
        services = open_services(world, **settings)
        control = Control(world, partial(world.ready, folder / "ca.pem"))
        rules = published_limits()
        fronts = {
            name: Front(
                world,
                service,
                Limiter(world.clock, rules[name]) if name in rules else None,
                control,
            )
            for name, service in services.items()
        }
        server = Server(fronts, sockets, make_certificates(folder))
        sandbox = cls(world, server, services, folder)
        sandbox._scratch = scratch
        server.start()
        return sandbox

    @property
    def clock(self) -> Clock:
        """The sandbox's time, to move or stop."""
        return self.world.clock

    @property
    def faults(self) -> Faults:
        """Trouble to put in force."""
        return self.world.faults

    @property
    def counters(self) -> Counters:
        """How often each service was called."""
        return self.world.counters

    @property
    def ca_file(self) -> Path:
        """The certificate authority that clients must trust."""
        return self.folder / "ca.pem"

    @property
    def dataverse(self) -> Direct:
        """The rows of the Dataverse twin, without HTTP."""
        from .dataverse.twin import DataverseTwin

        return cast("DataverseTwin", self.services["dataverse"]).direct

    @property
    def scm(self) -> ScmDirect:
        """The rows and postings of the Supply Chain twin, without HTTP."""
        from .scm.chain import SupplyChain

        return cast("SupplyChain", self.services["scm"]).direct

    def url(self, service: str) -> str:
        """Base address of `dataverse`, `scm`, `login` or `inventory`; no slash at its end."""
        return self.world.urls[service]

    def limit(self, service: str, **limits: float) -> None:
        """Scale a service's limits by `factor`, or set fields of `Rules` such as `requests`."""
        from .control import set_limits

        set_limits(self._server.fronts[service].limiter, dict(limits))

    def ready(self) -> dict[str, Any]:
        """What a client needs to know; `serve --ready` writes it as JSON."""
        return self.world.ready(self.ca_file)

    def stop(self) -> None:
        """Close ports and files. Calling it again is harmless."""
        self._server.stop()
        for service in self.services.values():
            service.close()
        if self._scratch is not None:
            self._scratch.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def serve(port: int = 0, state: Path | None = None, ready: Path | None = None) -> None:
    """Run a sandbox until SIGINT or SIGTERM; says in `ready`, or prints, when it answers."""
    end = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: end.set())
    with Sandbox.start(port=port, state=state) as sandbox:
        text = orjson.dumps(sandbox.ready(), option=orjson.OPT_INDENT_2)
        if ready is None:
            sys.stdout.write(text.decode() + "\n")
            sys.stdout.flush()
        else:
            _write_whole(ready, text)
        end.wait()


def _write_whole(path: Path, text: bytes) -> None:
    # Under another name first: whoever waits for the file must never read half of it.
    draft = path.with_name(path.name + ".part")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(text)
    draft.replace(path)
