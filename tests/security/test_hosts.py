"""Rows 1 to 3: where calls go, what redirects do, whose certificates are good."""

from __future__ import annotations

import datetime as dt
import ssl
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import trustme

from oppbridge.errors import ConfigError, ContractBroken
from oppbridge.http.answer import get
from oppbridge.http.hosts import checked_root, pinned
from oppbridge.http.session import Session, pool
from tests.http.conftest import Reply, authority, server

__all__ = ["authority", "server"]

ROOT = "https://sales.crm.dynamics.com"
FOREIGN = [
    "https://evil.example/x", "https://evil.example:443/x", "//evil.example/x", "///evil.example/x",
    "https://sales.crm.dynamics.com.evil.example/x", "https://sales-crm.dynamics.com/x",
    "https://sales.crm.dynamics.com@evil.example/x", "https://user@sales.crm.dynamics.com/x",
    "https://user:pw@sales.crm.dynamics.com/x", "https://sales.crm.dynamics.com:444/x",
    "https://sales.crm.dynamics.com:0443x/x", "https://sales.crm.dynamics.com:8443/x",
    "http://sales.crm.dynamics.com/x", "HTTP://sales.crm.dynamics.com/x", "http://127.0.0.1/x",
    "https://127.0.0.1/x", "https://0177.0.0.1/x", "https://2130706433/x", "https://0x7f000001/x",
    "https://[::1]/x", "https://[::ffff:127.0.0.1]/x", "https://[::1/x", "https://169.254.169.254/latest",
    "https://10.0.0.1/x", "https://192.168.1.1/x", "https://localhost/x", "https://s\u0430les.crm.dynamics.com/x",
    "https://xn--sles-63d.crm.dynamics.com/x", "https://sales.crm.dynamics.com%2eevil.example/x",
    "https://sales.crm.dynamics.com%00.evil.example/x", "https://evil.example#sales.crm.dynamics.com",
    "https://evil.example?sales.crm.dynamics.com", "https://evil.example\\@sales.crm.dynamics.com/x",
    "https:evil.example/x", "https:/evil.example/x", "https:\\\\evil.example/x", "https://evil.example\t/x",
    "https://SALES.crm.dynamics.com.:443/x", "https://sales.crm.dynamics.co/x", "https:///x",
]  # fmt: skip


def test_row_01_forty_links_to_elsewhere_are_refused():
    assert len(FOREIGN) == 40
    for link in FOREIGN:
        with pytest.raises(ContractBroken, match="not followed"):
            pinned(ROOT, link)


@pytest.mark.parametrize(
    "link", ["file:///etc/passwd", "ftp://evil.example/x", "javascript:alert(1)"]
)
def test_row_01_another_scheme_is_no_more_than_a_path_of_the_own_host(link):
    assert pinned(ROOT, link).startswith(f"{ROOT}/")


@pytest.mark.parametrize(
    "url", ["http://sales.example", "sales.example", "https://u:p@sales.example", "file:///x"]
)
def test_row_01_a_system_is_reached_by_https_alone(url):
    with pytest.raises(ConfigError):
        checked_root(url)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("to", ["own", "https://elsewhere.example/x", "https://127.0.0.1:1/x"])
def test_row_02_a_redirect_is_not_followed_and_takes_no_token_along(server, status, to):
    where = f"{server.url}/other" if to == "own" else to
    server.reply(Reply(status, b"", {"Location": where}))

    class Kept:
        def token(self, refused=None):
            return "secret-token"

    with pytest.raises(ConfigError, match="not followed") as caught:
        server.session(Kept()).json(get("x"))
    assert [asked.path for asked in server.asked] == ["/x"]
    assert "secret-token" not in str(caught.value)


@pytest.fixture
def serving():
    """A server under a certificate of its own choice."""
    running = []

    def serve(cert):
        class Quiet(HTTPServer):
            def handle_error(self, *_):
                """The client hung up, as it should."""

        listening = Quiet(("127.0.0.1", 0), BaseHTTPRequestHandler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        cert.configure_cert(context)
        listening.socket = context.wrap_socket(listening.socket, server_side=True)
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        running.append(listening)
        return f"https://127.0.0.1:{listening.server_address[1]}"

    yield serve
    for one in running:
        one.shutdown()
        one.server_close()


def test_row_03_bad_certificates_are_refused(serving, tmp_path):
    ca, other = trustme.CA(), trustme.CA()
    trusted = tmp_path / "ca.pem"
    ca.cert_pem.write_to_path(str(trusted))
    past = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    bad = (
        ca.issue_cert("127.0.0.1", not_after=past),
        ca.issue_cert("elsewhere.example"),
        other.issue_cert("127.0.0.1"),
    )
    for cert in bad:
        session = Session(serving(cert), pool(trusted), None)
        with pytest.raises(ConfigError, match="is not trusted"):
            session.json(get("x"))
        session.close()


def test_row_03_nothing_switches_verification_off():
    from pathlib import Path

    import oppbridge

    for file in Path(oppbridge.__file__).parent.rglob("*.py"):
        text = file.read_text("utf-8")
        for word in ("verify=False", "CERT_NONE", "check_hostname = False", "_create_unverified"):
            assert word not in text, f"{file.name}: {word}"
