"""The small CRM behind HTTPS answers what the desk answers, to those who hold the token."""

from __future__ import annotations

import json

import pytest
import requests

from oppbridge.kit import NORTH, FakeCrm, served


@pytest.fixture
def crm() -> FakeCrm:
    return FakeCrm(NORTH)


@pytest.fixture
def ask(crm: FakeCrm):
    with served(crm, "open sesame") as at, requests.Session() as session:
        session.verify, session.trust_env = str(at.ca_file), False
        session.headers["Authorization"] = "Bearer open sesame"

        def call(verb: str, path: str, body: object = None, **headers: str):
            content = json.dumps(body or {})
            return session.request(verb, f"{at.url}/{path}", data=content, headers=headers)

        yield call


def test_strangers_are_turned_away(ask, crm: FakeCrm) -> None:
    answer = ask("POST", "companies/", {"id": "c1", "set": {}}, Authorization="Bearer guess")
    assert answer.status_code == 401
    assert crm.calls == 0


def test_rows_are_made_changed_read_and_deleted(ask) -> None:
    made = ask("POST", "companies/", {"id": "c 1", "set": {"title": "Söhne"}}).json()
    assert (made["row"]["title"], made["existed"]) == ("Söhne", False)
    old = ask("PATCH", "companies/c%201", {"set": {"town": "Kiel"}}, **{"If-Match": "1"}).json()
    assert old["row"]["rev"] == 2
    assert ask("DELETE", "companies/c%201", **{"If-Match": "1"}).status_code == 412
    rows = ask("POST", "companies/rows", {"column": "town", "values": ["Kiel"]}).json()
    assert rows == ask("POST", "companies/rows", {"ids": ["c 1"]}).json()
    assert rows["items"] == [old["row"]]
    assert ask("DELETE", "companies/c%201").status_code == 200
    feed = ask("POST", "companies/feed", {"after": None, "limit": 5}).json()
    assert [item.get("gone") for item in feed["items"]] == [True]


def test_columns_are_described(ask) -> None:
    found = ask("POST", "deals/columns").json()
    assert found["columns"]["title"]["required"]
    assert found["collections"]["lines"]["columns"]["count"]["precision"] == 3


def test_refusals_are_told_with_status_code_and_reason(ask, crm: FakeCrm) -> None:
    answer = ask("POST", "companies/", {"id": "c1", "set": {"title": "REFUSE ME"}})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "refused")
    crm.faults.refuse(429)
    assert ask("POST", "companies/rows", {"ids": []}).headers["Retry-After"] == "7"


def test_a_lost_answer_is_a_broken_line(ask, crm: FakeCrm) -> None:
    crm.faults.lose_answer()
    with pytest.raises(requests.ConnectionError):
        ask("POST", "companies/", {"id": "c1", "set": {"title": "Acme"}})
    assert [row["id"] for row in crm.rows("companies")] == ["c1"]
