"""Checks of how a connector introduces itself, opens and closes."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from pydantic import BaseModel, SecretStr

from ..contract import CONTRACT, Connector, ConnectorSpec, Limits, Reader, Trait, Writer
from ..errors import OppBridgeError
from ..records import ENTITIES
from .trial import Trial
from .trouble import Trouble, Troublemaker

HEAVY = ("aiohttp", "httpx", "msal", "numpy", "pandas", "pyarrow", "requests", "urllib3")
SECRET_WORDS = ("secret", "password", "passphrase", "token", "api_key")


class IntroductionChecks:
    """The spec is honest, cheap to import, and opening does nothing to the system."""

    spec: ConnectorSpec

    def test_speaks_this_contract(self) -> None:
        assert self.spec.contract == CONTRACT

    def test_introducing_it_is_cheap(self) -> None:
        module = self.spec.open.__module__
        probe = f"import sys, {module}; print([m for m in {HEAVY!r} if m in sys.modules])"
        command = [sys.executable, "-c", f"import sys; sys.path[:] = {sys.path!r}; {probe}"]
        out = subprocess.run(command, capture_output=True, text=True, check=False)
        assert out.stdout.strip() == "[]", f"imported with the spec: {out.stdout}{out.stderr}"

    def test_says_what_it_is_in_types(self) -> None:
        spec = self.spec
        assert spec.name
        assert spec.name == spec.name.strip().lower()
        assert issubclass(spec.settings, BaseModel)
        assert all(isinstance(trait, Trait) for trait in spec.traits)
        assert isinstance(spec.limits, Limits)
        assert min(spec.limits.page, spec.limits.batch, spec.limits.parallel) >= 1

    def test_takes_back_only_what_it_promised(self) -> None:
        for entity, traits in self.spec.narrowed.items():
            assert entity in ENTITIES, f"narrowed names {entity!r}"
            assert traits <= self.spec.traits, f"{entity}: {traits - self.spec.traits} not promised"

    def test_maps_are_of_the_entity_they_are_filed_under(self, trial: Trial) -> None:
        for entity, shape in trial.shapes.items():
            assert shape.entity == entity, f"{self.spec.maps[entity]} maps {shape.entity}"

    def test_is_a_connector_that_reads_or_writes(self, trial: Trial) -> None:
        assert isinstance(trial.line, Connector)
        assert isinstance(trial.line, (Reader, Writer))

    def test_closing_twice_is_harmless(self, trial: Trial) -> None:
        line = trial.reopened()
        line.close()
        line.close()

    def test_closing_is_harmless_after_trouble(self, trial: Trial, trouble: Troublemaker) -> None:
        line, entity = trial.reopened(), next(iter(self.spec.maps))
        with trouble(Trouble.UNAVAILABLE), pytest.raises(OppBridgeError):
            line.changes(entity, None, 1)
        line.close()

    def test_settings_do_not_show_secrets(self, settings: Any, trial: Trial) -> None:
        for name, value in settings:
            if any(word in name.lower() for word in SECRET_WORDS) and value is not None:
                assert isinstance(value, SecretStr), f"setting {name} is not a SecretStr"
        for secret in secrets_of(settings):
            assert secret not in repr(settings)
            assert secret not in f"{trial.line!r}{trial.line}"


def secrets_of(settings: BaseModel) -> list[str]:
    """The secret texts these settings hold."""
    found: list[str] = []
    for _, value in settings:
        if isinstance(value, SecretStr):
            found.append(value.get_secret_value())
        elif isinstance(value, BaseModel):
            found.extend(secrets_of(value))
    return [secret for secret in found if secret]
