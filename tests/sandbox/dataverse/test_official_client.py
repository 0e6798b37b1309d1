"""Microsoft's own Python client, unmodified, against the twin."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from oppbridge.sandbox import Sandbox
from oppbridge.sandbox.dataverse import Settings

pytest.importorskip("PowerPlatform.Dataverse")

from azure.core.credentials import AccessToken
from PowerPlatform.Dataverse.client import DataverseClient
from PowerPlatform.Dataverse.core.errors import HttpError
from PowerPlatform.Dataverse.models.upsert import UpsertItem

pytestmark = [pytest.mark.integration, pytest.mark.filterwarnings("ignore::DeprecationWarning")]


class LocalCredential:
    """Any object with get_token satisfies the client."""

    def get_token(self, *scopes: str, **_: object) -> AccessToken:
        return AccessToken("sandbox-token", int(time.time()) + 3600)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    settings = Settings(keys={"account": (("accountnumber",),)})
    with Sandbox.start(dataverse=settings) as running:
        yield running


@pytest.fixture
def client(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[DataverseClient]:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(sandbox.ca_file))
    with DataverseClient(sandbox.url("dataverse"), LocalCredential()) as opened:
        yield opened


def test_it_creates_reads_changes_and_deletes_one(
    client: DataverseClient, sandbox: Sandbox
) -> None:
    account = client.records.create("account", {"name": "Probe", "industrycode": 7})
    client.records.update(
        "account", account, {"telephone1": "555-0100", "industrycode": "Consulting"}
    )
    found = client.records.retrieve(
        "account", account, select=["name", "telephone1", "industrycode"]
    )
    assert (found["name"], found["telephone1"], found["industrycode"]) == ("Probe", "555-0100", 7)
    client.records.delete("account", account)
    assert sandbox.dataverse.count("account") == 0


def test_it_creates_and_changes_many(client: DataverseClient, sandbox: Sandbox) -> None:
    ids = client.records.create("account", [{"name": f"A{i}"} for i in range(25)])
    assert len(set(ids)) == 25
    client.records.update("account", ids, {"description": "all"})
    assert {row["description"] for row in sandbox.dataverse.rows("account")} == {"all"}
    client.records.delete("account", ids)
    assert sandbox.dataverse.count("account") == 0


def test_it_upserts_one_and_many(client: DataverseClient, sandbox: Sandbox) -> None:
    for name in ("First", "Second"):
        client.records.upsert("account", [UpsertItem({"accountnumber": "A1"}, {"name": name})])
    assert [row["name"] for row in sandbox.dataverse.rows("account")] == ["Second"]
    items = [UpsertItem({"accountnumber": f"A{i}"}, {"name": f"N{i}"}) for i in (1, 2)]
    client.records.upsert("account", items)
    assert {row["name"] for row in sandbox.dataverse.rows("account")} == {"N1", "N2"}


def test_it_queries_page_by_page(client: DataverseClient) -> None:
    client.records.create("account", [{"name": f"P{i:02}"} for i in range(23)])
    pages = list(
        client.records.list_pages(
            "account",
            select=["name"],
            filter="startswith(name,'P')",
            orderby=["name desc"],
            page_size=5,
        )
    )
    names = [row["name"] for page in pages for row in page]
    assert names == [f"P{i:02}" for i in reversed(range(23))]
    assert len(pages) == 5


def test_it_runs_sql(client: DataverseClient) -> None:
    client.records.create("account", [{"name": f"S{i}", "numberofemployees": i} for i in range(6)])
    rows = client.query.sql(
        "SELECT name, numberofemployees FROM account WHERE numberofemployees >= 4 ORDER BY name"
    )
    assert [(row["name"], row["numberofemployees"]) for row in rows] == [("S4", 4), ("S5", 5)]


def test_it_sees_refusals_in_the_services_words(client: DataverseClient, sandbox: Sandbox) -> None:
    with pytest.raises(HttpError) as missing:
        client.records.update("account", "11111111-1111-1111-1111-111111111111", {"name": "x"})
    assert missing.value.status_code == 404
    sandbox.faults.add("throttle", service="dataverse", retry_after="7")
    with pytest.raises(HttpError) as throttled:
        client.records.create("account", {"name": "x"})
    assert throttled.value.is_transient
    assert throttled.value.details["retry_after"] == 7


def test_it_runs_a_change_set(client: DataverseClient, sandbox: Sandbox) -> None:
    batch = client.batch.new()
    with batch.changeset() as changes:
        account = changes.records.create("account", {"name": "Parent"})
        changes.records.create(
            "contact", {"lastname": "Child", "parentcustomerid_account@odata.bind": account}
        )
    batch.execute()
    contact = sandbox.dataverse.rows("contact")[0]
    assert contact["_accountid_value"] == sandbox.dataverse.rows("account")[0]["accountid"]
