"""One connector under test: its open lines, its maps, and what it shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from ..contract import Change, ConnectorSpec, Page, Receipt, Trait, Write
from ..mapping import CompiledMap, EntityMap, compile_map, load_map
from ..records import Scalar
from .rows import Rows

MANY = 50
PAGES = 500


@dataclass(slots=True)
class Trial:
    """What every check works with.

    `line` is open; `reopened` gives more lines, which are closed with it. `rows` makes rows through
    `line`. `kept` names the entities that the system never deletes.
    """

    spec: ConnectorSpec
    settings: Any
    shapes: dict[str, EntityMap]
    maps: dict[str, CompiledMap]
    kept: frozenset[str]
    lines: list[Any] = field(default_factory=list)
    rows: Rows = field(init=False)

    @property
    def line(self) -> Any:
        """The line that was opened first."""
        return self.lines[0]

    def reopened(self) -> Any:
        """Another line to the same system, as another process would open it."""
        selections = {entity: compiled.selection for entity, compiled in self.maps.items()}
        self.lines.append(self.spec.open(self.settings, selections))
        return self.lines[-1]

    def close(self) -> None:
        """Close every line."""
        for line in self.lines:
            line.close()

    def needs(self, entity: str, trait: Trait) -> None:
        """Skip the check unless the connector promises this."""
        if not self.spec.promises(entity, trait):
            pytest.skip(f"{self.spec.name} does not promise {trait.value} for {entity}")

    def write(self, entity: str, write: Write) -> Receipt:
        """The receipt of one write."""
        [receipt] = self.line.write(entity, [write])
        assert isinstance(receipt, Receipt)
        return receipt

    def shown(self, entity: str, key: str) -> dict[str, Scalar]:
        """The values of a row as the system shows it now. Fails when it is gone."""
        [change] = self.line.fetch(entity, [key])
        return self.maps[entity].read(change.row)

    def walk(
        self, entity: str, size: int = MANY, cursor: str | None = None, line: Any = None
    ) -> Iterator[Page]:
        """The pages from a cursor to the one that says there are no more."""
        for _ in range(PAGES):
            page: Page = (line or self.line).changes(entity, cursor, size)
            assert isinstance(page.cursor, str), "a cursor is text, so that it can be stored"
            yield page
            cursor = page.cursor
            if not page.more:
                return
        raise AssertionError(f"reading {entity} never ends")


@cache
def mapped(path: Path) -> tuple[EntityMap, CompiledMap]:
    """The map in this file, loaded and compiled once for all checks."""
    shape = load_map(path)
    return shape, compile_map(shape)


def latest(pages: Iterator[Page]) -> dict[str, Change]:
    """What a reader of these pages knows last of each row, by key."""
    return {change.key: change for page in pages for change in page.changes}
