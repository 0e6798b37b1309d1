"""A running sandbox and open lines to its Dataverse twin."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from uuid import uuid4

import pytest

from oppbridge.connectors.dataverse import SPEC, DataverseSettings
from oppbridge.contract import Action, Part, Receipt, Selection, Write
from oppbridge.http import gate as gate_module
from oppbridge.mapping import compile_map, load_map
from oppbridge.sandbox import Sandbox

MAPS = {entity: compile_map(load_map(path)) for entity, path in SPEC.maps.items()}
SELECTIONS: Mapping[str, Selection] = {entity: map.selection for entity, map in MAPS.items()}
LISTS = {iso: f"Standard {iso}" for iso in ("USD", "EUR", "GBP", "JPY")}


def settings_of(sandbox: Sandbox, **given: Any) -> DataverseSettings:
    identity = sandbox.world.identity
    return DataverseSettings.model_validate(
        {
            "url": sandbox.url("dataverse"),
            "tenant": identity.tenant,
            "client_id": identity.client_id,
            "secret": identity.client_secret,
            "authority": sandbox.url("login"),
            "ca_file": sandbox.ca_file,
            "unit": "ea",
            "price_list": LISTS,
            "patience": 3,
            **given,
        }
    )


def open_gates() -> None:
    """The next test is not to wait for this one's throttle."""
    for gate in gate_module._gates.values():
        gate._opens = 0.0


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.start() as running:
        yield running


@pytest.fixture
def opened(sandbox: Sandbox) -> Iterator[Callable[..., Any]]:
    lines: list[Any] = []

    def open_line(**given: Any) -> Any:
        lines.append(SPEC.open(settings_of(sandbox, **given), SELECTIONS))
        return lines[-1]

    yield open_line
    for line in lines:
        line.close()


class World:
    """Short words for tests: rows made through the connector, parts, and what is shown."""

    def __init__(self, sandbox: Sandbox, line: Any) -> None:
        self.sandbox = sandbox
        self.twin = sandbox.dataverse
        self.line = line

    def create(self, entity: str, values: Mapping[str, Any], *parts: Part, **given: Any) -> Receipt:
        origin = given.pop("origin", str(uuid4()))
        row = MAPS[entity].created(values)
        write = Write(str(uuid4()), Action.CREATE, origin, None, row, parts, **given)
        return self.sent(entity, write)

    def update(
        self, entity: str, shown: Receipt, values: Mapping[str, Any], *parts: Part, **given: Any
    ) -> Receipt:
        row = MAPS[entity].write(values)
        given = {"version": shown.version, "current": shown.row or {}, **given}
        write = Write(str(uuid4()), Action.UPDATE, str(shown.key), shown.key, row, parts, **given)
        return self.sent(entity, write)

    def sent(self, entity: str, write: Write) -> Receipt:
        [receipt] = self.line.write(entity, [write])
        return receipt

    def part(
        self,
        entity: str,
        collection: str,
        values: Mapping[str, Any],
        key: str | None = None,
        action: Action | None = None,
    ) -> Part:
        native = MAPS[entity].collections[collection]
        row = MAPS[entity].write_part(collection, values)
        chosen = action or (Action.CREATE if key is None else Action.UPDATE)
        return Part(native, chosen, key or str(uuid4()), key, row)

    def shown(self, entity: str, key: str | None) -> dict[str, Any]:
        [change] = self.line.fetch(entity, [key])
        return MAPS[entity].read(change.row)

    def walk(self, entity: str, cursor: str | None = None, size: int = 50) -> tuple[list[Any], str]:
        found: list[Any] = []
        while True:
            page = self.line.changes(entity, cursor, size)
            found += page.changes
            cursor = page.cursor
            if not page.more:
                return found, page.cursor


def lines_of(values: Mapping[str, Any], collection: str = "lines") -> dict[str, dict[str, Any]]:
    """The parts of a record by key."""
    found: dict[str, dict[str, Any]] = {}
    for path, value in values.items():
        name, _, rest = path.partition("/")
        if name == collection and "/" in rest:
            key, _, field = rest.partition("/")
            found.setdefault(key, {})[field] = value
    return found


@pytest.fixture
def world(sandbox: Sandbox, opened: Callable[..., Any]) -> World:
    return World(sandbox, opened())
