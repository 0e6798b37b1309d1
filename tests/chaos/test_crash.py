"""C: the process is killed at every point of its work, once, or again while it recovers."""

from __future__ import annotations

import pytest

from tests.chaos.case import ABSORBED, troubled
from tests.chaos.dying import Where, killed

pytestmark = pytest.mark.integration

SHAPES = {  # by shape: what goes to Supply Chain, and what comes from there
    "header": (Where("account", "sales", "scm"), Where("product", "scm", "sales")),
    "line": (Where("quote", "sales", "scm"), Where("order", "scm", "sales")),
    "link": (Where("contact", "sales", "scm"), Where("account", "scm", "sales")),
}
ONCE = (
    "page-read", "staged", "planned", "intent", "sent", "answered", "confirmed",
    "cross-reference", "fingerprint", "dead-letter", "cursor", "report",
)  # fmt: skip
MADE = (*SHAPES["line"], SHAPES["header"][0], SHAPES["link"][0])  # what is created there
AGAIN = ("found-out", "sent-again", "settled-again")


def told(where):
    return f"{where.entity}-to-{where.target}"


@pytest.mark.parametrize("where", [w for both in SHAPES.values() for w in both], ids=told)
@pytest.mark.parametrize("point", ONCE)
def test_a_crash(place, family, point, where):
    family("C", ABSORBED)
    if point == "dead-letter":
        refusing(place, where.target)
    assert killed(place.config, point, where), f"the run never came to {point}"
    after(place)


@pytest.mark.parametrize("where", MADE, ids=told)
@pytest.mark.parametrize("again", AGAIN)
def test_a_crash_and_one_more_while_it_recovers(place, family, again, where):
    family("C", ABSORBED)
    assert killed(place.config, "sent", where), "the run never came to sent"
    assert killed(place.config, again, where), f"the next run never came to {again}"
    after(place)


def refusing(place, target):
    """The target refuses the next write for good."""
    service, path = {"scm": ("scm", "/data/"), "sales": ("dataverse", "/api/data")}[target]
    for method in ("POST", "PATCH"):
        place.sandbox.faults.add(
            service=service, method=method, path=path, kind="status", status=400, message="No."
        )


def after(place):
    """The next run of a process that knows nothing of the one that died."""
    place.sandbox.faults.clear()
    place.sandbox.counters.reset()
    troubled(place, ABSORBED)
