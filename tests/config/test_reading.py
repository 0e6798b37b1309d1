"""A configuration is read whole, or every mistake in it is named with its place."""

import pathlib
from datetime import date

import pytest

from oppbridge.config import load
from oppbridge.errors import ConfigError

GOOD = """
store: {url: "sqlite:///here.db"}
systems:
  sales: {connector: dataverse, settings: {url: "https://x.test", secret: {env: S}}}
  scm: {connector: scm}
flows:
  quote-to-cash:
    entities:
      account:
        systems: {scm: {owns: ["*"], filter: "status == 'active'"}, sales: {}}
        policy: owner
        owner: scm
        fields: {phone: {policy: latest}, email: {owner: sales}}
        match: [number]
    gates: [{use: amount, limit: "50000 EUR"}]
"""


@pytest.fixture
def read(tmp_path):
    def write_and_load(text):
        path = tmp_path / "oppbridge.yaml"
        path.write_text(text)
        return load(path)

    return write_and_load


def refused(read, text):
    with pytest.raises(ConfigError) as caught:
        read(text)
    return str(caught.value)


def test_a_good_file_is_read_and_frozen(read):
    found = read(GOOD)
    account = found.flows["quote-to-cash"].entities["account"]
    assert account.systems["scm"].owns == ("*",)
    assert account.systems["sales"].writes
    assert account.deletions == "hold"
    assert found.flows["quote-to-cash"].gates[0].settings == {"limit": "50000 EUR"}
    assert found.flows["quote-to-cash"].limits.dead == 0
    with pytest.raises(ValueError, match="frozen"):
        found.plugins = ("acme",)


def test_matching_and_waves_are_read(read):
    more = """
        match:
          exact: [number, domain]
          fuzzy: {fields: {name: 0.7, city: 0.3}}
        waves:
          - {owner: sales, when: "country == 'DE'", since: 2027-03-01}
"""
    found = read(GOOD.replace("        match: [number]\n", more.lstrip("\n")))
    account = found.flows["quote-to-cash"].entities["account"]
    assert account.match.exact == ("number", "domain")
    assert account.match.fuzzy.fields == {"name": 0.7, "city": 0.3}
    assert (account.match.fuzzy.link_above, account.match.fuzzy.ask_above) == (0.95, 0.8)
    assert account.waves[0].since == date(2027, 3, 1)
    assert account.waves[0].fields == ("*",)
    short = read(GOOD).flows["quote-to-cash"].entities["account"].match
    assert (short.exact, short.fuzzy) == (("number",), None)


def test_the_example_of_the_repository_is_good():
    root = pathlib.Path(__file__).parents[2]
    found = load(root / "config/oppbridge.yaml")
    assert list(found.flows["quote-to-cash"].entities)[:2] == ["account", "product"]


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        ("store:", "stores:", "stores: there is no such key; did you mean 'store'?"),
        ("policy: owner", "polcy: owner", "flows.quote-to-cash.entities.account.polcy: there is no such key; did you mean 'policy'?"),
        ("owner: scm", "owner: smc", "flows.quote-to-cash.entities.account.owner: 'smc' does not take part here; did you mean 'scm'?"),
        ("{policy: latest}", "{plicy: latest}", "flows.quote-to-cash.entities.account.fields.phone.plicy: there is no such key; did you mean 'policy'?"),
        ("{policy: latest}", "{}", "fields.phone: give a policy, an owner, or both"),
        ("account:", "acount:", "flows.quote-to-cash.entities.acount: there is no entity 'acount'; did you mean 'account'?"),
        ("sales: {}}", "salse: {}}", "entities.account.systems.salse: there is no system 'salse'; did you mean 'sales'?"),
        ("phone:", "phnoe:", "account.fields.phnoe: 'phnoe' is no field of account; did you mean 'phone'?"),
        ("[number]", "[nubmer]", "account.match[0]: 'nubmer' is no field of account; did you mean 'number'?"),
        ('["*"]', "[lines/*/price]", "account.systems.scm.owns[0]: 'lines/*/price' is no field of account"),
        ("status ==", "statsu ==", "account.systems.scm.filter: 'statsu' is no field of account; did you mean 'status'?"),
        ("connector: scm", "connector: 7", "systems.scm.connector: "),
        ("match: [number]", "deletions: never", "account.deletions: "),
        ("[number]", "{exact: [nubmer]}", "account.match.exact[0]: 'nubmer' is no field of account; did you mean 'number'?"),
        ("[number]", "[parent]", "account.match[0]: 'parent' points at another record; match by what is its own"),
        ("[number]", "[7]", "account.match.exact[0]: "),
        ("[number]", "{fuzzy: {fields: {nmae: 1}}}", "account.match.fuzzy.fields.nmae: 'nmae' is no field of account; did you mean 'name'?"),
        ("[number]", "{fuzzy: {fields: {name: 0}}}", "account.match.fuzzy.fields.name: "),
        ("[number]", "{fuzzy: {fields: {}}}", "account.match.fuzzy.fields: "),
        ("[number]", "{fuzzy: {fields: {name: 1}, link_above: 0.5}}", "account.match.fuzzy: ask_above must not be more than link_above"),
        ("[number]", "{exact: [number], fuzy: {}}", "account.match.fuzy: there is no such key; did you mean 'fuzzy'?"),
        ("match: [number]", "waves: [{owner: smc}]", "account.waves[0].owner: 'smc' does not take part here; did you mean 'scm'?"),
        ("match: [number]", "waves: [{owner: scm, when: contry == 'DE'}]", "account.waves[0].when: 'contry' is no field of account; did you mean 'country'?"),
        ("match: [number]", "waves: [{owner: scm, fields: [naem]}]", "account.waves[0].fields[0]: 'naem' is no field of account; did you mean 'name'?"),
        ("match: [number]", "waves: [{owner: scm, since: soon}]", "account.waves[0].since: "),
        ("{use: amount,", "{usee: amount,", "flows.quote-to-cash.gates[0].use: is missing"),
        ("sqlite:///here.db", "postgresql+psycopg://me:geheim@db/x", "store: the url holds a password"),
        ("  scm: {connector: scm}", "  Scm: {connector: scm}", "systems.Scm: is not a name"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_file_key_path_and_nearest_name(read, was, now, told, tmp_path):
    assert was in GOOD
    message = refused(read, GOOD.replace(was, now, 1))
    assert f"{tmp_path / 'oppbridge.yaml'}: " in message
    assert told in message
    assert "geheim" not in message


def test_all_mistakes_are_told_at_once(read):
    message = refused(read, GOOD.replace("policy: owner", "polcy: 1").replace("store:", "stor:"))
    assert len(message.splitlines()) == 2


@pytest.mark.parametrize(
    "text", ["", "[]", "a: [", "a: 1\na: 2", "a: &x 1\nb: *x", "a: !!python/name:os.system"]
)
def test_what_is_no_plain_mapping_is_refused(read, text):
    assert "oppbridge.yaml" in refused(read, text)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"nowhere\.yaml"):
        load(tmp_path / "nowhere.yaml")


def test_nothing_is_looked_up_while_reading(read, monkeypatch):
    monkeypatch.delenv("S", raising=False)
    assert read(GOOD).systems["sales"].settings["secret"] == {"env": "S"}
