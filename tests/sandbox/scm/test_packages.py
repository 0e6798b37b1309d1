"""The data management package API: whole entities in zipped files, asynchronously."""

from __future__ import annotations

import csv
import io
import json
import zipfile

import pytest

SET = "DataManagementDefinitionGroups/Microsoft.Dynamics.DataEntities"
BLOCK = {"x-ms-blob-type": "BlockBlob", "Authorization": None}


def _act(scm, action, **body):
    answer = scm.session.post(f"{scm.base}/data/{SET}.{action}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()["value"]


def _export(scm, project, company="usmf"):
    number = _act(
        scm,
        "ExportToPackage",
        definitionGroupId=project,
        packageName="p",
        executionId="",
        reExecute=True,
        legalEntityId=company,
    )
    scm.sandbox.clock.move(2)
    assert _act(scm, "GetExecutionSummaryStatus", executionId=number) == "Succeeded"
    url = _act(scm, "GetExportedPackageUrl", executionId=number)
    content = scm.session.get(url, headers={"Authorization": None}).content
    package = zipfile.ZipFile(io.BytesIO(content))
    assert {"Manifest.xml", "PackageHeader.xml"} <= set(package.namelist())
    return package


def _import(scm, project, name, rows):
    columns = list(rows[0])
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([row.get(column, "") for column in columns] for row in rows)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr(f"{name}.csv", text.getvalue())
    place = json.loads(_act(scm, "GetAzureWriteUrl", uniqueFileName="in.zip"))["BlobUrl"]
    assert scm.session.put(place, data=out.getvalue(), headers=BLOCK).status_code == 201
    number = _act(
        scm,
        "ImportFromPackage",
        packageUrl=place,
        definitionGroupId=project,
        executionId="",
        execute=True,
        overwrite=True,
        legalEntityId="usmf",
    )
    scm.sandbox.clock.move(2)
    return number, _act(scm, "GetExecutionSummaryStatus", executionId=number)


@pytest.fixture
def project(scm):
    def define(name, *entities, **more):
        scm.command("project", name=name, entities=entities, **more)
        return name

    return define


def _rows(package, name):
    return list(csv.DictReader(io.StringIO(package.read(f"{name}.csv").decode())))


def test_an_export_holds_the_companys_rows(scm, project):
    mine, theirs = scm.customer(KnownAs="exported"), scm.customer("demf", KnownAs="exported")
    rows = _rows(_export(scm, project("all customers", "CustomersV3")), "Customers V3")
    found = {row["CUSTOMERACCOUNT"] for row in rows if row["KNOWNAS"] == "exported"}
    assert found == {mine}
    assert theirs not in found


def test_an_incremental_export_holds_what_changed_since_the_last(scm, project):
    scm.customer()
    name = project("changed customers", "CustomersV3", incremental=True)
    assert _rows(_export(scm, name), "Customers V3")
    assert _rows(_export(scm, name), "Customers V3") == []
    account = scm.customer()
    assert [r["CUSTOMERACCOUNT"] for r in _rows(_export(scm, name), "Customers V3")] == [account]


def test_a_job_takes_its_time(scm, project):
    name = project("slow", "Currencies")
    number = _act(scm, "ExportToPackage", definitionGroupId=name, legalEntityId="usmf")
    seen = []
    for _ in range(3):
        seen.append(_act(scm, "GetExecutionSummaryStatus", executionId=number))
        scm.sandbox.clock.move(1)
    assert seen == ["NotRun", "Executing", "Succeeded"]


def test_an_import_creates_changes_and_tells_what_failed(scm, project):
    account = scm.customer()
    base = {"CUSTOMERGROUPID": "30", "SALESCURRENCYCODE": "USD"}
    rows = [
        {"CUSTOMERACCOUNT": account, "ORGANIZATIONNAME": "Changed", "CREDITLIMIT": "12.5", **base},
        {"CUSTOMERACCOUNT": "DMF-1", "ORGANIZATIONNAME": "New", **base},
        {"CUSTOMERACCOUNT": "DMF-2", "ORGANIZATIONNAME": "Bad", **base, "CUSTOMERGROUPID": "99"},
    ]
    number, status = _import(scm, project("customers in", "CustomersV3"), "Customers V3", rows)
    assert status == "PartiallySucceeded"
    changed = scm.get(f"CustomersV3(dataAreaId='usmf',CustomerAccount='{account}')").json()
    assert (changed["OrganizationName"], changed["CreditLimit"]) == ("Changed", 12.5)
    key = "CustomersV3(dataAreaId='usmf',CustomerAccount='DMF-{}')"
    assert scm.get(key.format(1)).status_code == 200
    assert scm.get(key.format(2)).status_code == 404
    body = {"executionId": number, "entityName": "Customers V3"}
    assert _act(scm, "GenerateImportTargetErrorKeysFile", **body) is True
    url = _act(scm, "GetImportTargetErrorKeysFileUrl", **body)
    assert "DMF-2" in scm.session.get(url, headers={"Authorization": None}).text
    errors = json.loads(_act(scm, "GetExecutionErrors", executionId=number))
    assert "Customer groups" in errors[0]["error"]


def test_an_export_read_back_changes_nothing(scm, project):
    scm.customer(OrganizationName='Quoted, "name"\nin two lines')
    name = project("there and back", "CustomersV3")
    before = scm.sandbox.scm.rows("CustomersV3", dataAreaId="usmf")
    columns = ("CUSTOMERACCOUNT", "ORGANIZATIONNAME", "CREDITLIMIT", "CUSTOMERGROUPID")
    rows = [
        {column: row[column] for column in columns}
        for row in _rows(_export(scm, name), "Customers V3")
    ]
    assert _import(scm, name, "Customers V3", rows)[1] == "Succeeded"
    assert scm.sandbox.scm.rows("CustomersV3", dataAreaId="usmf") == before


def test_addresses_are_signed_and_expire(scm, project):
    url = json.loads(_act(scm, "GetAzureWriteUrl", uniqueFileName="x"))["BlobUrl"]
    assert scm.session.put(url, data=b"x").status_code == 400
    assert scm.session.put(url, data=b"x", headers=BLOCK).status_code == 201
    assert scm.session.get(url.replace("sig=", "sig=x")).status_code == 404
    scm.sandbox.clock.move(601)
    assert scm.session.get(url).status_code == 403


def test_unknown_projects_runs_and_actions_are_refused(scm):
    url = f"{scm.base}/data/{SET}"
    assert scm.session.post(f"{url}.ExportToPackage", json={}).status_code == 400
    assert scm.session.post(f"{url}.GetExecutionErrors", json={}).status_code == 400
    assert scm.session.post(f"{url}.Dance", json={}).status_code == 404
