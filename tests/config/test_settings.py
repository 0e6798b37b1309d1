"""Settings of parts: secrets only by reference, paths beside the file, mistakes with their place."""

import sys
import types
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, SecretStr

from oppbridge.config import (
    PartSection,
    build,
    connector_of,
    load,
    policy_called,
    store_url,
    system_settings,
)
from oppbridge.contract import ConnectorSpec
from oppbridge.decision import Offer
from oppbridge.errors import ConfigError


class Certificate(BaseModel):
    model_config = ConfigDict(extra="forbid")
    file: Path
    passphrase: SecretStr | None = None


class Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    url: str
    secret: SecretStr | None = None
    ca_file: Path | None = None
    certificate: Certificate | None = None
    companies: dict[str, Certificate] = {}
    hosts: tuple[str, ...] = ()
    pages: int = 3


SPEC = ConnectorSpec("acme", Settings, lambda settings, selections: settings, {})


@pytest.fixture
def given(tmp_path):
    def opened(settings, store="{}"):
        path = tmp_path / "oppbridge.yaml"
        path.write_text(
            f"store: {store}\nsystems: {{one: {{connector: acme, settings: {settings}}}}}\n"
            "flows: {f: {entities: {account: {systems: {one: {}}}}}}\n"
        )
        return load(path)

    return opened


def refused(found):
    with pytest.raises(ConfigError) as caught:
        system_settings(found, "one", SPEC)
    return str(caught.value)


def test_a_secret_comes_from_the_environment_and_does_not_print(given, monkeypatch):
    monkeypatch.setenv("ACME", "geheim")
    found = system_settings(given("{url: u, secret: {env: ACME}}"), "one", SPEC)
    assert found.secret.get_secret_value() == "geheim"
    assert "geheim" not in repr(found)


def test_a_missing_variable_is_named(given, monkeypatch):
    monkeypatch.delenv("ACME", raising=False)
    told = refused(given("{url: u, secret: {env: ACME}}"))
    assert "systems.one.settings.secret: environment variable ACME is not set" in told


def test_a_secret_comes_from_a_closed_file_beside_the_configuration(given, tmp_path):
    path = tmp_path / "key"
    path.write_text("geheim\n")
    path.chmod(0o600)
    found = given("{url: u, secret: {file: key}}")
    assert system_settings(found, "one", SPEC).secret.get_secret_value() == "geheim"
    path.chmod(0o644)
    assert "open to others" in refused(found)


@pytest.mark.parametrize("literal", ["geheim", "{enw: geheim}", "[geheim]", "4711"])
def test_a_literal_secret_is_refused_and_not_repeated(given, literal):
    told = refused(given(f"{{url: u, secret: {literal}}}"))
    assert "systems.one.settings.secret: a secret must not stand here" in told
    assert "geheim" not in told
    assert "4711" not in told


def test_secrets_inside_sections_are_found_too(given, monkeypatch):
    monkeypatch.setenv("PASS", "geheim")
    found = given("{url: u, certificate: {file: c.pem, passphrase: {env: PASS}}}")
    certificate = system_settings(found, "one", SPEC).certificate
    assert certificate.passphrase.get_secret_value() == "geheim"
    told = refused(given("{url: u, companies: {usmf: {file: c.pem, passphrase: geheim}}}"))
    assert "settings.companies.usmf.passphrase: a secret must not stand here" in told


def test_an_airflow_reference_is_accepted_and_looked_up_late(given, monkeypatch):
    monkeypatch.setitem(sys.modules, "airflow.sdk", None)  # as if it were not installed
    found = given("{url: u, secret: 'airflow:acme'}")
    assert "settings.secret: airflow:acme needs Airflow" in refused(found)


def test_an_airflow_connection_gives_its_password(given, monkeypatch):
    sdk = types.ModuleType("airflow.sdk")
    sdk.Connection = types.SimpleNamespace(get=lambda name: types.SimpleNamespace(password=name))
    monkeypatch.setitem(sys.modules, "airflow", types.ModuleType("airflow"))
    monkeypatch.setitem(sys.modules, "airflow.sdk", sdk)
    found = system_settings(given("{url: u, secret: 'airflow:acme'}"), "one", SPEC)
    assert found.secret.get_secret_value() == "acme"


def test_paths_are_beside_the_configuration(given, tmp_path):
    found = system_settings(given("{url: u, ca_file: certs/ca.pem}"), "one", SPEC)
    assert found.ca_file == tmp_path / "certs/ca.pem"


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ("{url: u, ca_fiel: x}", "systems.one.settings.ca_fiel: there is no such key; did you mean 'ca_file'?"),
        ("{}", "systems.one.settings.url: is missing"),
        ("{url: u, pages: many}", "systems.one.settings.pages: "),
        ("{url: u, certificate: {flie: x}}", "settings.certificate.flie: there is no such key; did you mean 'file'?"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_place(given, settings, told):
    assert told in refused(given(settings))


def test_an_unknown_connector_policy_or_part_gets_the_nearest_name(given):
    found = given("{url: u}")
    with pytest.raises(ConfigError, match=r"systems\.one\.connector: .* did you mean 'acne'"):
        connector_of(found, "one", {"acne": SPEC})
    with pytest.raises(
        ConfigError, match=r"here: there is no policy 'lates'; did you mean 'latest'"
    ):
        policy_called(found, "lates", {"latest": lambda clash: None}, ("here",))


def test_a_part_is_built_from_its_own_settings(given):
    found = given("{url: u}")
    part = PartSection.model_validate({"use": "acme", "url": "v", "hosts": ["a", "b"]})
    built = build(found, part, {"acme": Offer("acme", lambda s: s, Settings)}, ("scorer",))
    assert built.hosts == ("a", "b")
    wrong = PartSection.model_validate({"use": "acme", "ulr": "v"})
    with pytest.raises(ConfigError, match=r"scorer\.ulr: .* did you mean 'url'"):
        build(found, wrong, {"acme": Offer("acme", lambda s: s, Settings)}, ("scorer",))


def test_the_store_lies_beside_the_configuration(given, tmp_path):
    assert store_url(given("{url: u}")).get_secret_value() == f"sqlite:///{tmp_path}/oppbridge.db"


def test_the_store_password_is_put_in_and_does_not_print(given, monkeypatch):
    monkeypatch.setenv("DB", "ge/heim")
    found = given("{url: u}", "{url: 'postgresql+psycopg://me@db/x', password: {env: DB}}")
    url = store_url(found)
    assert url.get_secret_value() == "postgresql+psycopg://me:ge%2Fheim@db/x"
    assert "heim" not in repr(url)


def test_the_store_address_may_be_a_reference(given, monkeypatch):
    monkeypatch.setenv("DB", "postgresql+psycopg://me@db/x")
    assert store_url(given("{url: u}", "{url: {env: DB}}")).get_secret_value().endswith("@db/x")
