"""CreateMultiple, UpdateMultiple, UpsertMultiple, DeleteMultiple, BulkDelete, `$batch`."""

from __future__ import annotations

import uuid
from typing import Any

import requests

from .conftest import Api, code

SPACE = "Microsoft.Dynamics.CRM"


def multiple(
    api: Api, action: str, *targets: dict[str, Any], typed: bool = True
) -> requests.Response:
    kind = {"@odata.type": f"{SPACE}.account"} if typed else {}
    return api.post(f"accounts/{SPACE}.{action}", {"Targets": [kind | t for t in targets]})


def test_bulk_creates_answer_ids_in_order_or_nothing_at_all(api: Api) -> None:
    before = api.sandbox.dataverse.count("account")
    made = multiple(api, "CreateMultiple", {"name": "b1"}, {"name": "b2"})
    ids = made.json()["Ids"]
    assert [api.get(f"accounts({i})?$select=name")["name"] for i in ids] == ["b1", "b2"]
    refused = multiple(api, "CreateMultiple", {"name": "b3"}, {"name": "x" * 200})
    assert (refused.status_code, code(refused)) == (400, "0x80044331")
    assert api.sandbox.dataverse.count("account") == before + 2
    assert multiple(api, "CreateMultiple", {"name": "b4"}, typed=False).status_code == 400


def test_bulk_updates_and_upserts(api: Api) -> None:
    one, two = multiple(api, "CreateMultiple", {"name": "u1"}, {"name": "u2"}).json()["Ids"]
    done = multiple(
        api, "UpdateMultiple", {"accountid": one, "name": "v1"}, {"accountid": two, "name": "v2"}
    )
    assert (done.status_code, done.text) == (204, "")
    missing = multiple(
        api, "UpdateMultiple", {"accountid": one, "name": "w"}, {"accountid": str(uuid.uuid4())}
    )
    assert missing.status_code == 404
    assert api.get(f"accounts({one})?$select=name")["name"] == "v1"
    fresh = str(uuid.uuid4())
    keyed = "accounts(opp_externalid='bulk-1')"
    for name in ("first", "second"):
        done = multiple(
            api,
            "UpsertMultiple",
            {"accountid": fresh, "name": name},
            {"@odata.id": keyed, "name": name},
        )
        assert done.status_code == 204
        assert api.get(f"accounts({fresh})?$select=name")["name"] == name
        assert api.get(f"{keyed}?$select=name")["name"] == name


def test_an_upsert_must_not_repeat_its_key_in_the_body(api: Api) -> None:
    target = {"@odata.id": "accounts(opp_externalid='bulk-2')", "opp_externalid": "bulk-2"}
    assert code(multiple(api, "UpsertMultiple", target)) == "0x80040216"


def test_standard_tables_do_not_delete_many(api: Api) -> None:
    row = api.new("accounts", {"name": "d"})
    refused = multiple(api, "DeleteMultiple", {"accountid": row})
    assert refused.status_code == 501
    query = {
        "EntityName": "account",
        "Criteria": {
            "Conditions": [{"AttributeName": "accountid", "Operator": "In", "Values": [row]}]
        },
    }
    assert "JobId" in api.post("BulkDelete", {"QuerySet": [query]}).json()
    assert api.call("GET", f"accounts({row})").status_code == 404


def test_which_messages_a_table_takes_can_be_asked(api: Api) -> None:
    query = "sdkmessagefilters?$select=sdkmessagefilterid&$filter=sdkmessageid/name eq '{}' and primaryobjecttypecode eq '{}'"
    assert api.get(query.format("UpsertMultiple", "account"))["value"]
    assert not api.get(query.format("DeleteMultiple", "account"))["value"]


def batch(api: Api, *parts: str, prefer: str = "") -> requests.Response:
    body = "".join(f"--b\r\n{part}\r\n" for part in parts) + "--b--\r\n"
    headers = {"Content-Type": 'multipart/mixed; boundary="b"', "Prefer": prefer}
    return api.session.post(f"{api.root}/$batch", data=body.encode(), headers=headers)


def part(request: str, body: str = "", content_id: int | None = None, headers: str = "") -> str:
    head = "Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n"
    if content_id is not None:
        head += f"Content-ID: {content_id}\r\n"
    return (
        f"{head}\r\n{request} HTTP/1.1\r\nContent-Type: application/json\r\n{headers}\r\n{body}\r\n"
    )


def change_set(*parts: str) -> str:
    inside = "".join(f"--c\r\n{p}\r\n" for p in parts) + "--c--\r\n"
    return f"Content-Type: multipart/mixed; boundary=c\r\n\r\n{inside}"


def statuses(answer: requests.Response) -> list[int]:
    return [int(line[9:12]) for line in answer.text.splitlines() if line.startswith("HTTP/1.1 ")]


def test_a_batch_stops_at_its_first_failure(api: Api) -> None:
    parts = [
        part("POST /api/data/v9.2/accounts", '{"name":"batch 1"}'),
        part("POST /api/data/v9.2/accounts", '{"nosuch":1}'),
        part("POST /api/data/v9.2/accounts", '{"name":"batch 2"}'),
    ]
    stopped = batch(api, *parts)
    assert (stopped.status_code, statuses(stopped)) == (400, [204, 400])
    went_on = batch(api, *parts, prefer="odata.continue-on-error")
    assert (went_on.status_code, statuses(went_on)) == (200, [204, 400, 204])
    found = api.get("accounts?$select=name&$filter=startswith(name,'batch ')&$orderby=name")
    assert [row["name"] for row in found["value"]] == ["batch 1", "batch 1", "batch 2"]


def test_a_change_set_is_one_transaction_with_references(api: Api) -> None:
    good = change_set(
        part("POST /api/data/v9.2/accounts", '{"name":"set parent"}', 1),
        part(
            "POST /api/data/v9.2/contacts",
            '{"lastname":"set","parentcustomerid_account@odata.bind":"$1"}',
            2,
        ),
        part("PUT $1/primarycontactid/$ref", '{"@odata.id":"$2"}', 3),
        part("PATCH $1", '{"telephone1":"1"}', 4, "If-Match: *\r\n"),
    )
    done = batch(api, good)
    assert (done.status_code, statuses(done)) == (200, [204, 204, 204, 204])
    row = api.get(
        "accounts?$filter=name eq 'set parent'&$expand=primarycontactid($select=lastname)"
    )["value"][0]
    assert (row["telephone1"], row["primarycontactid"]["lastname"]) == ("1", "set")
    bad = change_set(
        part("POST /api/data/v9.2/accounts", '{"name":"set undone"}', 1),
        part("PATCH $1", '{"nosuch":1}', 2),
    )
    undone = batch(api, bad)
    assert (undone.status_code, statuses(undone)) == (400, [400])
    assert "Content-ID: 2" in undone.text
    assert not api.get("accounts?$filter=name eq 'set undone'")["value"]
    forward = batch(api, change_set(part("PATCH $7", "{}", 1)))
    assert "Content-ID Reference: '$7' does not exist in the batch context." in forward.text


def test_a_batch_reads_too_and_counts_its_writes(api: Api) -> None:
    api.sandbox.counters.reset()
    answer = batch(api, part("GET accounts?$select=name&$top=1"), part(f"GET {api.root}/WhoAmI"))
    assert statuses(answer) == [200, 200]
    assert api.sandbox.counters.writes("dataverse") == 0
    batch(api, part("POST accounts", '{"name":"counted"}'))
    assert api.sandbox.counters.writes("dataverse") == 1


def test_a_batch_that_cannot_be_read_is_plain_json(api: Api) -> None:
    answer = api.session.post(
        f"{api.root}/$batch", data=b"x", headers={"Content-Type": "text/plain"}
    )
    assert answer.status_code == 400
    assert "error" in answer.json()
    nested = batch(api, part("POST /api/data/v9.2/$batch"))
    assert statuses(nested) == [400]
    many = batch(api, *[part("GET accounts?$top=1")] * 1001)
    assert many.status_code == 400
    assert "1001" in many.json()["error"]["message"]
