"""CPU time of starting up above bare Python, against its budgets."""

from __future__ import annotations

import resource
import subprocess
import sys

TIMES = 10
BUDGETS = {
    "import oppbridge": ("import oppbridge", 0.060),
    "oppbridge --help": ("from oppbridge.cli import run; run(['--help'])", 0.250),
    "a connector's SPEC": ("from oppbridge.connectors.dataverse import SPEC", 0.250),
}


def cpu(code: str) -> float:
    """The CPU time, in seconds, that a fresh interpreter takes for `code`, on average."""
    before = _spent()
    for _ in range(TIMES):
        subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
    return (_spent() - before) / TIMES


def _spent() -> float:
    """CPU seconds of the children that have ended."""
    told = resource.getrusage(resource.RUSAGE_CHILDREN)
    return told.ru_utime + told.ru_stime


def main() -> int:
    """Print each against bare Python; 1 when a budget is broken."""
    bare = cpu("pass")
    print(f"bare Python: {bare * 1000:.0f} ms")
    broken = 0
    for name, (code, budget) in BUDGETS.items():
        spent = cpu(code)
        above = spent - bare
        broken += above > budget
        told = f"{name}: {above * 1000:.0f} ms above it, {spent / bare:.1f} x"
        print(f"{told} (budget {budget * 1000:.0f} ms)")
    return int(broken > 0)


if __name__ == "__main__":
    sys.exit(main())
