"""Ports, TLS, faults, limits, counters and the control endpoint, over the wire."""

from __future__ import annotations

import threading
import time

import pytest
import requests

from oppbridge.sandbox import Sandbox


def test_it_starts_in_under_two_seconds() -> None:
    began = time.perf_counter()
    Sandbox.start().stop()
    assert time.perf_counter() - began < 2


def test_a_client_without_the_ca_is_refused(sandbox: Sandbox) -> None:
    with requests.Session() as stranger:
        stranger.trust_env = False
        with pytest.raises(requests.exceptions.SSLError):
            stranger.get(sandbox.url("inventory"))


@pytest.mark.parametrize("kind", ["reset_before", "lost_answer", "reset_in_body", "truncated"])
def test_a_cut_connection_is_seen_once(
    sandbox: Sandbox, session: requests.Session, kind: str
) -> None:
    url = sandbox.url("dataverse") + "/api/data/v9.2/accounts"
    sandbox.faults.add(kind, service="dataverse")
    with pytest.raises(requests.exceptions.RequestException):
        session.get(url)
    session.get(url)


def test_faults_are_added_over_the_wire_and_strike_what_they_name(
    sandbox: Sandbox, session: requests.Session
) -> None:
    base = sandbox.url("dataverse")
    rule = {
        "kind": "html",
        "status": 502,
        "method": "POST",
        "path": "accounts$",
        "times": 2,
        "skip": 1,
    }
    assert session.post(f"{base}/_sandbox/faults/add", json=rule).status_code == 200
    codes = [session.post(f"{base}/accounts").status_code for _ in range(4)]
    assert [code == 502 for code in codes] == [False, True, True, False]
    assert session.get(f"{base}/_sandbox/faults").json()[0]["struck"] == 2
    assert (
        session.post(f"{base}/_sandbox/faults/add", json={"kind": "html", "statsu": 1}).status_code
        == 400
    )


def test_a_fault_strikes_each_so_many_th_request(
    sandbox: Sandbox, session: requests.Session
) -> None:
    sandbox.faults.add("status", status=500, every=3, times=None)
    url = sandbox.url("scm") + "/data/X"
    codes = [session.get(url).status_code for _ in range(7)]
    assert [code == 500 for code in codes] == [False, False, True, False, False, True, False]


def test_faults_by_chance_repeat_with_their_seed(
    sandbox: Sandbox, session: requests.Session
) -> None:
    runs = []
    for _ in range(2):
        sandbox.faults.clear()
        sandbox.faults.add("status", status=500, probability=0.5, seed=7, times=None)
        runs.append(
            [session.get(sandbox.url("scm") + "/data/X").status_code == 500 for _ in range(20)]
        )
    assert runs[0] == runs[1]
    assert 0 < sum(runs[0]) < 20


def test_too_many_requests_are_refused_for_longer_when_ignored(
    sandbox: Sandbox, session: requests.Session
) -> None:
    sandbox.limit("dataverse", requests=5)
    url = sandbox.url("dataverse") + "/api/data/v9.2/accounts"
    codes = [session.get(url).status_code for _ in range(5)]
    assert 429 not in codes
    waits = []
    for _ in range(4):
        refused = session.get(url)
        assert refused.status_code == 429
        waits.append(int(refused.headers["Retry-After"]))
    assert waits == sorted(waits)
    assert waits[-1] > waits[0]
    sandbox.clock.move(waits[-1] + 1)
    assert session.get(url).status_code != 429


def test_too_many_at_once_are_refused_at_once(sandbox: Sandbox, session: requests.Session) -> None:
    sandbox.limit("dataverse", concurrent=2)
    sandbox.faults.add("latency", delay=0.5, times=2)
    url = sandbox.url("dataverse") + "/api/data/v9.2/accounts"
    slow = [
        threading.Thread(target=requests.get, args=(url,), kwargs={"verify": str(sandbox.ca_file)})
        for _ in range(2)
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("REQUESTS_CA_BUNDLE", raising=False)
        for thread in slow:
            thread.start()
        time.sleep(0.2)
        refused = session.get(url)
        for thread in slow:
            thread.join()
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) >= 1


def test_calls_and_writes_are_counted_per_service(
    sandbox: Sandbox, session: requests.Session
) -> None:
    base = sandbox.url("dataverse")
    session.get(f"{base}/a")
    session.post(f"{base}/b")
    assert (sandbox.counters.requests("dataverse"), sandbox.counters.writes("dataverse")) == (2, 1)
    assert session.get(f"{base}/_sandbox/counters").json()["dataverse"]["requests"] == 2
    session.post(f"{base}/_sandbox/counters/reset")
    assert sandbox.counters.requests("dataverse") == 0


def test_a_fault_may_redirect_or_dawdle(sandbox: Sandbox, session: requests.Session) -> None:
    url = sandbox.url("dataverse") + "/api/data/v9.2/accounts"
    away = {"Location": "https://elsewhere.example/"}
    sandbox.faults.add("status", status=302, headers=away)
    answer = session.get(url, allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (302, away["Location"])
    session.headers["Authorization"] = "Bearer x"
    whole = session.get(url).content
    sandbox.faults.add("slow_body", delay=0.3)
    began = time.perf_counter()
    assert session.get(url).content == whole
    assert time.perf_counter() - began > 0.25
    sandbox.faults.add("lost_answer", delay=5)
    with pytest.raises(requests.exceptions.ReadTimeout):
        session.get(url, timeout=0.2)
