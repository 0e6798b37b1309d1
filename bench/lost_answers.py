"""Creates accounts in systems that lose answers after the commit: duplicates, missing, calls.

    python bench/lost_answers.py [--creates N]

First 200 creates in Dataverse with each tenth answer lost, by Microsoft's client, dlt, a target on
singer-sdk and OppBridge, at a row a call and at twenty. An answer is that of a call: one that
carried twenty rows leaves twenty in doubt. The peers are installed from PyPI into an environment of
their own. Then 10,000 creates by OppBridge at 1, 10 and 50 % lost, in every system that answers
calls: files answer none. Calls are all that reached the system, reads included, beside those of the
same creates with no answer lost.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial

from losing.callers import Ended, bridged, peer
from losing.places import Place, acme, dataverse, supply_chain
from measuring.rounds import judged, load_average

COUNT, TENTH = 200, 10
SIZES = (1, 20)
NAMES = {
    "microsoft": "Microsoft Dataverse client",
    "dlt_rows": "dlt",
    "singer_target": "singer-sdk",
}
Opened = Callable[..., AbstractContextManager[Place]]
CONNECTORS: dict[str, Opened] = {
    "dataverse, a row a call": partial(dataverse, size=1),
    "dataverse, 500 rows a call": dataverse,
    "scm, a row a call": partial(supply_chain, size=1),
    "scm, 50 rows a call": supply_chain,
    "acme, a row a call": acme,
}
SHARES = {"1 %": 100, "10 %": 10, "50 %": 2}


def compared() -> None:
    """The peers and OppBridge beside each other."""
    print(f"{COUNT} creates in Dataverse, each tenth answer lost; {load_average()}")
    print(f"  {'':<28}{'rows a call':>12}{'calls':>7}{'lost':>6}{'duplicates':>12}{'missing':>9}")
    for script, name in NAMES.items():
        for size in SIZES:
            with dataverse(TENTH, size) as place:
                shown(name, size, peer(script, place, COUNT, size))
    for size in SIZES:
        with dataverse(TENTH, size) as place:
            found = bridged(place, COUNT)
        shown("OppBridge", size, found)
        judged("  duplicates", found.duplicates, 0)
        judged("  missing", found.missing, 0)


def shown(name: str, size: int, found: Ended) -> None:
    """One line of the table."""
    counts = f"{found.calls:>7}{found.lost:>6}{found.duplicates:>12}{found.missing:>9}"
    print(f"  {name:<28}{size:>12}{counts}  {found.how}")


def endured(creates: int) -> None:
    """Every connector, at every share of lost answers."""
    print(f"{creates:,} creates by OppBridge; {load_average()}")
    for name, opened in CONNECTORS.items():
        with opened() as place:
            calm = bridged(place, creates)
        print(f"  {name}: {calm.calls} calls when no answer is lost")
        for share, every in SHARES.items():
            with opened(every=every) as place:
                found = bridged(place, creates)
            extra = found.calls - calm.calls
            print(f"   {share} lost: {found.lost} answers, {found.runs} runs, {found.how}")
            judged("    duplicates", found.duplicates, 0)
            judged("    missing", found.missing, 0)
            judged("    extra calls", extra, found.lost + calm.calls / 100)


def main() -> None:
    """Measure and print."""
    given = argparse.ArgumentParser()
    given.add_argument("--creates", type=int, default=10_000)
    asked = given.parse_args()
    logging.getLogger("urllib3").setLevel(logging.ERROR)
    compared()
    endured(asked.creates)


if __name__ == "__main__":
    main()
