"""`python -m tests.walk --stories N --seed S`: any number of stories, from the command line."""

from __future__ import annotations

import argparse
import sys

from .story import tell


def main() -> int:
    """Tell the stories; say which went wrong and how. The exit code is 1 when one did."""
    parser = argparse.ArgumentParser(prog="python -m tests.walk")
    parser.add_argument("--stories", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", action="store_true", help="stop at the first that goes wrong")
    asked = parser.parse_args()
    bad = 0
    for seed in range(asked.seed, asked.seed + asked.stories):
        if said := tell(seed):
            bad += 1
            print(f"story {seed}: " + "\n    ".join(said[:8]), flush=True)
            if asked.first:
                break
    print(f"{asked.stories} stories from seed {asked.seed}: {bad} went wrong")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
