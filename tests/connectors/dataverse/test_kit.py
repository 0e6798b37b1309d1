"""The Dataverse connector keeps every promise of the contract, against the twin over HTTPS."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar

import pytest

from oppbridge.connectors.dataverse import SPEC, DataverseSettings
from oppbridge.kit.checks import ConnectorTests
from oppbridge.kit.trouble import Trouble
from oppbridge.sandbox import Sandbox
from tests.connectors.dataverse.conftest import open_gates, settings_of

FAULTS: Mapping[Trouble, Mapping[str, Any]] = {
    Trouble.DENIED: {"kind": "status", "status": 403},
    Trouble.THROTTLED: {"kind": "throttle", "retry_after": "3"},
    Trouble.UNAVAILABLE: {"kind": "status", "status": 503},
    Trouble.ANSWER_LOST: {"kind": "lost_answer", "method": "POST"},
}
TABLES = {"order": "salesorders", "opportunity": "opportunities"}
EMPTIED = (
    "salesorder",
    "quote",
    "connection",
    "opportunity",
    "competitor",
    "contact",
    "account",
    "productpricelevel",
    "product",
)
LINE: Mapping[str, Any] = {"lines/*/unit": None}
SOMEBODY = "5afe0000-0000-4000-8000-000000000001"


@pytest.fixture(scope="module")
def shared() -> Iterator[Sandbox]:
    with Sandbox.start() as running:
        running.limit("dataverse", requests=10**9)  # hundreds of checks share it
        yield running


def wipe(sandbox: Sandbox) -> None:
    twin = sandbox.dataverse
    for table in EMPTIED:
        for row in twin.rows(table):
            key = row[f"{table}id"]
            if any(found[f"{table}id"] == key for found in twin.rows(table)):
                twin.delete(table, key)


class TestDataverseConnector(ConnectorTests):
    spec = SPEC
    # Sales says only that an account is on hold, not for what: `invoice` becomes `all`
    coarse: ClassVar[Mapping[str, frozenset[str]]] = {"account": frozenset({"on_hold"})}
    samples: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "account": {"currency": None},
        "product": {"unit": "ea"},
        "opportunity": {
            "currency": None,
            **LINE,
            "stakeholders/*/role": "Champion",
            "stakeholders/*/contact": SOMEBODY,
        },
        "quote": {"currency": "EUR", "discount": None, "discount_percent": None, **LINE},
        "order": {"currency": "EUR", "discount": None, "discount_percent": None, **LINE},
    }

    @pytest.fixture
    def settings(self, shared: Sandbox) -> DataverseSettings:
        shared.faults.clear()
        wipe(shared)
        shared.dataverse.put("contacts", {"contactid": SOMEBODY, "lastname": "Somebody"})
        return settings_of(shared, patience=0)

    @pytest.fixture
    def edit_as_person(self, shared: Sandbox) -> Callable[[str, str, Mapping[str, Any]], None]:
        def edit(entity: str, key: str, row: Mapping[str, Any]) -> None:
            shared.dataverse.edit(TABLES.get(entity, f"{entity}s"), key, row)

        return edit

    @pytest.fixture
    def trouble(self, shared: Sandbox) -> Callable[[Trouble], Any]:
        @contextmanager
        def make(kind: Trouble) -> Iterator[None]:
            shared.faults.add(service="dataverse", times=None, **FAULTS[kind])
            if kind is Trouble.ANSWER_LOST:
                for method in ("PATCH", "DELETE"):
                    shared.faults.add("lost_answer", service="dataverse", times=None, method=method)
            yield
            shared.faults.clear()
            open_gates()

        return make

    @pytest.fixture
    def late_commit(self, shared: Sandbox) -> Callable[..., Any]:
        @contextmanager
        def late(entity: str, key: str, row: Mapping[str, Any]) -> Iterator[None]:
            stamp = shared.dataverse.reserve()
            yield
            table = TABLES.get(entity, f"{entity}s")
            shared.dataverse.edit(table, key, row, stamp=stamp)
            shared.dataverse.release(stamp)

        return late

    @pytest.fixture
    def clock(self, shared: Sandbox) -> Callable[[int], None]:
        return shared.clock.move

    @pytest.fixture
    def forget(self, shared: Sandbox) -> Callable[[], None]:
        def forget_all() -> None:
            shared.clock.move(8 * 86400)

        return forget_all
