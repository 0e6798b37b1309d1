"""N: the network between us and a system breaks in fourteen ways, at six places."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from oppbridge.bridge import Bridge
from tests.chaos.case import ABSORBED, STOPPED, troubled
from tests.chaos.elsewhere import NOWHERE, deaf, diverted, impostor, refusing

pytestmark = pytest.mark.integration

PLACES = {  # service, method, path
    "token": ("login", "POST", "/oauth2/v2.0/token$"),
    "metadata": ("scm", "GET", "(?i)/metadata/"),
    "page": ("scm", "GET", "/data/CustomersV3"),
    "delta-page": ("dataverse", "GET", "/accounts"),
    "single-write": ("scm", "PATCH", "/data/CustomersV3"),
    "bulk-write": ("dataverse", "POST", "CreateMultiple"),
}
WIRE = {
    "read-time-out": {"kind": "silence", "delay": 0.8},
    "answer-lost": {"kind": "lost_answer"},
    "reset-in-body": {"kind": "reset_in_body"},
    "truncated-body": {"kind": "truncated"},
    "one-kilobyte-a-second": {"kind": "slow_body", "delay": 2.0},
    "jitter": {"kind": "latency", "delay": 0.2},
    "slicing": {"kind": "slow_body", "delay": 0.05},
    "slow-close": {"kind": "slow_close", "delay": 0.3},
    "proxy-page": {"kind": "html", "status": 502},
    "redirect": {"kind": "status", "status": 302},
}
DIALLED = ("refused", "unknown-host", "bad-certificate", "connect-time-out")
STOPPING = ("bad-certificate", "redirect")


@pytest.mark.parametrize("where", PLACES)
@pytest.mark.parametrize("fault", [*DIALLED, *WIRE])
def test_a_broken_wire(place, family, monkeypatch, tmp_path, fault, where):
    expected = STOPPED if fault in STOPPING else ABSORBED
    family("N", expected)
    step = (lambda: checked_and_run(place)) if where == "metadata" else place.run
    service, method, path = PLACES[where]
    with ExitStack() as stack:
        if fault in WIRE:
            rule = dict(WIRE[fault])
            if fault == "redirect":
                rule["headers"] = {"Location": f"https://{NOWHERE}/"}
            struck = place.sandbox.faults.add(service=service, method=method, path=path, **rule)
        else:
            hosts = {
                "refused": refusing,
                "unknown-host": lambda: NOWHERE,
                "bad-certificate": lambda: stack.enter_context(impostor(tmp_path)),
                "connect-time-out": lambda: stack.enter_context(deaf()),
            }
            turn = diverted(monkeypatch, method, path, hosts[fault]())
            struck = stack.enter_context(turn)
        told = troubled(place, expected, step)
    assert struck if isinstance(struck, list) else struck.struck, "the fault never struck"
    assert expected == ABSORBED or told.text, "a stop says why"


def checked_and_run(place):
    """Check against the live metadata, as a careful operator does, and run if all is well."""
    from oppbridge.errors import ConfigError, Unavailable

    with Bridge.open(place.config) as bridge:
        found = [one for one in bridge.check() if one.severity == "error"]
    if found:
        text = "; ".join(one.message for one in found)
        raise (Unavailable if found[0].kind == "unreachable" else ConfigError)(text)
    place.sandbox.counters.reset()
    return place.run()
