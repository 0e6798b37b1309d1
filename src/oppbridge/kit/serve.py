"""A small CRM behind real HTTPS on the loopback: what a plugin's own tests talk to.

    POST   /{kind}/feed      {"after": [stamp, id] or null, "limit": n, "whole": b}
                             -> {"items": [...], "more": b, "now": stamp, "settled": stamp}
    POST   /{kind}/rows      {"ids": [...]} or {"column": name, "values": [...]} -> {"items": [...]}
    POST   /{kind}/columns   -> {"columns": {...}, "collections": {...}}
    POST   /{kind}/          {"id": ..., "set": {...}, "parts": [...]} -> {"row": ..., "existed": b}
    PATCH  /{kind}/{id}      {"set": {...}, "parts": [...]}, If-Match: rev -> the same
    DELETE /{kind}/{id}      If-Match: rev

A deleted row is `{"id": ..., "updated": ..., "gone": true}`. `whole` reads on though the feed has
forgotten that place. Refusals are `{"error": {"code": ..., "message": ...}}`. Every call needs the
bearer token.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any
from urllib.parse import unquote

from ..contract import Description
from .crm import FakeCrm
from .desk import Desk
from .documents import PartCall
from .faults import Lost, Refused
from .tables import Entry, Row


@dataclass(frozen=True, slots=True)
class Served:
    """Where a CRM listens, and the file of the CA that signed its certificate."""

    url: str
    ca_file: Path


class CrmServer(ThreadingHTTPServer):
    """Serves one CRM."""

    daemon_threads = True

    def __init__(self, crm: FakeCrm, token: str) -> None:
        super().__init__(("127.0.0.1", 0), CrmRequest)
        self.desk, self.token = Desk(crm), token


@contextmanager
def served(crm: FakeCrm, token: str) -> Iterator[Served]:
    """This CRM behind HTTPS for as long as the block lasts. Needs the extra `sandbox`."""
    authority, context = _certificates()
    with CrmServer(crm, token) as server, TemporaryDirectory() as folder:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        ca_file = Path(folder) / "ca.pem"
        authority.cert_pem.write_to_path(ca_file)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield Served(f"https://127.0.0.1:{server.server_address[1]}", ca_file)
        server.shutdown()
        thread.join()


@cache
def _certificates() -> tuple[Any, ssl.SSLContext]:
    import trustme

    authority = trustme.CA(key_type=trustme.KeyType.ECDSA)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1", key_type=trustme.KeyType.ECDSA).configure_cert(context)
    return authority, context


class CrmRequest(BaseHTTPRequestHandler):
    """One call."""

    server: CrmServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        """Read, or create a row."""
        kind, rest = self._path()
        body, reader = self._body(), READERS.get(rest)
        desk = self.server.desk
        if reader is not None:
            self._answer(lambda: reader(desk, kind, body))
        else:
            self._answer(lambda: _written(desk.create(kind, body["set"], _parts(body), body["id"])))

    def do_PATCH(self) -> None:
        """Change a row and its parts."""
        kind, id = self._path()
        body, rev = self._body(), self._rev()
        update = self.server.desk.update
        self._answer(lambda: _written((update(kind, id, body["set"], _parts(body), rev), False)))

    def do_DELETE(self) -> None:
        """Delete a row."""
        kind, id = self._path()
        self._body()
        rev = self._rev()
        self._answer(lambda: self.server.desk.delete(kind, id, rev))

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def _path(self) -> tuple[str, str]:
        kind, _, rest = self.path.strip("/").partition("/")
        return kind, unquote(rest)

    def _body(self) -> dict[str, Any]:
        found = json.loads(self.rfile.read(int(self.headers["Content-Length"] or 0)))
        assert isinstance(found, dict)
        return found

    def _rev(self) -> int | None:
        text = self.headers["If-Match"]
        return int(text) if text else None

    def _answer(self, serve: Callable[[], object]) -> None:
        headers = {"Content-Type": "application/json"}
        body: object
        try:
            if self.headers["Authorization"] != f"Bearer {self.server.token}":
                raise Refused(401, "unauthorized", "who are you?")
            status, body = 200, serve()
        except Refused as refused:
            status, body = (
                refused.status,
                {"error": {"code": refused.code, "message": refused.message}},
            )
            if status == 429:
                headers["Retry-After"] = f"{refused.after:g}"
        except Lost:
            self.close_connection = True  # the line breaks without a word
            return
        content = json.dumps(body).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def described(table: Description) -> dict[str, Any]:
    """The columns of a table, as served."""
    return {
        "columns": {name: asdict(column) for name, column in table.columns.items()},
        "collections": {name: described(inner) for name, inner in table.collections.items()},
    }


def _feed(desk: Desk, kind: str, query: dict[str, Any]) -> object:
    after = tuple(query["after"]) if query["after"] else None
    feed = desk.feed(kind, after, query["limit"], whole=query.get("whole", False))
    items = [_item(entry) for entry in feed.entries]
    return {"items": items, "more": feed.more, "now": feed.now, "settled": feed.settled}


def _rows(desk: Desk, kind: str, query: dict[str, Any]) -> object:
    if "ids" in query:
        return {"items": desk.get(kind, query["ids"])}
    return {"items": desk.find(kind, query["column"], query["values"])}


def _columns(desk: Desk, kind: str, _query: dict[str, Any]) -> object:
    return described(desk.describe(kind))


READERS = {"feed": _feed, "rows": _rows, "columns": _columns}


def _item(entry: Entry) -> Row:
    return entry.row or {"id": entry.id, "updated": entry.stamp, "gone": True}


def _written(done: tuple[Row, bool]) -> object:
    return {"row": done[0], "existed": done[1]}


def _parts(body: dict[str, Any]) -> list[PartCall]:
    return [
        PartCall(part["collection"], part["action"], part.get("id"), part.get("set", {}))
        for part in body.get("parts", ())
    ]
