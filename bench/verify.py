"""Verifies a million pairs with ten planted differences: found, invented, calls, seconds.

    python bench/verify.py [--pairs N]

Both systems answer by ranges of versions; the calls of a full reading of the same systems stand
beside theirs.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from measuring.rounds import judged, load_average

sys.path.insert(0, str(Path(__file__).parents[1]))


def main() -> None:
    """Measure and print."""
    given = argparse.ArgumentParser()
    given.add_argument("--pairs", type=int, default=1_000_000)
    given.add_argument("--page", type=int, default=1000)
    asked = given.parse_args()
    from oppbridge.engine.verification import Verification, verify
    from tests.engine.multitude import Multitude

    def timed(*, ranged: bool) -> tuple[Verification, float]:
        begun = time.process_time()
        return verify(many.line(ranged=ranged)), time.process_time() - begun

    with tempfile.TemporaryDirectory() as folder:
        many = Multitude(asked.pairs, asked.page, f"sqlite:///{folder}/store.db")
        planted = set(many.spoil())
        quick, seconds = timed(ranged=True)
        whole, slow = timed(ranged=False)
        many.store.close()
    print(f"verify {asked.pairs:,} pairs, {len(planted)} planted; {load_average()}")
    for name, found in (("by ranges", quick), ("full reading", whole)):
        told = {(d.kind.value, d.system, d.key) for d in found.differences}
        judged(f"{name}: missed", len(planted - told), 0)
        judged(f"{name}: invented", len(told - planted), 0)
    calls = [sum(one.calls for one in found.counts) for found in (quick, whole)]
    judged("share of the calls of a full reading", calls[0] / calls[1], 0.05)
    print(f"  {calls[0]} calls and {seconds:.1f} s CPU; {calls[1]} calls and {slow:.1f} s")


if __name__ == "__main__":
    main()
