"""Rows 4 to 7: secrets stand nowhere but where they are kept, and nothing is written unasked."""

from __future__ import annotations

import json
import random
import stat
import string
import traceback

import pytest

from oppbridge.cli import run
from oppbridge.config import load, system_settings
from oppbridge.connectors.dataverse import SPEC
from oppbridge.engine import Report
from oppbridge.errors import ConfigError, Unavailable, hidden, never_say
from oppbridge.trust import call
from tests.chaos.case import fresh
from tests.chaos.place import FLOW, begun

SHAPES = [
    "hunter2-hunter2", "8Q~abcdefghijklmnopqrstuvwxyz0123456", "a b c d e f", "'quoted secret'", '"double"',
    "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "AKIAIOSFODNN7EXAMPLE", "-----BEGIN PRIVATE KEY-----",
    "postgres://u:p@h/db", "Bearer abcdef", "0123456789abcdef0123456789abcdef", "p%40ss", "pä55wörd!",
    "$ENV_NAME", "${ENV_NAME}", "env:NAME", "file:/etc/secret", "airflow:a b", "vault:x", "a=b&c=d", "1234567890123",
    "true!", "null-and-void", "~tilde", "[brackets]",
]  # fmt: skip
CONFIG = """
systems:
  sales:
    connector: dataverse
    settings:
      url: https://sales.example
      tenant: 00000000-0000-0000-0000-000000000001
      client_id: 00000000-0000-0000-0000-000000000002
      secret: {secret}
flows:
  f:
    entities:
      account: {{systems: {{sales: {{}}}}}}
"""


@pytest.fixture(scope="module")
def company():
    found = begun()
    yield found
    found.sandbox.stop()
    found.forget()


@pytest.mark.parametrize("shape", SHAPES)
def test_row_04_a_secret_in_the_configuration_is_refused_and_not_repeated(tmp_path, shape, capsys):
    assert len(SHAPES) == 25
    path = tmp_path / "oppbridge.yaml"
    path.write_text(CONFIG.format(secret=json.dumps(shape)))
    assert run(["check", "--config", str(path)]) == 2
    told = "".join(capsys.readouterr())
    assert "systems.sales.settings.secret" in told
    assert shape not in told


def planted(count):
    dice = random.Random(7)
    letters = string.ascii_letters + string.digits + "!$%&/()=?*+~#<>@{}[]'\" ä"
    return ["".join(dice.choices(letters, k=dice.randint(12, 40))) for _ in range(count)]


def test_row_05_ten_thousand_secrets_in_five_channels_are_hidden(monkeypatch):
    monkeypatch.setattr("oppbridge.errors._unsayable", set())
    secrets = planted(2000)
    never_say(*secrets)
    report = Report("f", 0.0)
    told = []
    for at, secret in enumerate(secrets):
        error = Unavailable(f"POST /token/{at}: 401 {secret} was refused")
        report.trouble(str(error))
        report.stop(f"sales/{at}: {ConfigError(f'{secret} is no key')}")
        told.append(hidden(f"Traceback ... {secret}"))
        told.append(str(_of_a_plugin(secret)))
        try:
            raise error
        except Unavailable:
            told.append("".join(traceback.format_exception_only(error)))
    text = "\n".join([json.dumps(report.to_json(), ensure_ascii=False), *told])
    assert text.count("***") == 10_000
    assert [secret for secret in secrets if secret in text] == []


def _of_a_plugin(secret):
    def breaks():
        raise RuntimeError(f"login with {secret} failed")

    with pytest.raises(Exception, match="RuntimeError") as caught:
        call("plugin 'rogue'", breaks)
    return caught.value


def test_row_05_settings_do_not_print_their_secrets(tmp_path, monkeypatch):
    monkeypatch.setenv("ROW_5", "a-secret-that-is-long")
    path = tmp_path / "oppbridge.yaml"
    path.write_text(CONFIG.format(secret="{env: ROW_5}"))
    settings = system_settings(load(path), "sales", SPEC)
    assert settings.secret.get_secret_value() == "a-secret-that-is-long"
    for text in (repr(settings), str(settings), settings.model_dump_json(), repr(vars(settings))):
        assert "a-secret" not in text


def test_row_06_a_plan_and_a_check_write_nothing(company, monkeypatch, capsys):
    monkeypatch.setenv("DEMO_SECRET", company.sandbox.ready()["client_secret"])
    fresh(company)
    company.sandbox.counters.reset()
    for words in (["plan", FLOW], ["check", FLOW], ["verify", FLOW], ["match", FLOW], ["status"]):
        run([*words, "--config", str(company.config)])
    assert "update" in capsys.readouterr().out
    written = [company.sandbox.counters.rows_written(name) for name in company.sandbox.services]
    assert written == [0] * len(written)


def test_row_07_no_token_is_kept_in_any_file(company, monkeypatch):
    monkeypatch.setenv("DEMO_SECRET", company.sandbox.ready()["client_secret"])
    fresh(company)
    company.run()
    for file in company.folder.rglob("*"):
        if file.is_file():
            assert b"eyJ" not in file.read_bytes(), file.name
    assert stat.S_IMODE(company.store.stat().st_mode) == 0o600


def test_row_07_a_new_secret_is_taken_without_a_restart(company, monkeypatch):
    fresh(company)
    monkeypatch.setenv("DEMO_SECRET", "expired-and-replaced")
    assert company.run().outcome == "stopped"
    monkeypatch.setenv("DEMO_SECRET", company.sandbox.ready()["client_secret"])
    assert company.run().outcome in ("done", "waiting", "dead")
