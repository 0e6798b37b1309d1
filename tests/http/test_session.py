"""The session against a real HTTPS server: what it sends, what it refuses, what it tries again."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest

from oppbridge.errors import (
    AccessDenied,
    ConfigError,
    ContractBroken,
    Gone,
    Invalid,
    Stale,
    Throttled,
    Unavailable,
    Unsure,
)
from oppbridge.http.answer import Call, get
from oppbridge.http.gate import Gate
from oppbridge.http.session import Bounds, Session, pool
from tests.http.conftest import Reply

WRITE = Call("POST", "accounts", b"{}")


class Kept:
    """A bearer that has as many tokens as it is given."""

    def __init__(self, *tokens: str) -> None:
        self.tokens = list(tokens)

    def token(self, refused: str | None = None) -> str:
        if refused == self.tokens[0]:
            self.tokens.pop(0)
        return self.tokens[0]


def test_a_read_gives_the_decoded_body_and_says_who_asks(server):
    server.reply(Reply(body=b'{"value":[1]}'))
    session = server.session(Kept("t1"))
    assert session.json(get("api/accounts?$top=1", Prefer="x")) == {"value": [1]}
    asked = server.asked[0]
    assert asked.path == "/api/accounts?$top=1"
    assert asked.headers["authorization"] == "Bearer t1"
    assert asked.headers["user-agent"].startswith("OppBridge/")
    assert asked.headers["prefer"] == "x"


def test_compressed_bodies_are_asked_for_and_read(server):
    body = gzip.compress(b'{"a":1}')
    server.reply(Reply(body=body, headers={"Content-Encoding": "gzip"}))
    assert server.session().json(get("x")) == {"a": 1}
    assert "gzip" in server.asked[0].headers["accept-encoding"]


def test_an_amount_too_long_for_a_float_keeps_its_digits(server):
    server.reply(Reply(body=b'{"a":123456789012345.6789,"b":1.10}'))
    found = server.session().json(get("x"))
    assert found == {"a": Decimal("123456789012345.6789"), "b": Decimal("1.10")}


def test_a_compressed_bomb_is_not_unpacked(server):
    body = gzip.compress(b"0" * 2_000_000)
    server.reply(Reply(body=body, headers={"Content-Encoding": "gzip"}))
    with pytest.raises(Unavailable, match="larger than 1000 bytes"):
        server.session(largest=1000, patience=0).json(get("x"))


def test_a_refused_token_is_replaced_once(server):
    server.reply(Reply(401), Reply(body=b"1"))
    assert server.session(Kept("old", "new")).json(get("x")) == 1
    assert [asked.headers["authorization"] for asked in server.asked] == [
        "Bearer old",
        "Bearer new",
    ]


def test_a_token_refused_twice_is_access_denied_without_the_token_in_the_message(server):
    server.reply(Reply(401, b""))
    with pytest.raises(AccessDenied) as caught:
        server.session(Kept("secret-one", "secret-two")).json(get("x"))
    assert "secret" not in str(caught.value)
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, Invalid),
        (403, AccessDenied),
        (404, Gone),
        (405, Invalid),
        (409, Stale),
        (410, Gone),
        (412, Stale),
        (413, Invalid),
        (501, Invalid),
    ],
)
def test_a_refusal_becomes_the_error_that_says_what_to_do(server, status, error):
    server.reply(Reply(status, b'{"error":{"code":"0x1","message":"no  good"}}'))
    with pytest.raises(error, match=f"POST accounts: {status} 0x1 no good"):
        server.session().json(WRITE)
    assert len(server.asked) == 1


def test_a_query_does_not_reach_the_message(server):
    server.reply(Reply(400))
    with pytest.raises(Invalid) as caught:
        server.session().json(get("accounts?$filter=name eq 'Private Person'"))
    assert "Private" not in str(caught.value)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_read_is_tried_again_after_server_trouble(server, status):
    server.reply(Reply(status, b"<html>Bad Gateway</html>"), Reply(body=b"7"))
    assert server.session().json(get("x")) == 7


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_write_is_never_sent_again_after_server_trouble(server, status):
    server.reply(Reply(status, b"<html>"))
    with pytest.raises(Unsure):
        server.session().json(WRITE)
    assert len(server.asked) == 1


def test_a_write_whose_answer_is_lost_is_unsure_and_sent_once(server):
    server.reply(Reply(hang_up=True))
    with pytest.raises(Unsure, match="was not answered"):
        server.session().json(WRITE)
    assert len(server.asked) == 1


def test_a_write_whose_answer_is_cut_off_is_unsure(server):
    server.reply(Reply(body=b'{"id":"123"}', cut=4))
    with pytest.raises(Unsure):
        server.session().json(WRITE)
    assert len(server.asked) == 1


def test_a_read_cut_off_is_read_again(server):
    server.reply(
        Reply(body=b'{"id":"123"}', cut=4), Reply(hang_up=True), Reply(body=b'{"id":"123"}')
    )
    assert server.session().json(get("x")) == {"id": "123"}


def test_a_good_status_with_a_page_of_html_is_no_answer(server):
    server.reply(Reply(body=b"<html>Sign in</html>"))
    with pytest.raises(Unavailable, match="did not answer with JSON"):
        server.session().json(get("x"))
    with pytest.raises(Unsure):
        server.session().json(WRITE)


def test_a_connection_refused_is_unavailable_for_a_write_too(server):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    session = Session(
        f"https://127.0.0.1:{port}", pool(server.ca_file), None, bounds=Bounds(patience=0)
    )
    with pytest.raises(Unavailable, match="cannot be reached"):
        session.json(WRITE)


def test_an_unknown_certificate_is_a_matter_of_configuration(server):
    with pytest.raises(ConfigError, match="set ca_file"):
        Session(server.url, pool(), None, bounds=Bounds(patience=0)).json(get("x"))


def test_a_missing_ca_file_is_a_matter_of_configuration(tmp_path):
    with pytest.raises(ConfigError, match="does not exist"):
        pool(tmp_path / "ca.pem")


def test_a_ca_file_wins_over_the_environment(server, monkeypatch, tmp_path):
    other = tmp_path / "other.pem"
    other.write_text("")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(other))
    server.reply(Reply(body=b"1"))
    assert server.session().json(get("x")) == 1


def test_a_redirect_is_not_followed(server):
    server.reply(Reply(302, b"", {"Location": "https://elsewhere.example/"}))
    with pytest.raises(ConfigError, match="not followed"):
        server.session(Kept("t")).json(get("x"))
    assert len(server.asked) == 1


def test_cookies_are_not_kept(server):
    server.reply(Reply(headers={"Set-Cookie": "ARRAffinity=1; Path=/"}))
    session = server.session()
    session.json(get("x"))
    session.json(get("x"))
    assert "cookie" not in server.asked[1].headers


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/x",
        "http://127.0.0.1/x",
        "//evil.example/x",
        "https://u@127.0.0.1/x",
        "https://127.0.0.1:x/",
        "https://[::1/x",
    ],
)
def test_a_link_to_another_host_is_never_called(server, link):
    with pytest.raises(ContractBroken, match="not followed"):
        server.session(Kept("t")).json(get(link))
    assert server.asked == []


def test_a_link_on_the_own_host_is_followed_as_it_is(server):
    server.reply(Reply(body=b"1"))
    server.session().json(get(f"{server.url}/x?$skiptoken=%253c"))
    assert server.asked[0].path == "/x?$skiptoken=%253c"


def test_a_throttled_write_waits_as_long_as_the_system_says(server):
    server.reply(Reply(429, b"", {"Retry-After": "0.3"}), Reply(body=b"1"))
    begun = time.monotonic()
    assert server.session().json(WRITE) == 1
    assert time.monotonic() - begun >= 0.3


def test_an_overloaded_system_is_left_alone_exactly_as_long_as_it_says(server):
    server.reply(Reply(503, b"", {"Retry-After": "0.4"}), Reply(body=b"1"))
    begun = time.monotonic()
    assert server.session().json(get("x")) == 1
    assert 0.4 <= time.monotonic() - begun < 3
    assert len(server.asked) == 2


def test_a_write_that_an_overloaded_system_did_not_answer_is_unsure_and_it_is_left_alone(server):
    server.reply(Reply(503, b"", {"Retry-After": "0.4"}), Reply(body=b"1"))
    session = server.session()
    with pytest.raises(Unsure):
        session.json(WRITE)
    begun = time.monotonic()
    assert session.json(get("x")) == 1
    assert time.monotonic() - begun >= 0.35


def test_a_wait_longer_than_the_patience_is_left_to_the_caller(server):
    server.reply(Reply(429, b"", {"Retry-After": "120"}))
    session = server.session()
    with pytest.raises(Throttled) as caught:
        session.json(get("x"))
    assert caught.value.after == 120
    with pytest.raises(Throttled):
        session.json(get("x"))
    assert len(server.asked) == 1  # the gate is shut: nothing was sent inside the wait


def test_the_total_time_of_tries_is_bounded(server):
    server.reply(Reply(503))
    begun = time.monotonic()
    with pytest.raises(Unavailable):
        server.session(patience=0.5).json(get("x"))
    assert time.monotonic() - begun < 3


def test_nothing_is_sent_by_any_thread_inside_a_wait(server):
    lock, refused, inside = threading.Lock(), [], []

    def busy(_asked):
        with lock:
            now = time.monotonic()
            inside.extend(moment for moment in refused if moment + 0.01 < now < moment + 0.29)
            if len(server.asked) % 12 == 0:
                refused.append(now)
                return Reply(429, b"", {"Retry-After": "0.3"})
        return Reply(body=b"1")

    server.reply(busy)
    session = server.session(gate=Gate(most=6), patience=20)
    with ThreadPoolExecutor(12) as threads:
        found = list(threads.map(lambda _: session.json(WRITE), range(60)))
    assert found == [1] * 60
    assert len(refused) >= 4
    assert len(inside) <= 3 * len(refused)  # those on their way when the first was refused
