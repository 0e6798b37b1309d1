"""Prints a pin for every package that any extra needs: `make pins` writes constraints.txt with it."""

from __future__ import annotations

import json
import subprocess
import sys

OURS = {"oppbridge", "oppbridge-acme", "pip", "setuptools"}


def installed() -> dict[str, str]:
    """What is installed here."""
    listed = pip("list", "--format=json", "--exclude-editable")
    return {one["name"]: one["version"] for one in json.loads(listed)}


def wanted() -> dict[str, str]:
    """What the extras that are not installed here would bring."""
    report = pip("install", "--dry-run", "--quiet", "--report", "-", "-e", ".[airflow,scoring,ui]")
    found = json.loads(report)["install"]
    return {one["metadata"]["name"]: one["metadata"]["version"] for one in found}


def pip(*words: str) -> str:
    """What one pip command prints."""
    command = [sys.executable, "-m", "pip", *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def main() -> None:
    """Print the pins."""
    pins = wanted() | installed()
    for name in sorted(pins.keys() - OURS, key=str.lower):
        print(f"{name}=={pins[name]}")


if __name__ == "__main__":
    main()
