"""A real Airflow: what an operator does to it, what a kill does to it, and what stands at the end."""

import json
import time
import uuid
from datetime import datetime

import pytest

from tests.chaos import oracles, people

from .ground import KEY
from .living import living

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]
FLOW = "quote-to-cash"
SYNC, APPROVE = f"oppbridge_sync__{FLOW}", f"oppbridge_approve__{FLOW}"


@pytest.fixture(scope="module")
def airflow(ground):
    with living(ground, SYNC, APPROVE) as found:
        found.run_of(SYNC, found.trigger(SYNC))
        ground.configure(gates="    gates: [{use: amount, limit: 1 USD}]\n")
        yield found
    ground.configure()


@pytest.fixture
def sandbox(airflow):
    yield airflow.ground.sandbox
    airflow.ground.sandbox.faults.clear()


@pytest.fixture
def company(sandbox, monkeypatch):
    """Somebody who is a customer in both systems, to give quotes to."""
    name = sandbox.dataverse.rows("account")[0]["name"]
    monkeypatch.setattr(people, "CUSTOMER", name)
    return sandbox


def synced(airflow):
    run = airflow.trigger(SYNC)
    assert airflow.run_of(SYNC, run)["state"] == "success", airflow.states(SYNC, run)
    return run


def wrote(airflow, run):
    told = [airflow.returned(SYNC, run, task) for task in airflow.states(SYNC, run)]
    return sum(one["created"] + one["updated"] + one["deleted"] for one in told)


def rename(sandbox, name):
    one = sandbox.dataverse.rows("account")[0]
    sandbox.dataverse.edit("account", one["accountid"], {"telephone1": name})


def phones(sandbox):
    return sorted(str(row["PrimaryContactPhone"]) for row in sandbox.scm.rows("CustomersV3"))


def test_a_task_cleared_and_tried_again_writes_nothing_twice(airflow, sandbox):
    rename(sandbox, "+1 555 0101")
    run = synced(airflow)
    assert "+1 555 0101" in phones(sandbox)
    rows = sandbox.counters.rows_written("scm")
    body = {"dry_run": False, "dag_run_id": run, "only_failed": False, "reset_dag_runs": True}
    answer = airflow.call("POST", f"/api/v2/dags/{SYNC}/clearTaskInstances", json=body)
    assert answer.status_code == 200, answer.text
    assert airflow.run_of(SYNC, run)["state"] == "success"
    assert sandbox.counters.rows_written("scm") == rows


def test_a_held_quote_is_asked_about_approved_over_rest_and_sent(airflow, company):
    people.add_quote(company, "Ropes for the harbour")
    synced(airflow)
    [asked] = airflow.until(lambda: _open(airflow), 60, "somebody is asked")
    assert "create quote" in asked["body"]
    assert "Ropes" not in json.dumps(asked), "no value of a record is in Airflow's database"
    where = _answer(asked)
    refused = airflow.call("PATCH", where, "eve", json={"chosen_options": ["Approve"]})
    assert refused.status_code == 403
    before = _runs(airflow)
    run = asked["task_instance"]["dag_run_id"]
    airflow.until(lambda: _answered(airflow, run), 120, "the answer is taken")
    told = airflow.returned(APPROVE, run, "ask")
    assert (told["answer"], told["left"]) == ("Approve", 0)
    airflow.until(lambda: _runs(airflow) > before and _rested(airflow), 60, "a sync follows")
    assert oracles.differences(company) == []
    trail = airflow.ground.folder / "oppbridge.db"
    assert trail.exists()


def test_the_page_asks_who_looks(airflow):
    assert airflow.session.get(f"{airflow.base}/oppbridge/", timeout=60).status_code == 401
    shown = airflow.call("GET", "/oppbridge/")
    assert (shown.status_code, FLOW in shown.text) == (200, True)
    home = {"Origin": airflow.base}
    looking = airflow.call("POST", "/oppbridge/dead", "eve", data={"id": "1"}, headers=home)
    assert looking.status_code == 403
    elsewhere = {"Origin": "https://elsewhere.example"}
    forged = airflow.call("POST", "/oppbridge/dead", "boss", data={"id": "1"}, headers=elsewhere)
    assert forged.status_code == 403
    told = airflow.call("POST", "/oppbridge/dead", "boss", data={"what": "retry"}, headers=home)
    assert (told.status_code, "nothing was chosen" in told.text) == (409, True)


def event(**more):
    told = {"OperationCreatedOn": f"/Date({int(time.time() * 1000)})/", "MessageName": "Update"}
    return told | {"OperationId": str(uuid.uuid4()), "PrimaryEntityName": "account"} | more


def test_an_event_starts_a_sync_at_once_and_is_taken_once(airflow, sandbox):
    place = f"{airflow.base}/oppbridge/inbox/sales"
    one = event()
    assert airflow.session.post(place, json=one, timeout=60).status_code == 401
    before = _runs(airflow)
    began = time.monotonic()
    taken = airflow.session.post(place, params={"code": KEY}, json=one, timeout=60)
    assert (taken.status_code, taken.json()) == (202, {"look": [FLOW]})
    airflow.until(lambda: _runs(airflow) > before, 30, "a sync starts")
    print(f"a sync was there {time.monotonic() - began:.1f} s after the event")
    again = airflow.session.post(place, params={"code": KEY}, json=one, timeout=60)
    assert again.status_code == 409
    old = event(OperationCreatedOn="/Date(1700000000000)/")
    assert (
        airflow.session.post(place, params={"code": KEY}, json=old, timeout=60).status_code == 409
    )
    nowhere = f"{airflow.base}/oppbridge/inbox/scm"
    assert (
        airflow.session.post(nowhere, params={"code": KEY}, json=event(), timeout=60).status_code
        == 404
    )
    airflow.until(lambda: _rested(airflow), 90, "it ends")


def test_a_service_that_says_later_is_asked_again_just_then(airflow, sandbox):
    struck = sandbox.faults.add(
        service="dataverse", kind="throttle", path="/accounts", retry_after="14", times=1
    )
    run = synced(airflow)
    assert struck.struck
    tries = airflow.ask(f"/dags/{SYNC}/dagRuns/{run}/taskInstances/observe_sales/tries")
    first, second = tries["task_instances"]
    waited = (_moment(second["start_date"]) - _moment(first["end_date"])).total_seconds()
    assert second["state"] == "success"
    assert 13 <= waited < 40


def test_a_worker_killed_while_it_sends_doubles_and_loses_nothing(airflow, company):
    account = {"name": "Killed Kites", "telephone1": "+1 555 0199", **people.currency("USD")}
    company.dataverse.put("account", account)
    slow = company.faults.add(
        service="scm", kind="slow_body", method="POST", path="batch|CustomersV3", delay=6, times=1
    )
    run = airflow.trigger(SYNC)
    airflow.until(lambda: slow.struck, 90, "a write is under way")
    airflow.kill_task(SYNC, run, "deliver_scm")
    assert airflow.run_of(SYNC, run, 240)["state"] == "success", airflow.logs()
    tries = airflow.ask(f"/dags/{SYNC}/dagRuns/{run}/taskInstances/deliver_scm/tries")
    assert len(tries["task_instances"]) >= 2
    assert oracles.differences(company) == []


def test_a_scheduler_killed_in_the_middle_is_taken_up(airflow, sandbox):
    rename(sandbox, "+1 555 0102")
    run = airflow.trigger(SYNC)
    airflow.until(lambda: "running" in airflow.states(SYNC, run).values(), 60, "it runs")
    airflow.kill("scheduler")
    airflow.launch("scheduler", "-s")
    assert airflow.run_of(SYNC, run, 240)["state"] == "success", airflow.logs()
    assert oracles.differences(sandbox) == []
    assert "+1 555 0102" in phones(sandbox)


def _open(airflow):
    told = airflow.ask("/dags/~/dagRuns/~/hitlDetails?response_received=false")
    return told["hitl_details"]


def _answer(asked):
    task = asked["task_instance"]
    at = f"{task['dag_run_id']}/taskInstances/{task['task_id']}/{task['map_index']}"
    return f"/api/v2/dags/{task['dag_id']}/dagRuns/{at}/hitlDetails"


def _answered(airflow, run):
    """Answer whenever asked: Airflow may lose an answer that comes as the request is parked."""
    for one in _open(airflow):
        time.sleep(2)
        given = {"chosen_options": ["Approve"]}
        taken = airflow.call("PATCH", _answer(one), "boss", json=given)
        assert taken.status_code == 200, taken.text
    return airflow.ask(f"/dags/{APPROVE}/dagRuns/{run}")["state"] == "success"


def _runs(airflow):
    return airflow.ask(f"/dags/{SYNC}/dagRuns")["total_entries"]


def _rested(airflow):
    runs = airflow.ask(f"/dags/{SYNC}/dagRuns?limit=100")["dag_runs"]
    return all(one["state"] in ("success", "failed") for one in runs)


def _moment(text):
    return datetime.fromisoformat(text)
