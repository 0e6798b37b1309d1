"""Plugins are imported only when named, asked within a budget, and named when they fail."""

import sys
import textwrap
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import BaseModel

from oppbridge.contract import ConnectorSpec
from oppbridge.decision import Clash, Offer, Proposal
from oppbridge.errors import ConfigError
from oppbridge.hookspecs import (
    Command,
    Delivered,
    Hooks,
    Host,
    RunFinished,
    RunStarted,
    Settled,
    Twin,
    hookimpl,
)
from oppbridge.plugins import Plugins


class Settings(BaseModel):
    pass


def spec(name="acme", contract=1, settings=Settings, maps=None):
    return ConnectorSpec(name, settings, lambda s, m: None, maps or {}, contract=contract)


def brings(hook, answer):
    """A plugin whose hook gives `answer`, or raises it."""

    def implementation():
        if isinstance(answer, BaseException):
            raise answer
        return answer() if callable(answer) else answer

    implementation.__name__ = hook
    return type("Plugin", (), {hook: staticmethod(hookimpl(implementation))})()


def using(*named, budget=5.0):
    plugins = Plugins(Host("1"), budget=budget)
    for name, plugin in named:
        plugins.add(plugin, name)
    return plugins


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Installs a plugin: a module and its entry point, as pip would."""

    def install(name, source):
        (tmp_path / f"{name}_plugin.py").write_text(textwrap.dedent(source))
        info = tmp_path / f"{name}-1.2.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: oppbridge-{name}\nVersion: 1.2\n"
        )
        (info / "entry_points.txt").write_text(f"[oppbridge]\n{name} = {name}_plugin\n")
        sys.modules.pop(f"{name}_plugin", None)

    monkeypatch.syspath_prepend(str(tmp_path))
    return install


def test_the_built_in_parts_come_through_the_same_hooks():
    plugins = Plugins()
    assert {"dataverse", "scm", "files"} <= plugins.connectors().keys()
    assert {"owner", "latest", "highest", "lowest", "union", "ask"} <= plugins.policies().keys()
    assert {"rules", "rates"} <= plugins.scorers().keys()
    assert {"amount", "discount", "deletion", "fields"} <= plugins.gates().keys()
    assert "inventory" in plugins.enrichers()
    assert plugins.problems == []


def test_only_named_plugins_are_imported(installed):
    installed("quiet", "raise SystemExit('imported')")
    installed("loud", "from oppbridge import hookimpl\n")
    plugins = Plugins()
    plugins.load(["loud"])
    assert "quiet_plugin" not in sys.modules
    told = {one.name: (one.loaded, one.distribution, one.version) for one in plugins.installed()}
    assert told["loud"] == (True, "oppbridge-loud", "1.2")
    assert told["quiet"] == (False, "oppbridge-quiet", "1.2")


def test_a_plugin_that_is_not_installed_gets_the_nearest_name(installed):
    installed("acme", "")
    with pytest.raises(
        ConfigError, match="no plugin called 'amce' is installed; did you mean 'acme'"
    ):
        Plugins().load(["amce"])


def test_a_plugin_that_cannot_be_imported_is_named(installed):
    installed("broken", "raise ValueError('no luck')")
    with pytest.raises(
        ConfigError, match="plugin 'broken', when imported, raised ValueError: no luck"
    ):
        Plugins().load(["broken"])


def test_a_misspelt_hook_is_an_error_with_the_nearest_name(installed):
    installed(
        "typo",
        """
        from oppbridge import hookimpl
        @hookimpl
        def oppbridge_connector():
            return []
        """,
    )
    with pytest.raises(ConfigError, match="plugin 'typo' .* did you mean 'oppbridge_connectors'"):
        Plugins().load(["typo"])


def test_a_hook_with_an_argument_that_does_not_exist_is_an_error():
    class Plugin:
        @hookimpl
        def oppbridge_connectors(self, universe):
            return []

    with pytest.raises(ConfigError, match="plugin 'odd' cannot be used"):
        using(("odd", Plugin()))


def test_a_plugin_brings_a_connector():
    mine = spec()
    assert using(("acme", brings("oppbridge_connectors", [mine]))).connectors()["acme"] is mine


def hangs():
    time.sleep(60)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (
            ValueError("no luck"),
            r"plugin 'bad' \(oppbridge_connectors\) raised ValueError: no luck",
        ),
        (SystemExit(3), "raised SystemExit: 3"),
        (hangs, "did not answer within"),
        (7, "returned 7, which is no Sequence"),
        (["acme"], "returned 'acme', which is no ConnectorSpec"),
        ([spec(contract=2)], "'acme' speaks contract 2, this OppBridge speaks 1"),
        ([spec(settings=dict)], "the settings of 'acme' are no pydantic model"),
        ([spec(maps={"account": Path("nowhere.yaml")})], "no map file for account at nowhere.yaml"),
    ],
)
def test_a_plugin_that_breaks_its_word_is_named_and_the_others_carry_on(answer, told):
    plugins = using(
        ("bad", brings("oppbridge_connectors", answer)),
        ("good", brings("oppbridge_connectors", [spec("good")])),
        budget=0.2,
    )
    assert "good" in plugins.connectors()
    assert "acme" not in plugins.connectors()
    with pytest.raises(Exception, match=told):
        raise plugins.problems[0]


def test_two_parts_of_one_name_are_an_error():
    mine = brings("oppbridge_connectors", [spec("dataverse")])
    with pytest.raises(ConfigError, match="brings a connector called 'dataverse'"):
        using(("mine", mine)).connectors()


def test_a_policy_that_breaks_its_word_asks_a_person():
    def odd(clash):
        if clash.path == "raise":
            raise ValueError
        return "somebody" if clash.path == "unknown" else "a"

    settle = using(("p", brings("oppbridge_policies", {"odd": odd}))).policies()["odd"]

    def clash(path):
        return Clash("account", path, None, {"a": 1, "b": 2}, {})

    assert settle(clash("fine")) == "a"
    assert settle(clash("raise")) is None
    assert settle(clash("unknown")) is None


def test_a_gate_that_breaks_its_word_holds_the_write():
    def gate(proposal):
        if proposal.action == "create":
            return None
        if proposal.action == "update":
            return 5
        raise ValueError("no luck")

    offer = Offer("odd", lambda settings: gate, Settings)
    judge = using(("p", brings("oppbridge_gates", [offer]))).gates()["odd"].build(Settings())

    def proposal(action):
        return Proposal("account", "u", "sales", action, {}, {})

    assert judge(proposal("create")) is None
    assert "returned 5" in judge(proposal("update"))
    assert "raised ValueError: no luck" in judge(proposal("delete"))


NOW = datetime(2026, 11, 25, tzinfo=UTC)
EVENTS = {
    "oppbridge_run_started": RunStarted("f", NOW),
    "oppbridge_delivered": Delivered(
        "f", NOW, "sales", (Settled(1, "account", "create", "k", "done"),)
    ),
    "oppbridge_run_finished": RunFinished("f", NOW, {}),
}


@pytest.mark.parametrize("hook", EVENTS)
def test_a_watcher_is_told_and_cannot_disturb(hook):
    seen = []

    class Good:
        pass

    class Bad:
        pass

    def watch(event):
        seen.append(event)

    def disturb(event):
        raise ValueError("no luck")

    for kind, function in ((Good, watch), (Bad, disturb)):
        function.__name__ = hook
        setattr(kind, hook, staticmethod(hookimpl(function)))
    plugins = using(("bad", Bad()), ("good", Good()))
    plugins.tell(EVENTS[hook])
    plugins.tell(EVENTS[hook])
    assert seen == [EVENTS[hook]] * 2
    assert [str(problem) for problem in plugins.problems] == [
        f"plugin 'bad' ({hook}) raised ValueError: no luck"
    ]


def test_commands_and_sandboxes_are_brought_by_name(tmp_path):
    command = Command("hello", "Say hello.", lambda words: 0)
    twin = Twin("acme", "acme", lambda path: None)
    plugins = using(
        ("c", brings("oppbridge_commands", [command])),
        ("s", brings("oppbridge_sandboxes", [twin])),
    )
    assert plugins.commands() == {"hello": command}
    assert plugins.sandboxes() == {"acme": twin}


def test_enrichers_and_scorers_are_brought_by_name():
    offer = Offer("mine", lambda settings: None, Settings)
    plugins = using(
        ("e", brings("oppbridge_enrichers", [offer])), ("s", brings("oppbridge_scorers", [offer]))
    )
    assert plugins.enrichers()["mine"] == offer
    assert plugins.scorers()["mine"] == offer


def test_every_hook_call_is_printed_on_request(monkeypatch, capsys):
    monkeypatch.setenv("OPPBRIDGE_TRACE_HOOKS", "1")
    using(("acme", brings("oppbridge_commands", []))).commands()
    told = capsys.readouterr().err
    assert "hook oppbridge_commands(host=Host(" in told
    assert "hook oppbridge_commands = " in told


def test_there_are_ten_hooks_and_each_says_when_and_how():
    hooks = [name for name in dir(Hooks) if name.startswith("oppbridge_")]
    assert len(hooks) == 10
    for name in hooks:
        told = getattr(Hooks, name).__doc__
        assert told.startswith("When ")
        assert f"def {name}(" in told
