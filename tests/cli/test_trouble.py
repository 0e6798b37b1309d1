"""Wrong secrets and unreachable hosts: a clear line, the right exit code, and nothing given away."""

import socket

import pytest

pytestmark = pytest.mark.integration

CONFIG = """
systems:
  sales:
    connector: dataverse
    settings:
      url: {url}
      authority: {login}
      ca_file: {ca_file}
      tenant: {tenant}
      client_id: {client_id}
      secret: {{env: TROUBLE_SECRET}}
      patience: 0
flows:
  scores:
    entities:
      account: {{systems: {{sales: {{}}}}}}
"""


@pytest.fixture(scope="module")
def sandbox():
    from oppbridge.sandbox import Sandbox

    with Sandbox.start() as found:
        yield found


@pytest.fixture
def given(shell, sandbox, monkeypatch):
    def configure(secret=None, **other):
        ready = sandbox.ready()
        monkeypatch.setenv("TROUBLE_SECRET", secret or ready["client_secret"])
        services = {"url": ready["services"]["dataverse"], "login": ready["services"]["login"]}
        text = CONFIG.format(**{**ready, **services, **other})
        (shell.folder / "oppbridge.yaml").write_text(text)
        return shell

    return configure


def nobody_listens():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return f"https://127.0.0.1:{found.getsockname()[1]}"


def test_all_is_well(given):
    shell = given()
    assert shell("check").code == 0, shell.out
    assert shell("run", "scores").code == 0, shell.out


@pytest.mark.parametrize("command", [["check"], ["run", "scores"]])
def test_a_wrong_secret_is_access_denied_and_not_repeated(given, command):
    shell = given(secret="not-the-secret")
    shell(*command)
    assert shell.code == 3, shell.out + shell.err
    assert "AADSTS7000215" in shell.out + shell.err
    assert "not-the-secret" not in shell.out + shell.err
    assert "Traceback" not in shell.err


@pytest.mark.parametrize("command", [["check"], ["run", "scores"]])
@pytest.mark.parametrize("kind", ["reset_before", "status", "throttle"])
def test_a_system_that_is_out_is_tried_again_later(given, sandbox, command, kind):
    shell = given()
    sandbox.faults.add(kind, service="dataverse", times=None)
    try:
        shell(*command)
    finally:
        sandbox.faults.clear()
    assert shell.code == 4, shell.out + shell.err
    assert "Traceback" not in shell.err


def test_an_unreachable_sign_in_is_tried_again_later(given):
    shell = given(login=nobody_listens())
    shell("run", "scores")
    assert shell.code == 4, shell.out + shell.err


def test_a_missing_secret_is_a_configuration_error(given, monkeypatch):
    shell = given()
    monkeypatch.delenv("TROUBLE_SECRET")
    shell("run", "scores")
    assert shell.code == 2
    assert (
        "systems.sales.settings.secret: environment variable TROUBLE_SECRET is not set" in shell.err
    )


def test_an_unknown_setting_gets_the_nearest_name(given):
    shell = given()
    path = shell.folder / "oppbridge.yaml"
    path.write_text(path.read_text().replace("ca_file:", "ca_flie:"))
    shell("run", "scores")
    assert shell.code == 2
    assert (
        "systems.sales.settings.ca_flie: there is no such key; did you mean 'ca_file'" in shell.err
    )
