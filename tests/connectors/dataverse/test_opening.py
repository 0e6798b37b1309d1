"""Settings, introduction, and opening a line."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest
from pydantic import ValidationError

from oppbridge.connectors.dataverse import SPEC, DataverseSettings
from oppbridge.contract import Connector, Describer, Finder, Reader, Selection, Surveyor, Writer
from oppbridge.errors import AccessDenied, ConfigError
from oppbridge.mapping import compile_map, load_map
from oppbridge.mapping.check import check_map
from oppbridge.sandbox import Sandbox
from oppbridge.sandbox.dataverse.schema.model import text
from oppbridge.sandbox.dataverse.settings import Settings
from tests.connectors.dataverse.conftest import SELECTIONS, settings_of

GIVEN = {"url": "https://contoso.crm.dynamics.com", "tenant": "t", "client_id": "c"}


def test_introducing_it_loads_no_http_client():
    code = "import sys, oppbridge.connectors.dataverse; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert not {"requests", "msal", "urllib3", "cryptography"} & set(loaded.stdout.split())


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "exactly one of"),
        ({"secret": "s", "device_code": {}}, "exactly one of"),
        ({"secret": "s", "tenant": None}, "needs tenant and client_id"),
        ({"secret": "s", "url": "http://contoso.crm.dynamics.com"}, "https"),
        ({"secret": "s", "pricelist": "x"}, "pricelist"),
        ({"certificate": {"file": "x", "thumbprint": "short"}}, "thumbprint"),
    ],
)
def test_settings_that_cannot_work_are_refused(given, told):
    with pytest.raises(ValidationError, match=told):
        DataverseSettings.model_validate({**GIVEN, **given})


def test_secrets_do_not_show():
    settings = DataverseSettings.model_validate({**GIVEN, "secret": "very-private"})
    assert "very-private" not in f"{settings!r} {settings} {settings.model_dump()}"


def test_a_managed_identity_needs_no_client():
    settings = DataverseSettings.model_validate({"url": GIVEN["url"], "managed_identity": {}})
    assert settings.identity == "machine"


def test_the_line_keeps_every_part_of_the_contract(opened):
    line = opened()
    parts = (Connector, Reader, Writer, Finder, Describer, Surveyor)
    assert all(isinstance(line, part) for part in parts)


def test_a_strict_environment_takes_its_tokens():
    with Sandbox.start(dataverse=Settings(strict_tokens=True)) as running:
        line = SPEC.open(settings_of(running), SELECTIONS)
        assert line.changes("account", None, 5).more is False
        line.close()


def test_a_wrong_secret_is_access_denied(sandbox, opened):
    with pytest.raises(AccessDenied, match="AADSTS7000215") as caught:
        opened(secret="wrong-and-private").changes("account", None, 5)
    assert "wrong-and-private" not in str(caught.value)


def test_calls_are_made_in_the_name_of_a_user(sandbox, opened):
    [person] = sandbox.dataverse.rows("systemusers", "fullname = 'Paula Person'")
    line = opened(caller=person["azureactivedirectoryobjectid"])
    sandbox.dataverse.put("accounts", {"name": "A"})
    assert line.changes("account", None, 5).changes


def test_a_table_the_connector_does_not_know_is_described_by_options(sandbox):
    fields = ("leadid", "subject")
    lead = Selection("lead", "leads", fields, options={"logical": "lead"})
    key = sandbox.dataverse.put("leads", {"subject": "Hot"})
    line = SPEC.open(settings_of(sandbox), {"lead": lead})
    assert [change.key for change in line.changes("lead", None, 5).changes] == [key]
    line.close()
    with pytest.raises(ConfigError, match="say its table name"):
        SPEC.open(settings_of(sandbox), {"lead": Selection("lead", "leads", fields)})
    wrong = Selection("quote", "quotes", (), {"quotedetails": ()})
    with pytest.raises(ConfigError, match="it has: quote_details"):
        SPEC.open(settings_of(sandbox), {"quote": wrong})


def test_an_entity_the_line_was_not_opened_for_is_a_matter_of_configuration(sandbox):
    line = SPEC.open(settings_of(sandbox), {"account": SELECTIONS["account"]})
    with pytest.raises(ConfigError, match="not opened for 'quote'"):
        line.fetch("quote", [])
    line.close()


def test_the_maps_fit_the_live_metadata(opened):
    line = opened()
    shapes = {entity: load_map(path) for entity, path in SPEC.maps.items()}
    natives = {entity: shape.native for entity, shape in shapes.items()}
    found = {
        entity: check_map(shape, line.describe(entity), natives) for entity, shape in shapes.items()
    }
    assert {entity: findings for entity, findings in found.items() if findings} == {}


def test_metadata_tells_what_a_column_takes(opened):
    columns = opened().describe("account").columns
    assert columns["name"].length == 160
    assert columns["statecode"].choices == {"0": "Active", "1": "Inactive"}
    assert columns["_primarycontactid_value"].target == ("contacts",)
    assert columns["creditonhold"].choices == {"true": "Yes", "false": "No"}
    assert compile_map(load_map(SPEC.maps["account"])).origin == "accountid"


def test_a_survey_tells_whether_any_table_changed(sandbox, opened):
    line = opened()
    stamp = line.survey()
    assert stamp
    assert line.survey() == stamp
    sandbox.dataverse.alter("competitor", add=[text("opp_note", 5)])
    assert line.survey() not in (None, stamp)


def test_an_environment_without_the_function_has_no_stamp(sandbox, opened):
    line = opened()
    sandbox.faults.add("status", service="dataverse", path="RetrieveTimestamp", status=404)
    assert line.survey() is None


def test_a_table_under_another_name_is_described_by_it(sandbox, opened):
    line = opened()
    sandbox.dataverse.alter("account", called="firms", drop=["parentaccountid"])
    described = line.describe("account")
    assert described.native == "firms"
    assert "_parentaccountid_value" not in described.columns


def test_a_customer_that_may_be_one_of_fewer_kinds_is_shown_as_those(sandbox, opened):
    line = opened()
    assert "parentcustomerid_account" in line.describe("contact").columns
    column = sandbox.dataverse.book["contact"].columns["parentcustomerid"]
    left = tuple(one for one in column.towards if one.table != "account")
    sandbox.dataverse.alter("contact", add=[replace(column, towards=left)])
    columns = line.describe("contact").columns
    assert "parentcustomerid_account" not in columns
    assert "parentcustomerid_contact" in columns
