import json
import uuid

import pytest

from oppbridge.sandbox.odata.batch import parse_batch


def _part(number, method, url, body=None):
    head = (
        "Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n"
        f"Content-ID: {number}\r\n\r\n{method} {url} HTTP/1.1\r\n"
        "Content-Type: application/json;odata.metadata=minimal\r\n\r\n"
    )
    return head + (json.dumps(body) if body is not None else "") + "\r\n"


def _send(scm, *items):
    """Items are parts, or lists of parts for a changeset."""
    text = ""
    for item in items:
        if isinstance(item, str):
            text += f"--batch_1\r\n{item}"
            continue
        text += "--batch_1\r\nContent-Type: multipart/mixed; boundary=changeset_1\r\n\r\n"
        text += "".join(f"--changeset_1\r\n{part}" for part in item) + "--changeset_1--\r\n"
    return scm.session.post(
        f"{scm.base}/data/$batch",
        data=f"{text}--batch_1--\r\n".encode(),
        headers={"Content-Type": "multipart/mixed; boundary=batch_1"},
    )


def _statuses(answer):
    assert answer.status_code == 200, answer.text
    return [int(line.split()[1]) for line in answer.text.splitlines() if line[:9] == "HTTP/1.1 "]


def _order(scm, number, item, account, line_item=None):
    header = {
        "dataAreaId": "usmf",
        "SalesOrderNumber": number,
        "OrderingCustomerAccountNumber": account,
        "InvoiceCustomerAccountNumber": account,
    }
    line = {
        "dataAreaId": "usmf",
        "SalesOrderNumber": number,
        "ItemNumber": line_item or item,
        "OrderedSalesQuantity": 2,
    }
    return [
        _part(1, "POST", f"{scm.base}/data/SalesOrderHeadersV2", header),
        _part(2, "POST", f"{scm.base}/data/SalesOrderLines", line),
    ]


def test_header_and_lines_go_through_together_under_a_number_of_ones_own(scm):
    item, account = scm.item(), scm.customer()
    answer = _send(scm, _order(scm, "OWN-1", item, account))
    assert _statuses(answer) == [201, 201]
    assert "Content-ID: 1" in answer.text
    assert "Content-ID: 2" in answer.text
    assert scm.header("OWN-1")["SalesOrderStatus"] == "Backorder"


def test_a_failed_changeset_leaves_nothing_and_answers_once(scm):
    item, account = scm.item(), scm.customer()
    answer = _send(scm, _order(scm, "OWN-2", item, account, line_item="none"))
    assert _statuses(answer) == [400]
    key = "SalesOrderHeadersV2(dataAreaId='usmf',SalesOrderNumber='OWN-2')"
    assert scm.get(key).status_code == 404


def test_requests_outside_a_changeset_are_independent(scm):
    account = scm.customer()
    url = f"{scm.base}/data/CustomersV3(dataAreaId='usmf',CustomerAccount='{account}')"
    answer = _send(
        scm,
        _part(1, "PATCH", url, {"KnownAs": "one"}),
        _part(2, "PATCH", url, {"Nope": "two"}),
        _part(3, "PATCH", f"{url}?cross-company=true", {"NameAlias": "three"}),
        _part(4, "GET", f"{url}?$select=KnownAs,NameAlias"),
    )
    assert _statuses(answer) == [204, 400, 204, 200]
    assert '"KnownAs":"one","NameAlias":"three"' in answer.text


def test_a_changeset_cannot_read(scm):
    answer = _send(scm, [_part(1, "GET", f"{scm.base}/data/Currencies")])
    assert _statuses(answer) == [400]


def test_one_part_can_be_throttled_inside_an_answer_of_200(scm):
    account = scm.customer()
    url = f"{scm.base}/data/CustomersV3(dataAreaId='usmf',CustomerAccount='{account}')"
    scm.sandbox.faults.add(
        "throttle", service="scm part", skip=1, facet="resources", retry_after="7"
    )
    answer = _send(scm, *(_part(n, "PATCH", url, {"KnownAs": str(n)}) for n in (1, 2, 3)))
    assert _statuses(answer) == [204, 429, 204]
    assert "Retry-After: 7" in answer.text
    assert "Content-ID: 2" in answer.text
    assert "high resource utilization" in answer.text


def test_a_batch_holds_five_thousand_operations_at_most(scm):
    get = _part(1, "GET", f"{scm.base}/data/Currencies('USD')?$select=Name")
    assert _send(scm, *[get] * 5001).status_code == 400


def test_a_batch_needs_its_boundary(scm):
    answer = scm.session.post(f"{scm.base}/data/$batch", data="x")
    assert answer.status_code == 400


def test_an_answer_lost_after_the_commit_has_done_its_work(scm):
    scm.sandbox.faults.add("lost_answer", service="scm", method="POST")
    name = f"lost {uuid.uuid4()}"
    with pytest.raises(OSError, match="aborted|reset|without response"):
        scm.customer(OrganizationName=name)
    rows = scm.value(f"CustomersV3?$filter=OrganizationName eq '{name}'")
    assert len(rows) == 1


def test_the_answer_is_a_batch_that_can_be_read_again(scm):
    answer = _send(scm, _part(1, "GET", f"{scm.base}/data/Currencies('USD')?$select=Name"))
    parts = parse_batch(answer.headers["Content-Type"], answer.content)
    assert len(parts) == 1
