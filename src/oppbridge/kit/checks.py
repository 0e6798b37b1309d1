"""The conformance suite: one class a connector's author subclasses, one test per promise."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

import pytest

from ..contract import ConnectorSpec
from ..records import Scalar
from .failing import FailureChecks, LostAnswerChecks
from .introduction import IntroductionChecks
from .parts import PartChecks
from .promises import EchoChecks, FeedChecks, GuardChecks, KeyedCreateChecks
from .reading import FetchChecks, ReadingChecks
from .rows import Person, Rows
from .samples import Samples
from .tallies import TallyChecks
from .translating import DescriptionChecks, TranslationChecks
from .trial import Trial, mapped
from .trouble import Troublemaker
from .writing import ExactnessChecks, WritingChecks


class ConnectorTests(
    IntroductionChecks,
    TranslationChecks,
    DescriptionChecks,
    ReadingChecks,
    FetchChecks,
    WritingChecks,
    ExactnessChecks,
    PartChecks,
    KeyedCreateChecks,
    GuardChecks,
    EchoChecks,
    FeedChecks,
    TallyChecks,
    FailureChecks,
    LostAnswerChecks,
):
    """Subclass, set `spec`, and provide the fixture `settings` of a fresh, empty test system.

    Give what the system insists on in `samples`, by entity and canonical field: the value a new
    row must have, None for a field to leave out (`{"order": {"lines/*/unit": "ea"}}`). `kept`
    names entities that the system never deletes, `entities` those to try, by default all.

    The optional fixtures say what else can be arranged in the test system; checks that need one
    are skipped without it. `coarse` names, by entity, fields with words that the system cannot
    tell apart. `excused` names checks the system cannot pass, and why: they run, and must fail.
    """

    spec: ConnectorSpec
    samples: Mapping[str, Mapping[str, Scalar]] = {}
    currency = "EUR"
    kept: frozenset[str] = frozenset()
    entities: tuple[str, ...] = ()
    coarse: Mapping[str, AbstractSet[str]] = {}
    excused: Mapping[str, str] = {}

    @pytest.fixture(autouse=True)
    def excuse(self, request: pytest.FixtureRequest) -> None:
        """Expect the failure of a check that the connector is excused from."""
        unknown = [name for name in self.excused if not hasattr(self, name)]
        assert not unknown, f"excused from what is no check: {', '.join(unknown)}"
        if why := self.excused.get(request.node.originalname):
            mark = pytest.mark.xfail(reason=why, raises=AssertionError, strict=True)
            request.applymarker(mark)

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Run each check once for every entity."""
        if "entity" in metafunc.fixturenames:
            suite = metafunc.cls
            metafunc.parametrize("entity", suite.entities or tuple(suite.spec.maps))

    @pytest.fixture
    def settings(self) -> Any:
        """The settings of a fresh, empty test system."""
        raise NotImplementedError("return the settings of a fresh, empty test system")

    @pytest.fixture
    def edit_as_person(self) -> Person | None:
        """Edits a row past the connector; without it, people's edits go through the connector."""
        return None

    @pytest.fixture
    def trouble(self) -> Troublemaker:
        """Makes the test system fail for the length of a `with` block."""
        pytest.skip("no way to make this system fail on purpose")

    @pytest.fixture
    def late_commit(self) -> Any:
        """Commits an edit at the start of a `with` block, visible only from its end."""
        pytest.skip("no way to commit late in this system")

    @pytest.fixture
    def clock(self) -> Callable[[int], None]:
        """Moves the test system's clock on by so many seconds."""
        pytest.skip("no way to move this system's clock")

    @pytest.fixture
    def forget(self) -> Callable[[], None]:
        """Makes the test system forget every cursor given out so far."""
        pytest.skip("no way to make this system forget its cursors")

    @pytest.fixture
    def trial(self, settings: Any, edit_as_person: Person | None) -> Iterator[Trial]:
        """The open connector with its maps; a check's only way in."""
        loaded = {entity: mapped(path) for entity, path in self.spec.maps.items()}
        shapes = {entity: shape for entity, (shape, _) in loaded.items()}
        maps = {entity: compiled for entity, (_, compiled) in loaded.items()}
        trial = Trial(self.spec, settings, shapes, maps, self.kept)
        samples = Samples(self.samples, self.currency, self.coarse)
        batch = self.spec.limits.batch
        trial.rows = Rows(trial.reopened(), batch, samples, edit_as_person, shapes, maps)
        yield trial
        trial.close()
