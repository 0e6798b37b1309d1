"""`python -m oppbridge.sandbox serve`: the sandbox without the rest of the command line."""

from __future__ import annotations

import argparse
from pathlib import Path

from .running import serve


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(
        prog="oppbridge.sandbox", description="Local twins of Dynamics 365"
    )
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("serve", help="run until interrupted")
    command.add_argument(
        "--port", type=int, default=0, help="first of four ports; 0 takes free ones"
    )
    command.add_argument("--state", type=Path, help="folder that keeps the rows over restarts")
    command.add_argument(
        "--ready", type=Path, help="file to write addresses and identity to, once it answers"
    )
    arguments = parser.parse_args()
    serve(arguments.port, arguments.state, arguments.ready)


if __name__ == "__main__":
    main()
