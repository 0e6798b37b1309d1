"""The fenced examples of a page, and what running them must show.

A page says in a comment which world its examples run in: `<!-- world: sandbox -->` starts both
local systems with a small company and writes `oppbridge.yaml`; `<!-- world: fresh -->` starts empty
ones, and the page's own configuration means them wherever it says Contoso; otherwise the folder is
empty and nothing runs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"^```(\w*)[^\S\n]*([^\n]*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
WORLD = re.compile(r"<!-- world: (\w+) -->")


@dataclass
class Step:
    """One command and the lines it must print, `...` standing for any."""

    command: str
    code: int = 0
    expected: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Example:
    """One fenced block: `console`, `python`, `yaml` or anything else. `note` follows the kind."""

    kind: str
    note: str
    text: str

    def steps(self) -> list[Step]:
        """The commands of a console block."""
        found: list[Step] = []
        for line in self.text.splitlines():
            if line.startswith("$ "):
                command, _, code = line[2:].partition("  # exit code ")
                found.append(Step(command.strip(), int(code or 0)))
            elif line.strip():
                found[-1].expected.append(line)
        return found


def pages() -> list[Path]:
    """Every page people read."""
    found = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return [path for path in found if path.is_file()]


def examples(path: Path) -> list[Example]:
    """The fenced blocks of a page."""
    return [Example(*match.groups()) for match in FENCE.finditer(path.read_text("utf-8"))]


def world_of(path: Path) -> str:
    """The world a page's examples run in."""
    found = WORLD.search(path.read_text("utf-8"))
    return found.group(1) if found else "empty"


def shows(out: str, expected: list[str]) -> bool:
    """Whether the expected lines stand in the output, in order, blanks not counted."""
    lines = iter(" ".join(line.split()) for line in out.splitlines())
    for wanted in expected:
        if wanted.strip() == "...":
            continue
        pattern = ".*".join(re.escape(" ".join(part.split())) for part in wanted.split("..."))
        if not any(re.search(pattern, line) for line in lines):
            return False
    return True
