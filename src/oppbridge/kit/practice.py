"""The conformance suite against the kit's own small CRM, with everything it needs arranged."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any, ClassVar

import pytest

from .checks import ConnectorTests
from .crm import FakeCrm, Manners
from .dialects import Dialect
from .faults import Fault, Lost
from .north import NORTH
from .rows import Person
from .trial import mapped
from .trouble import Trouble, Troublemaker

LATENESS = 60
FAULTS = {
    Trouble.DENIED: Fault(status=401),
    Trouble.THROTTLED: Fault(status=429, wait=0.01),
    Trouble.UNAVAILABLE: Fault(status=503),
    Trouble.ANSWER_LOST: Fault(after=Lost("the answer never arrived", sent=True), writes_only=True),
}


class PracticeTests(ConnectorTests):
    """Subclass, set `spec`, and provide `settings` from the fixture `crm`."""

    dialect: ClassVar[Dialect] = NORTH
    manners: ClassVar[Manners] = Manners(late=LATENESS)

    @pytest.fixture
    def crm(self) -> FakeCrm:
        """A fresh, empty CRM."""
        return FakeCrm(self.dialect, manners=self.manners)

    @pytest.fixture
    def kinds(self) -> dict[str, str]:
        """The CRM's word for each entity."""
        return {entity: mapped(path)[0].native for entity, path in self.spec.maps.items()}

    @pytest.fixture
    def edit_as_person(self, crm: FakeCrm, kinds: Mapping[str, str]) -> Person:
        """Edits a row past the connector."""

        def edit(entity: str, key: str, row: Mapping[str, Any]) -> None:
            crm.edit(kinds[entity], key, row)

        return edit

    @pytest.fixture
    def trouble(self, crm: FakeCrm) -> Troublemaker:
        """Makes every call fail for the length of a `with` block."""

        @contextmanager
        def make(kind: Trouble) -> Iterator[None]:
            crm.faults.standing = FAULTS[kind]
            yield
            crm.faults.clear()

        return make

    @pytest.fixture
    def late_commit(
        self, crm: FakeCrm, kinds: Mapping[str, str]
    ) -> Callable[[str, str, Mapping[str, Any]], AbstractContextManager[None]]:
        """Commits an edit that is visible only from the end of a `with` block."""

        @contextmanager
        def commit(entity: str, key: str, row: Mapping[str, Any]) -> Iterator[None]:
            crm.edit(kinds[entity], key, row, late=True)
            yield
            crm.settle()

        return commit

    @pytest.fixture
    def clock(self, crm: FakeCrm) -> Callable[[int], None]:
        """Moves the CRM's clock on."""
        return crm.clock.advance

    @pytest.fixture
    def forget(self, crm: FakeCrm) -> Callable[[], None]:
        """Makes the CRM forget its deletions and every place in its feed."""
        return crm.forget
