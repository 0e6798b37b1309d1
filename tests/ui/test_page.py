"""The page alone: who gets in, what it shows and does, and what a browser makes of it."""

import re
import shutil
import subprocess

import pytest
import requests

from oppbridge.bridge import Bridge
from oppbridge.sandbox import Sandbox
from oppbridge.sandbox.generate import generate_company
from tests.chaos import people
from tests.chaos.place import TINY
from tests.docs.worlds import DEMO

from .served import Served

pytestmark = [pytest.mark.integration, pytest.mark.xdist_group("page")]
FLOW = "quote-to-cash"
EVIL = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox.start() as found:
        found.limit("dataverse", factor=1000)
        generate_company(found, 7, TINY)
        yield found


@pytest.fixture(scope="module")
def page(sandbox, tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    config = folder / "oppbridge.yaml"
    text = DEMO.read_text(encoding="utf-8").format(**sandbox.ready())
    config.write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DEMO_SECRET", sandbox.ready()["client_secret"])
        with Bridge.open(config) as bridge:
            bridge.run(FLOW)
        config.write_text(text + "    gates: [{use: amount, limit: 1 USD}]\n", encoding="utf-8")
        patch.setattr(people, "CUSTOMER", sandbox.dataverse.rows("account")[0]["name"])
        people.add_quote(sandbox, EVIL)
        people.add_quote(sandbox, "Ropes")
        with Bridge.open(config) as bridge:
            bridge.run(FLOW)
        found = Served(config)
        yield found
        found.stop()


def held(page):
    with Bridge.open(page.config) as bridge:
        return {one.name: one.id for one in bridge.held(FLOW)}


def test_nobody_gets_in_without_the_key(page):
    with requests.Session() as stranger:
        stranger.trust_env = False
        for path in ("/", "/held", "/style.css", "/runs/1"):
            assert stranger.get(page.base + path, timeout=30).status_code == 401
        assert stranger.get(f"{page.base}/?token=wrong", timeout=30).status_code == 401
        assert stranger.post(f"{page.base}/held", timeout=30).status_code == 401


def test_a_foreign_name_for_this_machine_is_refused(page):
    answer = page.session.get(page.base, headers={"Host": "evil.example"}, timeout=30)
    assert answer.status_code == 400


def test_a_form_of_another_site_is_refused(page):
    id = next(iter(held(page).values()))
    for origin in ("https://evil.example", "null"):
        answer = page.post("/held", origin=origin, id=id, what="approve")
        assert answer.status_code == 403
    assert id in held(page).values()


def test_what_systems_hold_is_text_and_no_markup(page):
    shown = page.get("/held").text
    assert EVIL not in shown
    assert "&lt;script&gt;" in shown
    said = page.get(f"/held?said={EVIL}").text
    assert EVIL not in said
    policy = page.get("/").headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")


def test_every_page_leads_on(page):
    found = {"/"}
    seen = set()
    while todo := sorted(found - seen):
        path = todo[0]
        seen.add(path)
        answer = page.get(path)
        assert answer.status_code == 200, (path, answer.text)
        links = re.findall(r'href="(/[^"#]*)"', answer.text)
        found |= {link.replace("&amp;", "&") for link in links}
    assert {"/", "/held", "/dead", "/record", "/style.css", f"/flows/{FLOW}"} <= seen
    assert any(path.startswith("/runs/") for path in seen)
    assert any(path.startswith("/record?") for path in seen)


def test_answers_are_stored_under_the_name_of_who_gave_them(page):
    waiting = held(page)
    answer = page.post("/held", id=waiting["Ropes"], what="approve", flow=FLOW)
    assert "1 approved" in answer.text
    assert "Ropes" not in held(page)
    refused = page.post("/held", id=waiting[EVIL], what="refuse", flow=FLOW)
    assert "1 refused" in refused.text
    assert held(page) == {}


@pytest.mark.parametrize(
    ("path", "form", "told"),
    [
        ("/held", {"what": "approve"}, "nothing was chosen"),
        ("/held", {"id": "999999", "what": "approve"}, "999999"),
        ("/held", {"id": "1", "what": "burn"}, "no answer"),
        ("/dead", {"id": "1", "what": "retry"}, "1"),
    ],
)
def test_what_cannot_be_done_is_said(page, path, form, told):
    answer = page.post(path, **form)
    assert (answer.status_code, told in answer.text) == (409, True)


def test_what_is_not_there_is_said(page):
    assert page.get("/runs/4711").status_code == 409
    assert page.get("/flows/nothing").status_code == 409
    assert page.get("/record?system=sales&key=nothing").status_code == 409


@pytest.mark.skipif(shutil.which("chromium") is None, reason="Chromium is not installed")
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_a_browser_shows_it_and_asks_nobody_else(page, tmp_path, colours):
    shot = tmp_path / "shot.png"
    dark = ["--force-dark-mode", "--blink-settings=preferredColorScheme=0"]
    done = subprocess.run(
        ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
         "--no-first-run", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", f"--user-data-dir={tmp_path / 'profile'}", "--window-size=1200,900",
         *(dark if colours == "dark" else []), "--dump-dom", f"--screenshot={shot}",
         f"{page.base}/?token={page.key.text}"],
        capture_output=True, text=True, timeout=90, check=False,
    )  # fmt: skip
    assert FLOW in done.stdout, done.stderr
    assert shot.exists() or done.returncode == 0
