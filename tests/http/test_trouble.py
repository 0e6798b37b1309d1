"""Waits and messages read from answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from hypothesis import given
from hypothesis import strategies as st

from oppbridge.http.answer import Answer, get
from oppbridge.http.trouble import error_of, retry_after, said


@given(st.integers(0, 3000))
def test_a_wait_is_the_same_in_seconds_and_as_a_date(seconds):
    now = datetime(2026, 1, 1, tzinfo=UTC)
    date = format_datetime(now, usegmt=True)
    until = format_datetime(now + timedelta(seconds=seconds), usegmt=True)
    assert retry_after({"retry-after": str(seconds)}) == seconds
    assert retry_after({"retry-after": until, "date": date}) == seconds


@given(st.text())
def test_an_odd_wait_is_never_an_error(text):
    assert 0 <= retry_after({"retry-after": text, "date": text}) <= 3600


@given(st.binary())
def test_an_odd_body_is_never_an_error(body):
    code, message = error_of(Answer(400, {}, body))
    assert len(code) + len(message) < 1000 + len(body)
    assert "\n" not in message


def test_the_inner_message_and_the_request_id_are_told():
    body = b'{"error":{"code":"","message":"outer","innererror":{"message":"inner"}}}'
    text = said(get("a"), Answer(400, {"x-ms-service-request-id": "r1"}, body))
    assert text == "GET a: 400 outer inner (request r1)"


def test_a_directory_error_is_read_too():
    assert error_of(Answer(400, {}, b'{"error":"x","error_description":"y\\r\\nz"}')) == (
        "x",
        "y z",
    )
