"""Four HTTPS servers on loopback in one process, on an event loop that may run beside a test."""

from __future__ import annotations

import asyncio
import socket
import threading
import weakref
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from .certificates import Certificates
from .front import Front

BODY_LIMIT = 128 * 1024 * 1024
URL_LIMIT = 128 * 1024  # the twins refuse shorter ones in their own words


def bind(port: int, count: int) -> list[socket.socket]:
    """Listening sockets on 127.0.0.1: `port`, `port`+1 and so on; any free ones when it is 0."""
    sockets: list[socket.socket] = []
    for offset in range(count):
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind(("127.0.0.1", port + offset if port else 0))
        except OSError:
            for opened in [*sockets, listening]:
                opened.close()
            raise
        listening.listen(256)
        sockets.append(listening)
    return sockets


@dataclass(slots=True)
class Server:
    """Runs fronts on their sockets in a thread of its own, from `start` to `stop`."""

    fronts: Mapping[str, Front]
    sockets: Mapping[str, socket.socket]
    certificates: Certificates
    _loop: asyncio.AbstractEventLoop | None = None
    _thread: threading.Thread | None = None
    _end: asyncio.Event | None = None
    _connections: weakref.WeakSet[asyncio.Transport] = field(default_factory=weakref.WeakSet)
    _up: Future[None] = field(default_factory=Future)

    def start(self) -> None:
        """Return once every port answers; raises what kept it from starting."""
        self._thread = threading.Thread(target=self._run, name="oppbridge-sandbox", daemon=True)
        self._thread.start()
        self._up.result(timeout=30)

    def stop(self) -> None:
        """Close the ports. Calling it again is harmless."""
        if self._loop is None or self._end is None or self._thread is None:
            return
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._end.set)
            self._thread.join(timeout=30)
        self._loop = None

    def _run(self) -> None:
        self._loop = asyncio.new_event_loop()
        try:
            self._loop.run_until_complete(self._serve())
        except OSError as problem:
            self._up.set_exception(problem)
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        self._end = asyncio.Event()
        runners = []
        for name, front in self.fronts.items():
            server = web.Server(
                front.handle, request_factory=self._request, max_line_size=URL_LIMIT
            )
            runner = web.ServerRunner(
                server, handle_signals=False, shutdown_timeout=0.2, access_log=None
            )
            await runner.setup()
            await web.SockSite(
                runner, self.sockets[name], ssl_context=self.certificates.context
            ).start()
            runners.append(runner)
        self._up.set_result(None)
        await self._end.wait()
        for connection in list(self._connections):
            connection.abort()  # a polite TLS farewell would wait for clients that stay connected
        for runner in runners:
            await runner.cleanup()
        # Answers that a fault still holds back are given up, not left for the collector to find.
        held = asyncio.all_tasks() - {asyncio.current_task()}
        for task in held:
            task.cancel()
        await asyncio.gather(*held, return_exceptions=True)

    def _request(
        self, message: Any, payload: Any, protocol: Any, writer: Any, task: Any
    ) -> web.BaseRequest:
        # The low-level server's own factory would refuse bodies over 1 MiB.
        if protocol.transport is not None:
            self._connections.add(protocol.transport)
        loop = asyncio.get_running_loop()
        return web.BaseRequest(
            message, payload, protocol, writer, task, loop, client_max_size=BODY_LIMIT
        )
