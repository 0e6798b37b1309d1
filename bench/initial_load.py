"""Loads 100,000 opportunities into an empty Dataverse through the store: CPU a record, memory.

    python bench/initial_load.py [--deals N] [--rounds N] [--million]

Everything counts: reading, deciding, the store on disk, bulk creates, and the rows read back.
`--million` loads ten times as many, for the peak memory.
"""

from __future__ import annotations

import argparse
import statistics

from measuring.rounds import field, judged, load_average, spread


def main() -> None:
    """Measure and print."""
    given = argparse.ArgumentParser()
    given.add_argument("--deals", type=int, default=100_000)
    given.add_argument("--rounds", type=int, default=2)
    given.add_argument("--million", action="store_true")
    asked = given.parse_args()
    costs, ratios, peaks = [], [], []
    with field(asked.deals) as here:
        for _ in range(asked.rounds):
            here.fresh()
            plain, found = here.do("reference"), here.do("load")
            costs.append(found["cpu"] / found["created"] * 1e6)
            ratios.append(found["cpu"] / plain["cpu"])
            peaks.append(found["peak"])
    print(f"initial load of {asked.deals:,}; {load_average()}")
    judged("CPU microseconds a record", statistics.median(costs), 100, told=f"; {spread(costs)}")
    print(f"  {spread(ratios)} references (a plain read of every page)")
    print(f"  peak memory {spread(peaks, ' MB', 0)}")
    if asked.million:
        with field(10 * asked.deals) as here:
            peak = here.do("load")["peak"]
        judged("peak memory in MB of ten times as many", peak, 250)


if __name__ == "__main__":
    main()
