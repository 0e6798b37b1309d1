"""Answers as services, gateways and attackers give them: 24 that are not what was agreed."""

from __future__ import annotations

import gzip
import resource
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from oppbridge.http.session import Bounds
from tests.chaos.case import fresh, troubled
from tests.chaos.elsewhere import NOWHERE
from tests.chaos.place import begun

from .place import ABSORBED, LISTED, STOPPED

pytestmark = pytest.mark.integration

MEGABYTE = 1 << 20
ETAG = '"@odata.etag"'
VALUE = '"value":'
DELTA = '"@odata.deltaLink":"'
KINDS = {"done": ABSORBED, "stopped": STOPPED, "retry": LISTED, "dead": LISTED}


@dataclass(frozen=True)
class Answer:
    """What stands in the answer to a page of accounts, and what the run is to say of it."""

    id: str
    expected: str
    rule: dict[str, Any]
    told: str = ""
    at: tuple[str, str, str] = ("dataverse", "GET", "/accounts")


def put(id, expected, find, put, told="", **more):
    return Answer(id, expected, {"kind": "rewrite", "find": find, "put": put, **more}, told)


def linked(id, expected, link, told="", **more):
    return put(id, expected, DELTA, f'"@odata.nextLink":"{link}","was":"', told, **more)


BOMB = gzip.compress(b'{"value": [' + b" " * (64 * MEGABYTE), 9).decode("latin-1")
ANSWERS = (
    put("keys twice", ABSORBED, '"name":', '"name":"Twice","name":'),
    put("nesting of 10,000", ABSORBED, "", "[" * 10_000 + "]" * 10_000),
    put("integer beyond 2^53", ABSORBED, ETAG, f'"extra":9007199254740993,{ETAG}'),
    put("NaN", ABSORBED, ETAG, f'"extra":NaN,{ETAG}'),
    put("wrong content type", ABSORBED, ETAG, ETAG, headers={"Content-Type": "text/plain"}),
    put("compressed bomb", ABSORBED, "", BOMB, headers={"Content-Encoding": "gzip"}),
    put("invalid UTF-8", ABSORBED, ETAG, f'"extra":"\xff\xfe",{ETAG}'),
    put("empty 200", ABSORBED, "", ""),
    put("sign-in page as 200", ABSORBED, "", "<html>Sign in</html>", headers={"Content-Type": "text/html"}),
    put("sign-in page, again and again", LISTED, "", "<html>Sign in</html>", "did not answer with JSON", times=None,
        headers={"Content-Type": "text/html"}),
    put("a list in place of an object", LISTED, "", "[]"),
    put("a value that is no list", LISTED, "", '{"value":{"accountid":"1"}}'),
    put("rows that are no objects", LISTED, "", '{"value":[1,null,"x"]}'),
    put("rows without their key", STOPPED, '"accountid"', '"accountie"'),
    put("annotations nobody asked for", ABSORBED, ETAG, f'"name@odata.type":"#Edm.Binary",{ETAG}'),
    put("an error beside rows", ABSORBED, VALUE, '"error":{"code":"0x1","message":"half"},"value":'),
    linked("page link to another host", ABSORBED, f"https://{NOWHERE}/accounts?page=2"),
    linked("page link to plain http", ABSORBED, "http://127.0.0.1/accounts"),
    linked("page link to a file", ABSORBED, "file:///etc/passwd"),
    linked("page link with a user in it", ABSORBED, f"https://sales.example@{NOWHERE}/a"),
    linked("relative page link", ABSORBED, "accounts?page=2"),
    Answer("page link to itself", STOPPED, {"kind": "same_page", "times": None}, "did not move"),
    Answer("chunks without end", LISTED, {"kind": "endless", "put": " " * 65536, "times": None}),
    Answer("a token that is a web page", LISTED, {"kind": "html", "status": 200, "times": None},
           at=("login", "POST", "/oauth2/v2.0/token$")),
)  # fmt: skip


@pytest.fixture(scope="module")
def company():
    found = begun()
    yield found
    found.sandbox.stop()
    found.forget()


@pytest.fixture
def place(company, monkeypatch):
    monkeypatch.setenv("DEMO_SECRET", company.sandbox.ready()["client_secret"])
    least = (*Bounds.__init__.__defaults__[:-1], 8 * MEGABYTE)
    monkeypatch.setattr(Bounds.__init__, "__defaults__", least)  # of an answer: 256 MB
    fresh(company)
    yield company
    company.sandbox.faults.clear()


@pytest.fixture
def called(monkeypatch):
    """Every address that was called."""
    found = []
    send = requests.Session.request

    def noted(self, method, url, **more):
        found.append(url)
        return send(self, method, url, **more)

    monkeypatch.setattr(requests.Session, "request", noted)
    return found


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: answer.id)
def test_protocol(place, expected, answer, called):
    expected(answer.expected)
    service, method, path = answer.at
    struck = place.sandbox.faults.add(service=service, method=method, path=path, **answer.rule)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    told = troubled(place, answer.expected)
    assert struck.struck
    assert answer.told in told.text
    own = tuple(place.sandbox.ready()["services"].values())
    assert [url for url in called if not url.startswith(own)] == []
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 150_000, "kB"
