"""What it costs to start: `import oppbridge`, and `oppbridge --help`, beside a bare interpreter.

    python bench/startup.py [--rounds N]

CPU seconds of finished processes as the operating system counts them. The reference is a process
that imports `requests` and `orjson`.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
from collections.abc import Sequence

from measuring.rounds import judged, load_average, spread

TASKS = {
    "bare": ("-c", "pass"),
    "reference": ("-c", "import requests, orjson"),
    "import": ("-c", "import oppbridge"),
    "help": ("-m", "oppbridge.cli", "--help"),
}


def cost(command: Sequence[str]) -> float:
    """CPU milliseconds of one process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *command], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def main() -> None:
    """Measure and print."""
    given = argparse.ArgumentParser()
    given.add_argument("--rounds", type=int, default=9)
    rounds = [
        {name: cost(task) for name, task in TASKS.items()} for _ in range(given.parse_args().rounds)
    ]
    found = {name: [one[name] for one in rounds] for name in TASKS}
    middle = {name: statistics.median(values) for name, values in found.items()}
    print(f"start-up; {load_average()}")
    for name, values in found.items():
        ratio = middle[name] / middle["reference"]
        print(f"  {name}: {spread(values, ' ms CPU', 0)}, {ratio:.2f} references")
    beyond = middle["import"] - middle["bare"]
    judged("import oppbridge, ms beyond a bare interpreter", beyond, 60)
    judged("oppbridge --help, ms", middle["help"], 250)


if __name__ == "__main__":
    main()
