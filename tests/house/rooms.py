"""The source tree as the house tests see it: modules, their text, their syntax, their imports."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src/oppbridge"


@dataclass(frozen=True)
class Module:
    """One file: its dotted name below oppbridge, its path and text."""

    name: str
    path: Path
    text: str

    @property
    def room(self):
        """The room it stands in: the first part of its name."""
        return self.name.split(".", maxsplit=1)[0]

    @property
    def tree(self):
        return _parsed(self.text)

    def imports(self) -> Iterator[str]:
        """Dotted names below oppbridge that running this module may import."""
        package = self.name.split(".")
        if self.path.name != "__init__.py":
            package = package[:-1]
        elif self.name == "":
            package = []
        hidden = {
            id(n) for node in ast.walk(self.tree) if _is_typing_only(node) for n in ast.walk(node)
        }
        for node in ast.walk(self.tree):
            if id(node) in hidden:
                continue
            if isinstance(node, ast.ImportFrom) and node.level:
                base = package[: len(package) - node.level + 1]
                stem = ".".join([*base, *(node.module or "").split(".")]).strip(".")
                if stem:
                    yield stem
                else:
                    yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("oppbridge."):
                yield node.module.removeprefix("oppbridge.")

    def functions(self):
        """Every function and method in it."""
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
        return [node for node in ast.walk(self.tree) if isinstance(node, kinds)]


def _is_typing_only(node):
    return (
        isinstance(node, ast.If)
        and isinstance(node.test, ast.Name)
        and node.test.id == "TYPE_CHECKING"
    )


@cache
def _parsed(text):
    return ast.parse(text)


@cache
def modules() -> tuple[Module, ...]:
    """Every module of the package."""
    found = []
    for path in sorted(SRC.rglob("*.py")):
        if "migrations" in path.parts:
            continue
        parts = path.relative_to(SRC).with_suffix("").parts
        name = ".".join(parts).removesuffix("__init__").strip(".")
        found.append(Module(name, path, path.read_text("utf-8")))
    return tuple(found)
