"""The command line: parse, call one function of the Python API, show the answer."""

from __future__ import annotations

import sys
from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> None:
    """Carry out one command line and leave with its exit code."""
    sys.exit(run(list(sys.argv[1:] if arguments is None else arguments)))


def run(arguments: list[str]) -> int:
    """Carry out one command line; its exit code."""
    from .app import build
    from .codes import guarded

    app = build()

    def command() -> int:
        code = app(arguments, prog_name="oppbridge", standalone_mode=False)
        return code if isinstance(code, int) else 0

    return guarded(command)
