"""Reads 100,000 opportunities again, one in a hundred changed; CPU against a plain read.

    python bench/compare_scan.py [--deals N] [--rounds N] [--million]

The reference is `requests` and `orjson` reading the same pages of opportunities, nothing else.
OppBridge reads them as a full reading does, with their lines, competitors and stakeholders, finds
what changed, decides it, and sends 1 % as guarded updates. Both start after their imports and
their sign-in. `--million` also reads ten times as many and compares the peak memory.
"""

from __future__ import annotations

import argparse
import statistics

from measuring.rounds import field, judged, load_average, spread


def measure(deals: int, rounds: int) -> tuple[list[float], list[float], list[float]]:
    """CPU seconds of OppBridge, those of the reference, and peaks in MB, a value a round."""
    ours, theirs, peaks = [], [], []
    with field(deals) as here:
        here.do("load")
        for _ in range(rounds):
            theirs.append(here.do("reference")["cpu"])
            found = here.do("compare")
            if (found["observed"], found["updated"]) != (deals, deals // 100):
                raise SystemExit(f"not a compare scan: {found}")
            ours.append(found["cpu"])
            peaks.append(found["peak"])
    return ours, theirs, peaks


def main() -> None:
    """Measure and print."""
    given = argparse.ArgumentParser()
    given.add_argument("--deals", type=int, default=100_000)
    given.add_argument("--rounds", type=int, default=3)
    given.add_argument("--million", action="store_true")
    asked = given.parse_args()
    ours, theirs, peaks = measure(asked.deals, asked.rounds)
    print(f"compare scan of {asked.deals:,}, 1 % changed; {load_average()}")
    print(f"  OppBridge {spread(ours, ' s CPU')}; reference {spread(theirs, ' s CPU')}")
    ratios = [mine / plain for mine, plain in zip(ours, theirs, strict=True)]
    judged("CPU, in references", statistics.median(ratios), 2.0, told=f"; {spread(ratios)}")
    print(f"  peak memory {spread(peaks, ' MB', 0)}")
    if asked.million:
        _, _, high = measure(10 * asked.deals, 1)
        ratio = statistics.median(high) / statistics.median(peaks)
        judged("peak memory of ten times as many", ratio, 1.1, told=f"; {spread(high, ' MB', 0)}")


if __name__ == "__main__":
    main()
