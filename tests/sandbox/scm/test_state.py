"""What survives a restart, and writes that commit late."""

from __future__ import annotations

import threading
import time

import pytest

from oppbridge.sandbox import Sandbox
from oppbridge.sandbox.scm.assumptions import Assumptions
from oppbridge.sandbox.scm.numbers import Mode
from oppbridge.sandbox.scm.schema import extended, load
from oppbridge.sandbox.scm.settings import Settings

ROW = {"CustomerGroupId": "30", "SalesCurrencyCode": "EUR", "OrganizationName": "Kept"}


def test_rows_numbers_and_setups_survive_a_restart(tmp_path):
    with Sandbox.start(state=tmp_path) as first:
        account = first.scm.put("CustomersV3", {"dataAreaId": "demf", **ROW})["CustomerAccount"]
        first.scm.post("sequence", company="usmf", name="CustomerAccount", mode="manual")
    with Sandbox.start(state=tmp_path) as second:
        kept = second.scm.get("CustomersV3", "demf", account)
        assert kept["OrganizationName"] == "Kept"
        following = second.scm.put("CustomersV3", {"dataAreaId": "demf", **ROW})
        assert int(following["CustomerAccount"][-6:]) == int(account[-6:]) + 1
        numbers = second.services["scm"].twin.numbers
        assert numbers.mode("usmf", "CustomerAccount") is Mode.MANUAL


def test_an_environment_is_set_up_from_its_settings():
    settings = Settings(
        sequences={("demf", "CustomerAccount"): Mode.CHANGEABLE},
        assumptions=Assumptions(page_size=2),
    )
    with Sandbox.start(scm=settings) as sandbox:
        row = {"dataAreaId": "demf", "CustomerAccount": "MINE", **ROW}
        assert sandbox.scm.put("CustomersV3", row)["CustomerAccount"] == "MINE"
        assert sandbox.services["scm"].twin.assumptions.page_size == 2


def test_a_late_commit_appears_later_and_other_writes_go_on(scm):
    scm.sandbox.faults.add("late_commit", service="scm", method="POST", delay=0.4)
    thread = threading.Thread(target=scm.customer, kwargs={"KnownAs": "late"})
    thread.start()
    time.sleep(0.1)
    scm.sandbox.scm.put("CustomersV3", {**ROW, "KnownAs": "meanwhile"})
    early = scm.sandbox.scm.rows("CustomersV3", KnownAs="late")
    thread.join()
    late = scm.sandbox.scm.rows("CustomersV3", KnownAs="late")
    assert (early, len(late)) == ([], 1)
    assert len(scm.sandbox.scm.rows("CustomersV3", KnownAs="meanwhile")) == 1


def test_columns_of_ones_own_are_kept_and_described_in_every_version_of_a_set():
    settings = Settings(columns={"SalesOrderHeadersV2": "d OrderedOn_Custom"})
    order = {"dataAreaId": "usmf", "CurrencyCode": "USD", "LanguageId": "en-us"}
    with Sandbox.start(scm=settings) as sandbox:
        account = sandbox.scm.put("CustomersV3", {"dataAreaId": "usmf", **ROW})["CustomerAccount"]
        order |= dict.fromkeys(
            ("OrderingCustomerAccountNumber", "InvoiceCustomerAccountNumber"), account
        )
        sandbox.scm.put("SalesOrderHeadersV2", {**order, "OrderedOn_Custom": "1996-07-04"})
        sandbox.scm.put("SalesOrderHeadersV2", order)
        rows = sandbox.scm.rows("SalesOrderHeadersV3")
        assert [row["OrderedOn_Custom"][:10] for row in rows] == ["1996-07-04", "1900-01-01"]


def test_columns_of_no_entity_set_are_refused():
    with pytest.raises(ValueError, match="no entity set 'Nowhere'"):
        extended(load(), {"Nowhere": "s Any"})
