"""Rows 27 and 28: the page asks who looks and where a form comes from; an event is taken once."""

import json
import time

import pytest
import requests

from oppbridge.airflow.events import RefusedError, Seen, known, taken
from tests.ui.served import Served

from .test_output import folder


@pytest.fixture
def page(tmp_path):
    found = Served(folder(tmp_path, [(1, "Contoso", "Bern")]))
    yield found
    found.stop()


def test_row_27_the_page_lets_nobody_in_without_its_key(page):
    with requests.Session() as stranger:
        stranger.trust_env = False
        answer = stranger.get(f"{page.base}/", timeout=30)
    assert answer.status_code == 401
    assert page.get("/").status_code == 200
    assert page.base.startswith("http://127.0.0.1:")


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
def test_row_27_a_form_of_a_foreign_origin_is_refused(page, origin):
    assert page.post("/held", origin=origin, id="1", what="approve").status_code == 403


def test_row_27_it_is_neither_kept_nor_framed_nor_does_it_name_what_serves_it(page):
    told = page.get("/").headers
    assert told["Cache-Control"] == "no-store"
    assert "frame-ancestors 'self'" in told["Content-Security-Policy"]
    assert not {"server", "x-powered-by"} & {name.lower() for name in told}
    cookie = page.session.get(f"{page.base}/?token={page.key.text}", timeout=30)
    assert "httponly" in cookie.headers["Set-Cookie"].lower()
    assert "samesite=strict" in cookie.headers["Set-Cookie"].lower()


@pytest.mark.parametrize("path", ["/docs", "/openapi.json", "/redoc", "/../../etc/passwd"])
def test_row_27_it_shows_no_workings(page, path):
    assert page.get(path).status_code == 404


def event(at):
    return json.dumps({"OperationCreatedOn": f"/Date({int(at * 1000)})/"}).encode()


def test_row_28_an_event_is_refused_without_the_key_when_old_and_when_replayed():
    now, seen = time.time(), Seen()
    for headers, query in (({}, {}), ({"x-oppbridge-key": "wrong"}, {}), ({}, {"code": "wrong"})):
        with pytest.raises(RefusedError, match="key"):
            known("right", headers, query)
    with pytest.raises(RefusedError, match="not of the last"):
        taken(event(now - 3600), seen)
    taken(event(now), seen)
    with pytest.raises(RefusedError, match="taken before"):
        taken(event(now), seen)
