"""A server that costs the client nothing: pages of the twin's rows, kept as bytes, over HTTPS.

The twin itself obeys every rule of Dataverse, which takes it far longer than any client: on a
machine of two cores its work would be measured instead of ours. So it fills the pages once, and
this server, in a process of its own, only hands them out. One address is the source, a second one
the target, which keeps what is written to it. `/advance` changes one deal in a hundred.

    python bench/measuring/server.py 100000
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import orjson

from measuring.pages import TRACKED, Shelf, take
from measuring.target import KEYS, Held
from oppbridge.connectors.dataverse.desk import ROOT
from oppbridge.sandbox.certificates import make_certificates

TOKEN = {"token_type": "Bearer", "access_token": "measured", "expires_in": 36000}
_GET = re.compile(rb"^(GET|PATCH) (\S+) HTTP/1.1", re.MULTILINE)
_PATCH = re.compile(r"^(\w+)\(([0-9a-f-]{36})\)$")


class Place:
    """One address: what it holds and how it answers."""

    def __init__(self, shelf: Shelf, held: Held | None) -> None:
        self.shelf, self.held = shelf, held
        self.root = ""
        self.calls = 0

    def get(self, path: str) -> bytes:
        """The answer to a read."""
        name, _, query = path.partition("?")
        if name == "RetrieveTimestamp()":
            return b'{"Timestamp":"1"}'
        if unquote(path) in self.shelf.metadata:
            return self.shelf.metadata[unquote(path)]
        if "$filter" in query and name not in self.shelf.small:
            return _page(self.held.among(name, query) if self.held else b"")
        if name in self.shelf.small:
            return self.shelf.small[name]
        if name not in TRACKED or self.held:
            return _page(b"", f'"@odata.deltaLink":"{self.root}/{name}?delta=0"')
        asked = dict(pair.partition("=")[::2] for pair in query.split("&"))
        now = f'"@odata.deltaLink":"{self.root}/{name}?delta={self.shelf.generation}"'
        if "delta" in asked:
            news = self.shelf.moved(int(asked["delta"])) if name == "opportunities" else b""
            return _page(news, now)
        number = int(asked.get("page", 0))
        last = number + 1 >= self.shelf.pages(name)
        link = now if last else f'"@odata.nextLink":"{self.root}/{name}?page={number + 1}"'
        return _page(self.shelf.page(name, number), link)

    def post(self, path: str, body: bytes) -> tuple[bytes, str]:
        """The answer to a write or a batch, and its content type."""
        if path == "$batch":
            return self._batch(body), "multipart/mixed; boundary=answers"
        name, _, message = path.partition("/")
        if self.held is None or not message.endswith((".CreateMultiple", ".UpdateMultiple")):
            raise ValueError(f"{path} is not known here")
        targets = orjson.loads(body)["Targets"]
        if message.endswith(".UpdateMultiple"):
            self.held.change_all(name, targets)
            return b"", _JSON
        return orjson.dumps({"Ids": self.held.create(name, targets)}), _JSON

    def _batch(self, body: bytes) -> bytes:
        pieces = []
        boundary = body.partition(b"\r\n")[0]
        for part in body.split(boundary + b"\r\n")[1:]:
            found = _GET.search(part)
            if found is None:
                raise ValueError("a batch of something else")
            path = found[2].decode().removeprefix(f"{ROOT}/")
            if found[1] == b"GET":
                pieces.append(_part(self.get(path)))
            else:
                pieces.append(_part(self._patch(path.partition("?")[0], part)))
        return b"".join(pieces) + b"--answers--\r\n"

    def _patch(self, path: str, part: bytes) -> bytes:
        found = _PATCH.match(path)
        if found is None or self.held is None:
            raise ValueError(f"{path} is not known here")
        headless = part.partition(b"\r\n\r\n")[2].partition(b"\r\n\r\n")[2]
        columns = orjson.loads(headless.partition(b"\r\n--")[0])
        version = self.held.change(found[1], found[2], columns)
        return orjson.dumps({"@odata.etag": version, KEYS[found[1]]: found[2]})


_JSON = "application/json; odata.metadata=minimal"


def _page(rows: bytes, link: str = "") -> bytes:
    tail = f",{link}}}" if link else "}"
    return b'{"@odata.context":"measured","value":[' + rows + b"]" + tail.encode()


def _part(body: bytes) -> bytes:
    head = b"Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n"
    kind = b"Content-Type: application/json\r\nOData-Version: 4.0\r\n\r\n"
    return b"--answers\r\n" + head + b"HTTP/1.1 200 OK\r\n" + kind + body + b"\r\n"


class Handler(BaseHTTPRequestHandler):
    """HTTP around a place."""

    protocol_version = "HTTP/1.1"
    place: Place

    def do_GET(self) -> None:
        """Tokens, control and reads."""
        if self.path == "/advance":
            self.place.shelf.advance()
            self._answer(b"{}")
        elif self.path == "/counts":
            written = self.place.held.writes if self.place.held else 0
            self._answer(orjson.dumps({"calls": self.place.calls, "writes": written}))
        elif "openid-configuration" in self.path:
            self._answer(orjson.dumps(_discovery(f"https://{self.headers['Host']}/directory")))
        else:
            self.place.calls += 1
            self._answer(self.place.get(self.path.removeprefix(f"{ROOT}/")))

    def do_POST(self) -> None:
        """Tokens, writes and batches."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path.endswith("/token"):
            self._answer(orjson.dumps(TOKEN))
            return
        self.place.calls += 1
        self._answer(*self.place.post(self.path.removeprefix(f"{ROOT}/"), body))

    def _answer(self, body: bytes, kind: str = _JSON) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


def _discovery(root: str) -> dict[str, Any]:
    return {
        "issuer": f"{root}/v2.0",
        "authorization_endpoint": f"{root}/oauth2/v2.0/authorize",
        "token_endpoint": f"{root}/oauth2/v2.0/token",
    }


def _serve(place: Place, folder: Path) -> str:
    server = ThreadingHTTPServer(
        ("127.0.0.1", 0), type("At", (Handler,), {"place": place, "wbufsize": 1 << 16})
    )
    server.daemon_threads = True
    server.socket = make_certificates(folder).context.wrap_socket(server.socket, server_side=True)
    url = f"https://127.0.0.1:{server.server_port}"
    place.root = f"{url}{ROOT}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return url


def main(count: int) -> None:
    """Serve until standard input ends."""
    shelf = take(count)
    templates = {name: shelf.rows[name][0] for name in TRACKED}
    with tempfile.TemporaryDirectory(prefix="oppbridge-bench-") as name:
        places = {"source": Place(shelf, None), "target": Place(shelf, Held(templates))}
        ready: dict[str, str] = {}
        for who, place in places.items():
            folder = Path(name) / who
            folder.mkdir()
            ready |= {who: _serve(place, folder), f"{who}_ca": str(folder / "ca.pem")}
        print(json.dumps(ready), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main(int(sys.argv[1]))
