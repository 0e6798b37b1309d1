"""Before a run, tables are compared with what the maps were made for; a person accepts or mends."""

from __future__ import annotations

from dataclasses import replace

import pytest

from oppbridge import Bridge
from oppbridge.sandbox import Sandbox
from oppbridge.sandbox.dataverse.schema.model import text

pytestmark = pytest.mark.integration

CONFIG = """\
systems:
  desk:
    connector: files
    settings: {{folder: ., read_only: true, entities: {{account: {{file: accounts.csv, key: id}}}}}}
    maps: {{account: desk.yaml}}
  sales:
    connector: dataverse
    settings:
      url: {services[dataverse]}
      authority: {services[login]}
      ca_file: {ca_file}
      tenant: {tenant}
      client_id: {client_id}
      secret: {{env: DRIFT_SECRET}}
      patience: 0.5
    maps: {{account: sales.yaml}}
flows:
  move:
    entities:
      account: {{systems: {{desk: {{writes: false}}, sales: {{}}}}, policy: owner, owner: desk}}
"""
DESK = """\
entity: account
native: accounts
fields:
  name: {at: name, lens: text, required: true}
  phone: {at: phone, lens: text}
"""
STAGES = {
    "run": lambda bridge: bridge.run("move").stopped,
    "observe": lambda bridge: bridge.observe("move").stopped,
    "decide": lambda bridge: bridge.decide("move").stopped,
    "deliver": lambda bridge: bridge.deliver("move").stopped,
    "plan": lambda bridge: bridge.plan("move").problems,
}


class Office:
    """A desk's file, Sales, and OppBridge between them."""

    def __init__(self, folder, sandbox):
        self.folder, self.sandbox = folder, sandbox
        self.sales = sandbox.dataverse
        (folder / "oppbridge.yaml").write_text(CONFIG.format(**sandbox.ready()))
        (folder / "desk.yaml").write_text(DESK)
        self.map("")
        self.rows("1,Contoso,555 0100")

    def map(self, extra):
        (self.folder / "sales.yaml").write_text(f"fields: {{{extra}}}\n")

    def rows(self, *rows, header="id,name,phone"):
        (self.folder / "accounts.csv").write_text("\n".join([header, *rows]) + "\n")

    def open(self):
        return Bridge.open(self.folder / "oppbridge.yaml")

    def run(self):
        with self.open() as bridge:
            return bridge.run("move")

    def check(self, **how):
        with self.open() as bridge:
            return [one for one in bridge.check(**how) if one.kind == "schema"]

    def narrow(self, length=40):
        name = self.sales.book["account"].columns["name"]
        self.sales.alter("account", add=[replace(name, length=length)])

    def names(self):
        return sorted(row["name"] for row in self.sales.rows("account"))

    def asked(self, path):
        return sum(path in call.path for call in self.sandbox.counters.calls)


@pytest.fixture
def office(tmp_path, monkeypatch):
    with Sandbox.start() as sandbox:
        monkeypatch.setenv("DRIFT_SECRET", sandbox.ready()["client_secret"])
        yield Office(tmp_path, sandbox)


def test_a_run_that_finds_nothing_new_asks_once_and_writes_one_transaction(office):
    assert office.run().outcome == "done"
    office.sandbox.counters.reset()
    with office.open() as bridge:
        before = bridge._store.commits
        assert bridge.run("move").outcome == "done"
        assert bridge._store.commits - before == 1
    assert office.asked("RetrieveTimestamp") == 1
    assert office.asked("EntityDefinitions") == office.asked("$batch") == 0
    assert office.sandbox.counters.writes("dataverse") == 0


def test_another_table_that_changed_is_looked_past_in_silence(office):
    office.run()
    office.sales.alter("competitor", add=[text("new_motto")])
    report = office.run()
    assert (report.outcome, report.notices) == ("done", [])
    office.sandbox.counters.reset()
    office.run()
    assert office.asked("$batch") == 0, "what was seen is kept"


def test_a_stop_names_system_table_column_field_map_and_what_to_do(office):
    office.run()
    office.narrow()
    office.rows("2,Fabrikam,555 0101")
    [said] = office.run().stopped
    assert said == (
        "sales: accounts.name (name in sales.yaml) holds 40 characters, and held 160: "
        "account stands still; set `length: 40`, or run `oppbridge check --accept`"
    )
    assert office.names() == ["Contoso"]


@pytest.mark.parametrize("stage", STAGES)
def test_no_door_leads_around_it(office, stage):
    office.run()
    office.rows("1,Contoso,555 0100", "2,Fabrikam,555 0101")
    with office.open() as bridge:
        bridge.plan("move")
    office.narrow()
    with office.open() as bridge:
        assert any("account stands still" in said for said in STAGES[stage](bridge))
    assert office.names() == ["Contoso"]


def test_an_approved_plan_is_not_applied_either(office):
    office.run()
    office.rows("1,Contoso,555 0100", "2,Fabrikam,555 0101")
    with office.open() as bridge:
        plan = bridge.plan("move")
        office.narrow()
        assert bridge.apply(plan.digest).stopped
        assert office.names() == ["Contoso"]
        bridge.check(accept=True)
        assert not bridge.apply(plan.digest).stopped
    assert office.names() == ["Contoso", "Fabrikam"]


def test_an_admin_accepts_and_the_next_run_goes_on(office):
    office.run()
    office.narrow()
    office.rows("1,Contoso,555 0100", "2,Fabrikam,555 0101")
    [found] = office.check()
    assert (found.severity, found.system, found.entity) == ("error", "sales", "account")
    assert "--accept" in found.advice
    assert office.run().stopped, "checking alone accepts nothing"
    [found] = office.check(accept=True)
    assert found.severity == "ok"
    assert found.message.startswith("accepted: ")
    assert office.check() == []
    assert office.run().outcome == "done"
    assert office.names() == ["Contoso", "Fabrikam"]


def test_a_mended_map_needs_no_accepting(office):
    office.run()
    office.narrow()
    office.map("name: {at: name, lens: text, length: 40, required: true}")
    assert office.run().outcome == "done"
    assert office.check() == []


def test_a_column_that_is_gone_cannot_be_accepted_only_mended(office):
    office.run()
    office.sales.alter("account", drop=["websiteurl"])
    [found] = office.check(accept=True)
    assert (found.severity, found.advice) == (
        "error",
        "map another column, or take it out of the map",
    )
    assert office.run().stopped
    office.map("website: {at: address1_line2, lens: text, length: 200}")
    assert office.run().outcome == "done"


def test_a_check_notes_what_runs_compare_with(office):
    office.check()
    office.narrow()
    assert office.run().stopped


def test_what_is_merely_new_is_one_notice_and_then_known(office):
    office.run()
    office.sales.alter("account", add=[text("new_one"), text("new_two")])
    report = office.run()
    assert report.outcome == "done"
    assert report.notices == ["sales: accounts: new_one is new; new_two is new"]
    assert office.run().notices == []


def test_a_column_gone_from_a_file_is_not_read_as_emptied(office):
    office.run()
    office.rows("1,Contoso", header="id,name")
    [said] = office.run().stopped
    assert "desk: accounts.phone (phone in desk.yaml) is gone" in said
    assert office.sales.rows("account")[0]["telephone1"] == "555 0100"
    office.rows("1,Contoso,555 0199")
    assert office.run().outcome == "done"
    assert office.sales.rows("account")[0]["telephone1"] == "555 0199"


def test_a_file_that_is_not_there_has_no_columns_to_miss(office):
    office.rows("1,Contoso,555 0100,x", header="id,name,phone,more")
    office.run()
    (office.folder / "accounts.csv").unlink()
    assert office.check() == []
    office.rows("1,Contoso,555 0100")
    assert office.run().outcome == "done"


def test_metadata_that_cannot_be_read_now_keeps_the_run_from_writing(office):
    office.sandbox.faults.add(
        "status", service="dataverse", path="RetrieveTimestamp", status=503, times=None
    )
    report = office.run()
    assert report.outcome == "retry"
    assert office.names() == []
    office.sandbox.faults.clear()
    assert office.run().outcome == "done"


def test_an_environment_without_a_stamp_is_described_every_time(office):
    office.run()
    office.narrow()
    office.sandbox.faults.add(
        "status", service="dataverse", path="RetrieveTimestamp", status=404, times=None
    )
    assert office.run().stopped
