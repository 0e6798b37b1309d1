"""A small real HTTPS server whose answers a test writes down beforehand."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import trustme

from oppbridge.http.gate import Gate
from oppbridge.http.session import Bounds, Session, pool


@dataclass
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Reply:
    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None  # send only so many bytes of the body, then hang up
    hang_up: bool = False  # close the connection without an answer


Answering = Callable[[Asked], Reply]


@dataclass
class Server:
    url: str
    ca_file: Path
    asked: list[Asked] = field(default_factory=list)
    replies: list[Reply | Answering] = field(default_factory=list)

    def reply(self, *replies: Reply | Answering) -> None:
        """These in turn; the last one again and again."""
        self.replies[:] = replies

    def answer(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        return reply if isinstance(reply, Reply) else reply(asked)

    def session(
        self, bearer=None, *, patience: float = 5.0, gate: Gate | None = None, **bounds
    ) -> Session:
        return Session(
            self.url, pool(self.ca_file), bearer, gate, bounds=Bounds(patience=patience, **bounds)
        )


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    ca = trustme.CA()
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    ca.cert_pem.write_to_path(str(path))
    return ca, path


@pytest.fixture
def server(authority) -> Iterator[Server]:
    ca, ca_file = authority
    running = Server("", ca_file)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = running.answer(Asked(self.command, self.path, headers, self.rfile.read(size)))
            if reply.hang_up:
                self.close_connection = True
                return
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body[: reply.cut])
            self.close_connection = reply.cut is not None

        def log_message(self, *_: object) -> None:
            pass

    for method in ("GET", "POST", "PATCH", "DELETE"):
        setattr(Handler, f"do_{method}", Handler.handle_any)

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            pass

    listening = Quiet(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("127.0.0.1").configure_cert(context)
    listening.socket = context.wrap_socket(listening.socket, server_side=True)
    running.url = f"https://127.0.0.1:{listening.server_address[1]}"
    thread = threading.Thread(target=listening.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield running
    listening.shutdown()
    listening.server_close()
    thread.join()
