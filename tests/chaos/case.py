"""Lives one case through and asks every oracle: what the run said, what stands, what is next."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass

from oppbridge.bridge import Bridge
from oppbridge.engine import Report
from oppbridge.errors import OppBridgeError, Stop
from tests.chaos import oracles
from tests.chaos.people import busy
from tests.chaos.place import FLOW, Place, gates_opened, quiet

ABSORBED, LISTED, STOPPED = "absorbed", "listed", "stopped"
LONGEST, BUSIEST = 60.0, 30.0  # seconds a troubled run may take, and compute; a calm one takes 1
MOST = 160  # requests it may send; a calm one sends 75


@dataclass(frozen=True, slots=True)
class Told:
    """How a run ended, in words."""

    outcome: str
    text: str
    wrote: int = 0

    @property
    def kind(self) -> str:
        """absorbed, listed or stopped."""
        return {"done": ABSORBED, "stopped": STOPPED}.get(self.outcome, LISTED)


def told_of(step: Callable[[], Report]) -> Told:
    """What a run says; an error that ends it is what the command line would print."""
    try:
        report = step()
    except OppBridgeError as exc:
        return Told("stopped" if isinstance(exc, Stop) else "retry", str(exc))
    return Told(report.outcome, json.dumps(report.to_json()), report.wrote)


def troubled(place: Place, expected: str, step: Callable[[], Report] | None = None) -> Told:
    """Run under whatever is in force now, then in peace; every oracle must agree throughout."""
    began, worked = time.monotonic(), time.process_time()
    told = told_of(step or place.run)
    seconds, worked = time.monotonic() - began, time.process_time() - worked
    calls = sum(place.sandbox.counters.requests(name) for name in place.sandbox.services)
    assert told.kind == expected, f"{told.kind}, not {expected}: {told.text}"
    assert seconds < LONGEST, f"O10: {seconds:.1f} s"
    assert worked < BUSIEST, f"O10: {worked:.1f} s of computing"
    assert calls <= MOST, f"O10: {calls} requests"
    if told.outcome == "done":
        same(place, "O8: the run says done")
    settled(place)
    return told


def settled(place: Place) -> None:
    """Trouble over, and dead letters tried again by a person: all comes right, nothing moves."""
    place.sandbox.faults.clear()
    gates_opened()
    with Bridge.open(place.config) as bridge:
        bridge.retry([one.id for one in bridge.dead(FLOW)])
    quiet(place)
    same(place, "at last")
    written = {name: place.sandbox.counters.rows_written(name) for name in ("dataverse", "scm")}
    assert place.run().wrote == 0, "O4: a quiet run wrote"
    for name, before in written.items():
        assert place.sandbox.counters.rows_written(name) == before, f"O4: {name} was written to"


def same(place: Place, when: str) -> None:
    """The state that a calm day would have come to: O1, O2, O3, O5, O6, O11."""
    said = oracles.differences(place.sandbox) + oracles.unbound(place.sandbox)
    assert not said, f"{when}: {said}"
    now = oracles.sales(place.sandbox)[0]
    assert _plain(now) == _plain(place.told), f"{when}: not the state of a calm day"
    said = oracles.meddled(place.before, place.calm, oracles.raw(place.sandbox))
    assert not said, f"{when}: O3: {said[:5]}"


def _plain(view: oracles.View) -> list[str]:
    # Supply Chain numbers its orders itself: an order is known by what is in it.
    return sorted(
        f"{kind} {'' if kind == 'order' else name} {shown}" for (kind, name), shown in view.items()
    )


def fresh(place: Place) -> None:
    """Where every case begins: in agreement, then a day's work on both sides."""
    place.restore()
    busy(place.sandbox)


__all__ = ["ABSORBED", "FLOW", "LISTED", "STOPPED", "Told", "fresh", "same", "settled", "troubled"]
