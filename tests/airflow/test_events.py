"""Events of systems: the genuine and fresh are taken once; nothing they say is looked at."""

import json

import pytest

from oppbridge.airflow.events import FRESH, KEPT, RefusedError, Seen, known, taken

NOW = 1_800_000_000.0


def event(at=NOW, **more):
    told = {"OperationCreatedOn": f"/Date({int(at * 1000)})/", "OperationId": "1"}
    return json.dumps(told | more).encode()


def refused(body, seen=None, now=NOW):
    with pytest.raises(RefusedError) as found:
        taken(body, seen or Seen(), now)
    return found.value.status


def test_an_event_is_taken_once():
    seen = Seen()
    taken(event(), seen, NOW)
    assert refused(event(), seen) == 409
    taken(event(OperationId="2"), seen, NOW)


@pytest.mark.parametrize("at", [NOW - FRESH - 1, NOW + FRESH + 1, 0])
def test_an_event_of_another_time_is_refused(at):
    assert refused(event(at)) == 409


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"[1]", 400),
        (b"null", 400),
        (b"{}", 400),
        (b'{"OperationCreatedOn": "yesterday"}', 400),
        (b'{"OperationCreatedOn": 5}', 400),
        (b'{"OperationCreatedOn": "/Date(99999999999999999)/"}', 409),
        (b" " * (256 * 1024 + 1), 413),
    ],
)
def test_what_is_no_event_is_refused(body, status):
    assert refused(body) == status


def test_an_offset_is_part_of_the_date():
    taken(
        json.dumps({"OperationCreatedOn": f"/Date({int(NOW * 1000)}+0100)/"}).encode(), Seen(), NOW
    )


def test_what_is_remembered_is_bounded_and_grows_old():
    seen = Seen()
    for number in range(KEPT + 50):
        assert seen.take((str(number),), NOW)
    assert len(seen.ids) <= KEPT + 1
    assert seen.take(("later",), NOW + FRESH + 1)
    assert list(seen.ids) == [("later",)]


@pytest.mark.parametrize(
    ("headers", "query"), [({}, {}), ({}, {"code": "wrong"}), ({"x-oppbridge-key": "ke"}, {})]
)
def test_who_does_not_know_the_key_is_refused(headers, query):
    with pytest.raises(RefusedError, match="missing or wrong"):
        known("key", headers, query)


def test_the_key_may_come_either_way():
    known("key", {"x-oppbridge-key": "key"}, {})
    known("key", {}, {"code": "key"})
