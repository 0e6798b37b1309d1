"""Where a call goes when the network is broken: real addresses that refuse, hang or lie."""

from __future__ import annotations

import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from requests.adapters import HTTPAdapter

NOWHERE = "oppbridge-nowhere.invalid"  # RFC 2606: never resolves


@contextmanager
def diverted(patch: pytest.MonkeyPatch, method: str, path: str, host: str) -> Iterator[list[str]]:
    """Send the first call to `path` to another host, as broken routes and names do.

    The call, its headers and its answer stay as they are; only the address dialled differs.
    """
    struck: list[str] = []
    send = HTTPAdapter.send

    def dial(self, request, *words, **named):
        if not struck and request.method == method and re.search(path, request.url or ""):
            struck.append(request.url)
            there = urlsplit(request.url)
            other = request.copy()
            other.url = there._replace(netloc=host).geturl()
            return send(self, other, *words, **named)
        return send(self, request, *words, **named)

    with patch.context() as now:
        now.setattr(HTTPAdapter, "send", dial)
        yield struck


def refusing() -> str:
    """An address where nobody listens."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{found.getsockname()[1]}"


@contextmanager
def deaf() -> Iterator[str]:
    """An address whose queue is full: connecting takes for ever."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        found.listen(0)
        waiting = []
        for _ in range(3):
            one = socket.socket()
            one.setblocking(False)
            one.connect_ex(found.getsockname())
            waiting.append(one)
        try:
            yield f"127.0.0.1:{found.getsockname()[1]}"
        finally:
            for one in waiting:
                one.close()


@contextmanager
def impostor(folder: Path) -> Iterator[str]:
    """A server whose certificate nobody we trust has signed. It must never be sent a request."""
    import trustme

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(5)
        heard: list[bytes] = []

        def serve() -> None:
            try:
                one, _ = listening.accept()
                with one, context.wrap_socket(one, server_side=True) as safe:
                    heard.append(safe.recv(4096))
            except OSError:
                return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"127.0.0.1:{listening.getsockname()[1]}"
        listening.close()
        thread.join(5)
        assert not any(heard), "something was said to an impostor"


__all__ = ["NOWHERE", "deaf", "diverted", "impostor", "refusing"]
