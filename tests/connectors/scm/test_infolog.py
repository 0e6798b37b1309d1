"""Refusals told by their cause, judged by their structure."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oppbridge.connectors.scm.infolog import cause, infolog, judge
from oppbridge.errors import (
    AccessDenied,
    Gone,
    Invalid,
    SchemaDrift,
    Stale,
    Throttled,
    Unavailable,
    Unsure,
)
from oppbridge.http.answer import Answer, Call

SITE = (
    "Write failed for table row of type 'SalesOrderLineV3Entity'. Infolog: Warning: Inventory "
    "dimension Site is mandatory and must consequently be specified.; Error: Update has been canceled.."
)
WRITE = Call("POST", "data/SalesOrderLines?cross-company=true")
READ = Call("GET", "data/CustomersV3?$top=1", repeatable=True)
ROW = Call("GET", "data/CustomersV3(dataAreaId='usmf',CustomerAccount='1')", repeatable=True)


def refusal(status: int, inner: str = "", **headers: str) -> Answer:
    error = {"code": "", "message": "An error has occurred.", "innererror": {"message": inner}}
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, names, orjson.dumps({"error": error}))


def test_the_cause_is_told_and_the_noise_is_not():
    error = judge(WRITE, refusal(400, SITE))
    assert isinstance(error, Invalid)
    assert "Inventory dimension Site is mandatory" in str(error)
    assert "canceled" not in str(error)
    assert "Write failed" not in str(error)


def test_several_lines_of_an_infolog_are_all_told():
    text = "Infolog: Error: Field 'Item' must be filled in.; Info: Try again; Error: Update has been cancelled."
    assert infolog(text) == ["Field 'Item' must be filled in", "Try again"]


def test_an_infolog_of_nothing_but_noise_is_still_told():
    assert infolog("x Infolog: Error: Update has been canceled.") == ["Update has been canceled"]


def test_a_cause_one_level_deeper_is_found():
    inner = {"message": "outer", "internalexception": {"message": SITE}}
    assert cause({"error": {"message": "An error has occurred.", "innererror": inner}}).startswith(
        "Inventory dimension Site"
    )


def test_a_message_without_infolog_is_told_as_it_stands():
    text = "The property 'Foo' does not exist on type 'Microsoft.Dynamics.DataEntities.CustomerV3'."
    assert cause({"error": {"message": text}}) == text


@pytest.mark.parametrize(
    ("call", "answer", "kind"),
    [
        (WRITE, refusal(400, SITE), Invalid),
        (WRITE, refusal(401), AccessDenied),
        (WRITE, refusal(403), AccessDenied),
        (READ, refusal(404), SchemaDrift),
        (ROW, refusal(404), Gone),
        (WRITE, refusal(412), Stale),
        (WRITE, refusal(429), Throttled),
        (READ, refusal(503), Unavailable),
        (WRITE, refusal(500), Unsure),
        (READ, Answer(502, {}, b"<html>Bad gateway</html>"), Unavailable),
    ],
)
def test_what_happens_next_is_decided_by_the_status(call, answer, kind):
    assert type(judge(call, answer)) is kind


def test_what_was_carried_out_is_no_error():
    assert judge(WRITE, Answer(201, {}, b"{}")) is None
    assert judge(WRITE, Answer(204)) is None


def test_a_throttle_without_a_time_asks_for_half_a_minute():
    error = judge(WRITE, refusal(429))
    assert isinstance(error, Throttled)
    assert error.after == 30
    told = judge(WRITE, refusal(429, retry_after="7"))
    assert isinstance(told, Throttled)
    assert told.after == 7


@given(
    st.recursive(
        st.none() | st.text() | st.integers(),
        lambda c: st.dictionaries(
            st.sampled_from(("error", "message", "innererror", "internalexception")), c, max_size=3
        ),
    )
)
def test_no_answer_is_too_strange_to_be_told(body):
    assert isinstance(cause(body), str)
    assert len(cause(body)) <= 400
