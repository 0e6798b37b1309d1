"""Follows a delta link to 1,000 changes, and to none: CPU beyond start-up, calls, transactions.

    python bench/delta.py [--rounds N]

A run that finds nothing new comes first in the same process: it is the start-up.
"""

from __future__ import annotations

import argparse
import statistics

from measuring.rounds import field, judged, load_average, spread


def main() -> None:
    """Measure and print."""
    given = argparse.ArgumentParser()
    given.add_argument("--rounds", type=int, default=3)
    given.add_argument("--deals", type=int, default=100_000)
    asked = given.parse_args()
    with field(asked.deals) as here:
        here.do("load")
        news, quiet, plain = [], [], []
        for _ in range(asked.rounds):
            plain.append(here.do("reference"))
            quiet.append(here.do("quiet"))
            news.append(here.do("delta"))
    costs = [one["cpu"] for one in news]
    print(f"delta run of {asked.deals // 100:,} changes; {load_average()}")
    judged("CPU seconds", statistics.median(costs), 0.1, told=f"; {spread(costs, ' s')}")
    theirs = statistics.median(one["cpu"] for one in plain)
    print(f"  {statistics.median(costs) / theirs:.2f} references (a plain read of every page)")
    starts = [one["whole"] for one in quiet]
    print(f"nothing new: {spread(starts, ' s CPU, the whole process')}")
    judged("target calls that write", max(one["written"] for one in quiet), 0)
    judged("transactions", max(one["transactions"] for one in quiet), 1)


if __name__ == "__main__":
    main()
