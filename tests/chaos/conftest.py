"""The company that cases share, secrets watched for, and a line for each family at the end."""

from __future__ import annotations

import logging
from collections import Counter, defaultdict

import pytest

from tests.chaos.case import fresh

LONG = ("test_transport.py", "test_status.py", "test_crash.py", "test_schema.py")
"""Families of which every third case is in `make test`; `make chaos` lives through all."""
PART = 3
PUT_OFF: Counter[str] = Counter()

TALLY: dict[str, Counter[str]] = defaultdict(Counter)


@pytest.fixture(scope="session")
def company():
    from tests.chaos.place import begun

    found = begun()
    yield found
    found.sandbox.stop()
    found.forget()


@pytest.fixture
def place(company, monkeypatch, caplog):
    """The company on the morning after a day's work; nothing secret is logged in a case (O9)."""
    monkeypatch.setenv("DEMO_SECRET", company.sandbox.ready()["client_secret"])
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.WARNING, "aiohttp.access")  # the systems' own log
    monkeypatch.setattr("oppbridge.http.signin._TIMEOUT", (0.4, 0.4))
    fresh(company)
    yield company
    company.sandbox.faults.clear()
    company.sandbox.clock.resume()
    secret = company.sandbox.ready()["client_secret"]
    assert secret not in caplog.text, "O9: a secret was logged"
    assert "Bearer ey" not in caplog.text, "O9: a token was logged"


@pytest.fixture
def family(record_property):
    """Notes which family a case belongs to and what is expected of it."""

    def note(name: str, expected: str) -> None:
        record_property("chaos", f"{name} {expected}")

    return note


def pytest_collection_modifyitems(config, items):
    if config.getoption("--all") or any("::" in asked for asked in config.args):
        return
    at: Counter[str] = Counter()
    later = []
    for item in items:
        if item.path.parent.name == "chaos" and item.path.name in LONG:
            at[item.path.name] += 1
            if at[item.path.name] % PART:
                later.append(item)
                PUT_OFF[item.path.name] += 1
    items[:] = [item for item in items if item not in set(later)]
    config.hook.pytest_deselected(items=later)


def pytest_runtest_logreport(report):
    for name, value in report.user_properties if report.when == "call" else ():
        if name == "chaos":
            letter, expected = value.split(" ", 1)
            TALLY[letter][expected] += report.passed
            TALLY[letter]["of"] += 1


def pytest_terminal_summary(terminalreporter):
    for letter, count in sorted(TALLY.items()):
        kinds = (f"{count[kind]} {kind}" for kind in ("absorbed", "listed", "stopped"))
        terminalreporter.write_line(f"chaos {letter}: {', '.join(kinds)} of {count['of']} cases")
    if PUT_OFF:
        left = ", ".join(f"{count} of {name}" for name, count in sorted(PUT_OFF.items()))
        terminalreporter.write_line(f"chaos, left to `make chaos`: {left}")
