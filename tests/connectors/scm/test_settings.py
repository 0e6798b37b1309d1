"""Settings: checked when read, cheap to import, secrets never shown."""

from __future__ import annotations

import subprocess
import sys

import pytest
from pydantic import ValidationError

from oppbridge.connectors.scm import SPEC, ScmSettings

GOOD = {
    "url": "https://contoso.operations.dynamics.com",
    "tenant": "contoso",
    "client_id": "id",
    "secret": "hush",
    "companies": ["USMF", "demf"],
}


def test_companies_may_be_a_plain_list():
    settings = ScmSettings.model_validate(GOOD)
    assert list(settings.companies) == ["usmf", "demf"]
    assert settings.company == "usmf"


@pytest.mark.parametrize(
    "change",
    [
        {"secret": None},
        {"device_code": {}},
        {"companies": []},
        {"client_id": None},
        {"url": "http://contoso.operations.dynamics.com"},
        {"half_documents": "burn"},
        {"numbers": {"order": "mine"}},
        {"batch": 6_000},
        {"nonsense": 1},
        {"origins": {"acount": "KnownAs"}},
        {"companies": {"usmf": {"defaults": {"ordr": {}}}}},
        {"actions": {"confirm": "confirmOrder"}},
    ],
)
def test_what_cannot_be_used_is_refused(change):
    with pytest.raises(ValidationError):
        ScmSettings.model_validate(GOOD | change)


def test_a_machine_signs_in_without_tenant_and_client():
    machine = {"managed_identity": {}, "secret": None, "tenant": None, "client_id": None}
    assert ScmSettings.model_validate(GOOD | machine).identity == "machine"


def test_item_numbers_always_come_from_the_record():
    settings = ScmSettings.model_validate(GOOD | {"numbers": {"order": "ours"}})
    assert settings.ours("product")
    assert settings.ours("order")
    assert not settings.ours("account")


def test_secrets_are_not_shown():
    assert "hush" not in repr(ScmSettings.model_validate(GOOD))


def test_introducing_the_connector_loads_no_http():
    probe = (
        "import sys, oppbridge.connectors.scm;"
        "print([m for m in ('requests', 'msal', 'urllib3') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_every_map_file_is_there():
    assert all(path.is_file() for path in SPEC.maps.values())
