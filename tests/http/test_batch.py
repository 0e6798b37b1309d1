"""Batches: built so that another parser reads them, taken apart however the service spells them."""

from __future__ import annotations

from email import message_from_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oppbridge.errors import ContractBroken
from oppbridge.http.answer import Answer
from oppbridge.http.batch import ChangeSet, Operation, build, parse

OK = b"HTTP/1.1 204 No Content\r\nOData-Version: 4.0\r\nOData-EntityId: https://h/a(1)\r\n\r\n\r\n"


def part(inner: bytes, end: bytes = b"\r\n", content_id: str = "") -> bytes:
    extra = f"Content-ID: {content_id}".encode() + end if content_id else b""
    head = (
        b"Content-Type: application/http" + end + b"Content-Transfer-Encoding: binary" + end + extra
    )
    return head + end + inner.replace(b"\r\n", end) + end


def multipart(name: str, *parts: bytes, end: bytes = b"\r\n") -> bytes:
    mark = f"--{name}".encode()
    body = b"".join(mark + end + found for found in parts)
    return body + mark + b"--" + end


def nested(*parts: bytes) -> bytes:
    return b"Content-Type: multipart/mixed; boundary=cs_1\r\n\r\n" + multipart("cs_1", *parts)


def answer(body: bytes, boundary: str = "b_1") -> Answer:
    return Answer(200, {"content-type": f"multipart/mixed; boundary={boundary}"}, body)


def refusal(status: int = 400, message: str = "no") -> bytes:
    body = f'{{"error":{{"code":"0x1","message":"{message}"}}}}'
    return f"HTTP/1.1 {status} Bad\r\nContent-Type: application/json\r\n\r\n{body}".encode()


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
@pytest.mark.parametrize("boundary", ["b_1", '"b_1"'])
def test_answers_come_in_order_whatever_the_line_ends(end, boundary):
    body = multipart("b_1", part(OK, end), part(refusal(404), end), part(OK, end), end=end)
    found = parse(answer(body, boundary))
    assert [outcome.refused.status for outcome in found] == [204, 404, 204]
    assert found[0].answers[0].headers["odata-entityid"] == "https://h/a(1)"
    assert found[1].refused.json()["error"]["code"] == "0x1"
    assert not found[1].ok


def test_a_change_set_has_one_outcome_with_all_its_answers():
    body = multipart("b_1", nested(part(OK, content_id="1"), part(OK, content_id="2")), part(OK))
    assert [len(outcome.answers) for outcome in parse(answer(body))] == [2, 1]


def test_a_failed_change_set_is_one_refusal_nested_or_not():
    for failed in (nested(part(refusal(), content_id="2")), part(refusal())):
        found = parse(answer(multipart("b_1", failed, part(OK))))
        assert [outcome.ok for outcome in found] == [False, True]


def test_a_body_cut_off_gives_only_what_is_whole():
    body = multipart("b_1", part(OK), part(refusal(200, "x" * 50)))
    assert len(parse(answer(body[:-30]))) == 1


def test_an_answer_that_is_no_batch_is_an_error():
    with pytest.raises(ContractBroken):
        parse(Answer(400, {"content-type": "application/json"}, b"{}"))


def test_text_beyond_ascii_arrives_whole():
    found = parse(answer(multipart("b_1", part(refusal(400, "Größe ✓")))))
    assert found[0].refused.json()["error"]["message"] == "Größe ✓"


@given(st.lists(st.integers(1, 4), min_size=1, max_size=6), st.text())
def test_a_built_batch_is_read_by_another_parser(sizes, text):
    body = text.encode("utf-8", "replace")
    items = [
        ChangeSet([Operation("POST", f"/a{n}", body, {"If-Match": "*"}) for n in range(size)])
        if size > 1
        else Operation("DELETE", "/x")
        for size in sizes
    ]
    kind, built = build(items)
    whole = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + built)
    parts = whole.get_payload()
    assert [len(found.get_payload()) if found.is_multipart() else 1 for found in parts] == sizes
    assert not whole.defects


def test_a_header_cannot_smuggle_a_line():
    with pytest.raises(ValueError, match="line end"):
        build([Operation("GET", "/a", headers={"If-Match": "x\r\nEvil: 1"})])


def test_operations_keep_their_ids():
    _, built = build([ChangeSet([Operation("POST", "/a", id="header"), Operation("POST", "/b")])])
    assert b"Content-ID: header\r\n" in built
    assert b"Content-ID: 2\r\n" in built
