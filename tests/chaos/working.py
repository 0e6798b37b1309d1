"""`python -m tests.chaos.working CONFIG STAGE RUN [SYSTEM...]`: one worker's part of a shared run."""

from __future__ import annotations

import sys

from oppbridge.bridge import Bridge
from oppbridge.engine import Share
from oppbridge.errors import Retry

from .place import FLOW


def main() -> int:
    """Do it. The exit code is 4 where it is to be tried again."""
    config, stage, run, *systems = sys.argv[1:]
    share = Share(run, f"{stage} {systems}", frozenset(systems) or None, last=stage == "conclude")
    with Bridge.open(config) as bridge:
        try:
            report = getattr(bridge, stage)(FLOW, share=share)
        except Retry as exc:
            print(exc)
            return 4
    print(report.outcome, *report.problems, *report.stopped)
    return 4 if report.problems else 0


if __name__ == "__main__":
    sys.exit(main())
