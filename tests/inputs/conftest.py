"""A line for each family at the end: how many of its inputs came out as expected."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest

TALLY: dict[str, Counter[str]] = defaultdict(Counter)
OF = {
    "text": 40,
    "numbers": 30,
    "dates": 24,
    "states": 16,
    "references": 20,
    "protocol": 24,
    "configuration": 24,
    "scores": 12,
}


@pytest.fixture
def expected(record_property, request):
    """Notes what is expected of a case: absorbed, listed or stopped."""
    family = request.module.__name__.rpartition("test_")[2]

    def note(outcome: str) -> None:
        record_property("inputs", f"{family} {outcome}")

    return note


def pytest_runtest_logreport(report):
    for name, value in report.user_properties if report.when == "call" else ():
        if name == "inputs":
            family, outcome = value.split(" ", 1)
            TALLY[family][outcome] += report.passed
            TALLY[family]["of"] += 1


def pytest_terminal_summary(terminalreporter):
    for family in [name for name in OF if name in TALLY]:
        count = TALLY[family]
        kinds = [kind for kind in ("absorbed", "listed", "stopped") if count[kind]]
        told = ", ".join(f"{count[kind]} {kind}" for kind in kinds)
        met = sum(count[kind] for kind in kinds)
        terminalreporter.write_line(
            f"inputs/{family}: {met} of {count['of']} as expected ({told or 'none'})"
        )
