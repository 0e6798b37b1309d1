"""A small CRM behind real HTTP on the loopback: what a plugin's own tests talk to.

    GET    /{kind}?after=[stamp,id]&limit=n     {"items": [...], "more": b, "now": s, "settled": s}
    GET    /{kind}?ids=[...]                    {"items": [...]}
    GET    /{kind}?column=name&values=[...]     {"items": [...]}
    GET    /{kind}/columns                      {"columns": {...}, "collections": {...}}
    POST   /{kind}                              {"id": ..., "set": {...}, "parts": [...]}
    PATCH  /{kind}/{id}                         {"set": {...}, "parts": [...]}, If-Match: rev
    DELETE /{kind}/{id}                         If-Match: rev

A deleted row is `{"id": ..., "updated": ..., "gone": true}`. A create answers 201, or 200 when the
row was there. Refusals are `{"code": ..., "message": ...}`. Every call needs the bearer token.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from ..contract import Description
from .crm import FakeCrm
from .desk import Desk
from .documents import PartCall
from .faults import Lost, Refused
from .tables import Entry, Row

Answer = tuple[int, Any]


class CrmServer(ThreadingHTTPServer):
    """Serves one CRM, one call at a time."""

    daemon_threads = True

    def __init__(self, crm: FakeCrm, token: str) -> None:
        super().__init__(("127.0.0.1", 0), CrmRequest)
        self.desk, self.token, self.lock = Desk(crm), token, Lock()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"


@contextmanager
def served(crm: FakeCrm, token: str) -> Iterator[str]:
    """The base URL of this CRM, for as long as the block lasts."""
    with CrmServer(crm, token) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield server.url
        server.shutdown()
        thread.join()


class CrmRequest(BaseHTTPRequestHandler):
    """One call."""

    server: CrmServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Feed, rows by id or column, or columns."""
        kind, rest, query = self._path()
        desk = self.server.desk
        if rest == "columns":
            self._answer(lambda: (200, described(desk.describe(kind))))
        elif "ids" in query:
            self._answer(lambda: (200, {"items": desk.get(kind, json.loads(query["ids"]))}))
        elif "column" in query:
            values = json.loads(query["values"])
            self._answer(lambda: (200, {"items": desk.find(kind, query["column"], values)}))
        else:
            self._answer(lambda: (200, _feed(desk, kind, query)))

    def do_POST(self) -> None:
        """Create a row."""
        kind, _, _ = self._path()
        body = self._body()

        def create() -> Answer:
            row, existed = self.server.desk.create(kind, body["set"], _parts(body), body.get("id"))
            return 200 if existed else 201, row

        self._answer(create)

    def do_PATCH(self) -> None:
        """Change a row and its parts."""
        kind, id, _ = self._path()
        body, rev = self._body(), self._rev()
        desk = self.server.desk
        self._answer(lambda: (200, desk.update(kind, id, body["set"], _parts(body), rev)))

    def do_DELETE(self) -> None:
        """Delete a row."""
        kind, id, _ = self._path()
        rev = self._rev()

        def delete() -> Answer:
            self.server.desk.delete(kind, id, rev)
            return 200, None

        self._answer(delete)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def _path(self) -> tuple[str, str, dict[str, str]]:
        parts = urlsplit(self.path)
        kind, _, rest = parts.path.strip("/").partition("/")
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        return kind, unquote(rest), query

    def _body(self) -> dict[str, Any]:
        found = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert isinstance(found, dict)
        return found

    def _rev(self) -> int | None:
        text = self.headers["If-Match"]
        return int(text) if text else None

    def _answer(self, serve: Callable[[], Answer]) -> None:
        headers: dict[str, str] = {}
        try:
            if self.headers["Authorization"] != f"Bearer {self.server.token}":
                raise Refused(401, "unauthorized", "who are you?")
            with self.server.lock:
                status, body = serve()
        except Refused as refused:
            status, body = refused.status, {"code": refused.code, "message": refused.message}
            if status == 429:
                headers["Retry-After"] = f"{refused.after:g}"
        except Lost:
            self.close_connection = True  # the line breaks without a word
            return
        content = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Type": "application/json"}.items():
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


def _feed(desk: Desk, kind: str, query: dict[str, str]) -> dict[str, Any]:
    after = json.loads(query.get("after", "null"))
    feed = desk.feed(kind, (after[0], after[1]) if after else None, int(query.get("limit", "100")))
    items = [_item(entry) for entry in feed.entries]
    return {"items": items, "more": feed.more, "now": feed.now, "settled": feed.settled}


def _item(entry: Entry) -> Row:
    return entry.row or {"id": entry.id, "updated": entry.stamp, "gone": True}


def _parts(body: dict[str, Any]) -> list[PartCall]:
    return [
        PartCall(part["collection"], part["action"], part.get("id"), part.get("set", {}))
        for part in body.get("parts", ())
    ]
