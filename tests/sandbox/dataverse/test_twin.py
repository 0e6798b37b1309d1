"""Who calls, which headers come back, what survives a restart, how trouble is worded."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from oppbridge.sandbox import Sandbox
from oppbridge.sandbox.dataverse import Settings
from oppbridge.sandbox.dataverse.seed import APPLICATION_USER, PERSON, stock_id

from .conftest import Api, code


def test_every_answer_carries_the_services_headers(api: Api) -> None:
    headers = api.call("GET", "WhoAmI").headers
    assert headers["OData-Version"] == "4.0"
    assert headers["Content-Type"].startswith("application/json; odata.metadata=minimal")
    assert int(headers["x-ms-dop-hint"]) > 0
    assert int(headers["x-ms-ratelimit-burst-remaining-xrm-requests"]) > 0
    assert "x-ms-service-request-id" in headers
    assert "ARRAffinity" in headers["Set-Cookie"]


def test_who_am_i_is_the_application_user(api: Api) -> None:
    for form in ("WhoAmI", "WhoAmI()"):
        assert api.get(form)["UserId"] == APPLICATION_USER
    assert api.get("RetrieveVersion()")["Version"].startswith("9.2")


def test_no_token_no_answer(api: Api) -> None:
    answer = api.session.get(f"{api.root}/WhoAmI", headers={"Authorization": ""})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer authorization_uri=")


@pytest.mark.parametrize(
    "headers", [{"CallerObjectId": stock_id("object:person")}, {"MSCRMCallerID": PERSON}]
)
def test_impersonation_is_written_on_the_row(api: Api, headers: dict[str, str]) -> None:
    made = api.session.post(f"{api.root}/accounts", json={"name": "a"}, headers=headers)
    row = api.get(made.headers["OData-EntityId"])
    assert (row["_createdby_value"], row["_createdonbehalfby_value"]) == (PERSON, APPLICATION_USER)
    api.sandbox.dataverse.settings.assumptions.impersonation_allowed = False
    refused = api.session.get(f"{api.root}/WhoAmI", headers=headers)
    api.sandbox.dataverse.settings.assumptions.impersonation_allowed = True
    assert (refused.status_code, code(refused)) == (403, "0x8004a110")


def test_throttling_speaks_in_three_codes(api: Api) -> None:
    sandbox = api.sandbox
    try:
        sandbox.limit("dataverse", requests=1)
        api.call("GET", "WhoAmI")
        assert code(api.call("GET", "WhoAmI")) == "0x80072322"
        sandbox.limit("dataverse", execution=0.000001)
        api.call("GET", "WhoAmI")
        refused = api.call("GET", "WhoAmI")
        assert code(refused) == "0x80072321"
        assert int(refused.headers["Retry-After"]) > 200
    finally:
        sandbox.limit("dataverse")


def test_trouble_comes_in_the_services_form(api: Api) -> None:
    faults = api.sandbox.faults
    deadlock = "Generic SQL error. Sql Number: 1205"
    faults.add("status", service="dataverse", status=500, code="0x80044150", message=deadlock)
    answer = api.call("GET", "WhoAmI")
    assert (answer.status_code, code(answer)) == (500, "0x80044150")
    faults.add("expired_token", service="dataverse")
    assert api.call("GET", "WhoAmI").status_code == 401
    faults.add("html", service="dataverse", status=502)
    assert api.call("GET", "WhoAmI").headers["Content-Type"] == "text/html"
    details = api.call("GET", "accounts?$skip=1", Prefer='odata.include-annotations="*"').json()[
        "error"
    ]
    assert "@Microsoft.PowerApps.CDS.HelpLink" in details


def test_a_lost_answer_was_done(api: Api) -> None:
    api.sandbox.faults.add("lost_answer", service="dataverse", method="POST", path="accounts$")
    with pytest.raises(requests.exceptions.ConnectionError):
        api.post("accounts", {"name": "lost but done"})
    assert len(api.get("accounts?$filter=name eq 'lost but done'")["value"]) == 1


def test_a_late_write_is_older_than_what_was_seen_meanwhile(api: Api) -> None:
    import threading

    rows = [api.new("accounts", {"name": "n"}) for _ in range(2)]
    api.sandbox.faults.add("late_commit", service="dataverse", method="PATCH", delay=0.4, times=1)
    with requests.Session() as other:
        other.trust_env = False
        other.verify = str(api.sandbox.ca_file)
        url = f"{api.root}/accounts({rows[0]})"
        token = {"Authorization": "Bearer x"}
        late = threading.Thread(
            target=lambda: other.patch(url, json={"name": "late"}, headers=token)
        )
        late.start()
        time.sleep(0.15)
        api.sandbox.clock.move(10)
        assert api.get(f"accounts({rows[0]})")["name"] == "n"
        api.patch(f"accounts({rows[1]})", {"name": "meanwhile"})
        late.join()
    first, second = (api.get(f"accounts({row})") for row in rows)
    assert first["name"] == "late"
    assert first["versionnumber"] < second["versionnumber"]
    assert first["modifiedon"] < second["modifiedon"]


def test_strict_tokens_must_be_the_login_twins_own(tmp_path: Path) -> None:
    with (
        Sandbox.start(dataverse=Settings(strict_tokens=True)) as sandbox,
        requests.Session() as session,
    ):
        session.trust_env = False
        session.verify = str(sandbox.ca_file)
        base = sandbox.url("dataverse")
        url = f"{base}/api/data/v9.2/WhoAmI"

        def ask(token: str) -> int:
            return session.get(url, headers={"Authorization": f"Bearer {token}"}).status_code

        tokens, client = sandbox.world.tokens, sandbox.world.identity.client_id
        assert ask("anything") == 401
        good = tokens.issue(client, base)
        assert ask(good) == 200
        assert ask(tokens.issue(client, "https://elsewhere.example")) == 401
        assert ask(tokens.issue("somebody-else", base)) == 403
        sandbox.clock.move(3600)
        assert ask(good) == 401


def test_rows_and_versions_survive_a_kill(tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    state = tmp_path / "state"
    command = [
        sys.executable,
        "-m",
        "oppbridge.sandbox",
        "serve",
        "--state",
        str(state),
        "--ready",
        str(ready),
    ]
    versions, names = [], []
    for number in range(2):
        process = subprocess.Popen(command)
        try:
            deadline = time.monotonic() + 20
            while not ready.exists() and time.monotonic() < deadline:
                time.sleep(0.02)
            facts = json.loads(ready.read_text())
            with requests.Session() as session:
                session.trust_env = False
                session.verify = facts["ca_file"]
                session.headers["Authorization"] = "Bearer x"
                root = facts["services"]["dataverse"] + "/api/data/v9.2"
                row = session.post(
                    f"{root}/accounts",
                    json={"name": f"n{number}"},
                    headers={"Prefer": "return=representation"},
                ).json()
                versions.append(row["versionnumber"])
                names = [
                    r["name"]
                    for r in session.get(f"{root}/accounts?$select=name&$orderby=name").json()[
                        "value"
                    ]
                ]
        finally:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            ready.unlink(missing_ok=True)
    assert names == ["n0", "n1"]
    assert versions[0] < versions[1]


def test_a_person_edits_through_the_same_rules(api: Api) -> None:
    twin = api.sandbox.dataverse
    deal = twin.put("opportunities", {"name": "by hand", "estimatedvalue": 5})
    row = twin.row("opportunity", deal)
    assert row["_modifiedby_value"] == PERSON
    twin.edit("opportunity", deal, {"name": "by hand 2"})
    assert api.get(f"opportunities({deal})")["name"] == "by hand 2"
    twin.delete("opportunity", deal)
    assert api.call("GET", f"opportunities({deal})").status_code == 404


def test_another_process_plays_a_person_over_the_control_endpoint(api: Api) -> None:
    control = api.sandbox.url("dataverse") + "/_sandbox"

    def ask(name: str, **body: object) -> requests.Response:
        return api.session.post(f"{control}/{name}", json=body)

    row = ask("put", table="account", row={"name": "by control", "creditlimit": 1.5}).json()["id"]
    assert ask("edit", table="account", id=row, values={"name": "changed"}).status_code == 200
    found = [r for r in ask("rows", table="account").json() if r["accountid"] == row]
    assert (found[0]["name"], found[0]["creditlimit"]) == ("changed", "1.5000")
    refused = ask("edit", table="account", id=row, values={"name": "x" * 200})
    assert (refused.status_code, "0x80044331" in refused.text) == (400, True)
    assert ask("delete", table="account", id=row).status_code == 200
    assert api.call("GET", f"accounts({row})").status_code == 404
    assert ask("nosuch").status_code == 404
    assert ask("assumptions", nosuch=True).status_code == 400
    assert ask("assumptions", impersonation_allowed=True).status_code == 200
