"""The command that serves the page on this machine."""

from __future__ import annotations

import socket
from typing import Annotated

import typer

from ..errors import ConfigError
from .codes import Code
from .options import DEFAULT, By, ConfigFile, who
from .showing import say


def ui(
    config: ConfigFile = DEFAULT,
    port: Annotated[int, typer.Option(help="Where to listen; 0 takes a free port.")] = 0,
    by: By = None,
) -> int:
    """Serve the page for people on this machine: flows, runs, held writes, dead letters.

    It prints an address with a key in it; nobody without the key gets in. Ctrl-C ends it.
    """
    try:
        import uvicorn

        from ..ui.app import app
        from ..ui.guard import Key
    except ImportError:
        raise ConfigError("the page needs `pip install oppbridge[ui]`") from None
    from ..bridge import Bridge

    with Bridge.open(config):
        pass  # what is wrong with the configuration is said here, not in the browser
    key = Key(who(by))
    served = app(config.absolute(), key.guard())
    with _listening(port) as listening:
        say(f"http://127.0.0.1:{listening.getsockname()[1]}/?token={key.text}")
        settings = uvicorn.Config(
            served, log_level="warning", access_log=False, server_header=False
        )
        uvicorn.Server(settings).run(sockets=[listening])
    return Code.OK


def _listening(port: int) -> socket.socket:
    """A socket on loopback, which no setting changes."""
    try:
        return socket.create_server(("127.0.0.1", port))
    except OSError as exc:
        raise ConfigError(f"port {port} cannot be used: {exc.strerror}") from None
