"""A run between the real systems' twins is undone: every row is as it was before the run."""

from __future__ import annotations

import os

import pytest

from oppbridge.bridge import Bridge
from tests.chaos import oracles
from tests.chaos.people import busy
from tests.chaos.place import FLOW, begun

STAMPS = oracles.MOVING | {"_modifiedby_value"}


@pytest.fixture(scope="module")
def started():
    before = dict(os.environ)
    found = begun()
    yield found
    found.forget()
    found.sandbox.stop()
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def place(started):
    started.restore()
    busy(started.sandbox)
    return started


def changed(before, now):
    """What is not as it was: rows that came or went, and columns of those that stayed."""
    said = [f"{key} came" for key in now.keys() - before.keys()]
    said += [f"{key} went" for key in before.keys() - now.keys()]
    for key in before.keys() & now.keys():
        said += [
            f"{key} {name}: {before[key][name]!r}, now {value!r}"
            for name, value in now[key].items()
            if name not in STAMPS and value != before[key][name]
        ]
    return sorted(said)


def undone(bridge, run):
    plan = bridge.undo(run, by="ada")
    assert plan.problems == []
    return plan, bridge.apply(plan.digest)


def test_every_row_is_as_it_was(place):
    before = oracles.raw(place.sandbox)
    with Bridge.open(place.config) as bridge:
        report = bridge.run(FLOW)
        assert report.wrote > 5
        assert changed(before, oracles.raw(place.sandbox))
        plan, applied = undone(bridge, report.run)
        assert plan.stays == []
        assert applied.outcome == "done", applied.to_json()
        assert changed(before, oracles.raw(place.sandbox)) == []
        assert bridge.undo(report.run).writes == []
        assert bridge.run(FLOW).wrote == 0
        assert changed(before, oracles.raw(place.sandbox)) == []
        assert bridge.release(report.run) > 0
        while bridge.run(FLOW).wrote:
            pass
    assert oracles.differences(place.sandbox) == []
