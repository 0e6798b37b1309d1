"""The package's own source, read as a reviewer would: what it imports, calls and listens on."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import oppbridge

HOME = Path(oppbridge.__file__).parent


@cache
def trees() -> dict[str, ast.Module]:
    """Every module by its path below the package."""
    return {
        str(file.relative_to(HOME)): ast.parse(file.read_text("utf-8"))
        for file in sorted(HOME.rglob("*.py"))
    }


def imported(tree: ast.Module) -> Iterator[str]:
    """Every module a module imports, wherever the import stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield str(node.module)


def called(tree: ast.Module) -> Iterator[str]:
    """Every plain name that is called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id


def importers(*roots: str, without: tuple[str, ...] = ()) -> list[str]:
    """The modules that import one of these, or something below it."""
    return [
        name
        for name, tree in trees().items()
        if not name.startswith(without)
        and any(
            one == root or one.startswith(f"{root}.") for one in imported(tree) for root in roots
        )
    ]
