"""A running sandbox and open lines to its Dataverse twin."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from oppbridge.connectors.dataverse import SPEC, DataverseSettings
from oppbridge.contract import Selection
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
