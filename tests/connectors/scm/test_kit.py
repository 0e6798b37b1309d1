"""The Supply Chain connector keeps every promise of the contract, against the twin over HTTPS."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, ClassVar

import pytest

from oppbridge.connectors.scm import SPEC, ScmSettings
from oppbridge.connectors.scm.products import SHARED
from oppbridge.connectors.scm.tables import TABLES
from oppbridge.connectors.scm.wanted import parts_of
from oppbridge.contract import Trait
from oppbridge.kit.checks import ConnectorTests
from oppbridge.kit.promises import GuardChecks
from oppbridge.kit.trouble import Trouble
from oppbridge.sandbox import Sandbox

from .conftest import open_gates, release, settings_of

FAULTS: Mapping[Trouble, Mapping[str, Any]] = {
    Trouble.DENIED: {"kind": "status", "status": 403},
    Trouble.THROTTLED: {"kind": "throttle", "retry_after": "3"},
    Trouble.UNAVAILABLE: {"kind": "status", "status": 503},
    Trouble.ANSWER_LOST: {"kind": "lost_answer", "path": r"/data/", "method": "POST"},
}
LINE: Mapping[str, Any] = {
    "lines/*/product": "usmf|1000",
    "lines/*/unit": "kg",
    "lines/*/site": "1",
    "lines/*/warehouse": "11",
}
DOCUMENT: Mapping[str, Any] = {
    "number": None,
    "company": "usmf",
    "currency": "USD",
    "payment_terms": "net_30",
    "discount_percent": None,
    **LINE,
}


class Arranged:
    """A test system with what the checks need arranged in it."""

    spec = SPEC
    currency = "USD"
    kept = frozenset({"product"})
    given: ClassVar[Mapping[str, Any]] = {}
    samples: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "account": {
            "number": None,
            "company": "usmf",
            "kind": "organization",
            "group": "10",
            "currency": "USD",
            "on_hold": "none",
            "payment_terms": "net_30",
            "country": "US",
        },
        "contact": {"number": None, "company": "usmf", "country": "US"},
        "product": {"company": "usmf", "kind": "item", "family": "GOODS", "unit": "kg"},
        "quote": DOCUMENT,
        "order": DOCUMENT,
    }

    @pytest.fixture
    def settings(self, sandbox: Sandbox) -> ScmSettings:
        sandbox.scm.put("ProductsV2", {"ProductNumber": "1000", "ProductName": "Crane"})
        release(sandbox, "usmf", "1000", unit="kg")
        return settings_of(sandbox, patience=0, **self.given)

    @pytest.fixture
    def edit_as_person(self, sandbox: Sandbox) -> Callable[[str, str, Mapping[str, Any]], None]:
        def edit(entity: str, key: str, row: Mapping[str, Any]) -> None:
            place = parts_of(key)
            mine = {name: value for name, value in row.items() if name not in SHARED}
            if mine:
                sandbox.scm.edit(TABLES[entity].set, place, mine)
            if common := {name: row[name] for name in row if name in SHARED}:
                sandbox.scm.edit("ProductsV2", place[1:], common)

        return edit

    @pytest.fixture
    def trouble(self, sandbox: Sandbox) -> Callable[[Trouble], Any]:
        @contextmanager
        def make(kind: Trouble) -> Iterator[None]:
            sandbox.faults.add(service="scm", times=None, **FAULTS[kind])
            if kind is Trouble.ANSWER_LOST:
                for method in ("PATCH", "DELETE"):
                    sandbox.faults.add(
                        "lost_answer", service="scm", times=None, path=r"/data/", method=method
                    )
            yield
            sandbox.faults.clear()
            open_gates()

        return make


class TestSupplyChainConnector(Arranged, ConnectorTests):
    pass


class TestGuardedSupplyChain(Arranged, GuardChecks):
    """With `guarded` the promise of guarded updates is kept as well."""

    spec = replace(SPEC, traits=SPEC.traits | {Trait.GUARDED_UPDATES})
    entities = ("account", "product", "order")
    trial, coarse = ConnectorTests.trial, ConnectorTests.coarse
    pytest_generate_tests = ConnectorTests.pytest_generate_tests
    given: ClassVar[Mapping[str, Any]] = {"guarded": True}
