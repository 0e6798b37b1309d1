"""H: systems refuse with every status they have, in answer to reading and to writing."""

from __future__ import annotations

import pytest

from tests.chaos.case import ABSORBED, LISTED, STOPPED, troubled

pytestmark = pytest.mark.integration

PLACES = {  # service, method, path
    "page": ("scm", "GET", "/data/CustomersV3$"),
    "delta": ("dataverse", "GET", "/accounts$"),
    "single-write": ("scm", "PATCH", "/data/CustomersV3"),
    "bulk-write": ("dataverse", "POST", "CreateMultiple"),
}


def refused(status, **other):
    return {"kind": "status", "status": status, "message": f"Refused with {status}.", **other}


FAULTS = {
    "400-validation": refused(400),
    "401-expired": {"kind": "expired_token"},
    "401-revoked": {"kind": "expired_token", "times": None},
    "403-privilege": refused(403, times=None),
    "403-licence": refused(403, message="The user has no licence.", times=None),
    "404-record": refused(404, message="The record does not exist."),
    "404-entity-set": refused(404, message="There is no such resource.", times=None),
    "408": refused(408),
    "409": refused(409),
    "410-delta-expired": refused(410, code="0x80044352", message="The token has expired."),
    "412-etag": refused(412),
    "413": refused(413),
    "415": refused(415),
    "429-seconds": {"kind": "throttle", "retry_after": "0.1"},
    "429-date": {"kind": "throttle", "retry_after": "Thu, 26 Nov 2026 00:00:00 GMT"},
    "429-no-header": {"kind": "throttle", "retry_after": ""},
    "500": refused(500),
    "504": refused(504),
    "503-retry-after": refused(503, headers={"Retry-After": "1"}),
    "200-with-error": refused(200),
}


WORDS = {"A": ABSORBED, "L": LISTED, "S": STOPPED}
EXPECTED = {  # on a page, a delta page, a single write, a bulk write
    "400-validation": "SSLA",
    "401-expired": "AAAA",
    "401-revoked": "SSSS",
    "403-privilege": "SSSS",
    "403-licence": "SSSS",
    "404-record": "SSAA",
    "404-entity-set": "SSLA",
    "408": "AAAA",
    "409": "LLAL",
    "410-delta-expired": "SAAA",
    "412-etag": "LSAA",
    "413": "SSLA",
    "415": "SSLA",
    "429-seconds": "AAAA",
    "429-date": "AAAA",
    "429-no-header": "LALA",
    "500": "AAAA",
    "504": "AAAA",
    "503-retry-after": "AAAA",
    "200-with-error": "AAAA",
}
SIGN_IN = {  # all in the words of a directory in trouble; msal remembers a 400 for a minute
    "400": (refused(400), LISTED),
    "401": (refused(401), ABSORBED),
    "403": (refused(403), ABSORBED),
    "404": (refused(404), ABSORBED),
    "408": (refused(408), ABSORBED),
    "429": ({"kind": "throttle", "retry_after": "0.1"}, ABSORBED),
    "500": (refused(500), ABSORBED),
    "503": (refused(503, headers={"Retry-After": "1"}), ABSORBED),
}


@pytest.mark.parametrize(
    ("fault", "where"), [(fault, where) for fault in FAULTS for where in PLACES]
)
def test_a_refusal(place, family, fault, where):
    expected = WORDS[EXPECTED[fault][list(PLACES).index(where)]]
    family("H", expected)
    service, method, path = PLACES[where]
    rule = place.sandbox.faults.add(service=service, method=method, path=path, **FAULTS[fault])
    told = troubled(place, expected)
    assert rule.struck, told.text


@pytest.mark.parametrize("fault", SIGN_IN)
def test_a_refusal_of_the_sign_in(place, family, fault):
    given, expected = SIGN_IN[fault]
    family("H", expected)
    rule = place.sandbox.faults.add(service="login", method="POST", path="/token$", **given)
    told = troubled(place, expected)
    assert rule.struck, told.text
