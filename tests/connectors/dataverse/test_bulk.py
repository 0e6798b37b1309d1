"""Many writes at once against the twin: the cheapest call, one bad row, lost answers, throttling."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from oppbridge.contract import Action, Write
from oppbridge.errors import ConfigError, Invalid, Stale, Throttled, Unavailable, Unsure
from tests.connectors.dataverse.conftest import MAPS, World, open_gates

LONG = "x" * 200


def creates(count: int, **values: Any) -> list[Write]:
    rows = [MAPS["account"].created({"name": f"A{n}", **values}) for n in range(count)]
    return [Write(str(uuid4()), Action.CREATE, str(uuid4()), None, row) for row in rows]


def calls(world: World) -> int:
    return world.sandbox.counters.requests("dataverse")


@pytest.fixture
def ready(world: World) -> World:
    world.walk("account")  # signed in, and nothing left to look up
    world.sandbox.counters.reset()
    return world


def test_many_creates_are_one_call_and_one_echo(ready):
    writes = creates(150)
    receipts = ready.line.write("account", writes)
    assert [receipt.key for receipt in receipts] == [write.origin for write in writes]
    assert all(receipt.row["name"] == f"A{n}" for n, receipt in enumerate(receipts))
    assert calls(ready) == 2


def test_one_bad_row_in_a_thousand_costs_few_calls_and_loses_no_other(ready):
    writes = creates(1000)
    bad = writes[617]
    writes[617] = Write(bad.id, bad.action, bad.origin, None, {"name": LONG})
    receipts = ready.line.write("account", writes)
    assert [receipt.id for receipt in receipts if receipt.error] == [bad.id]
    assert isinstance(receipts[617].error, Invalid)
    assert "160" in str(receipts[617].error)
    assert ready.twin.count("accounts") == 999
    assert calls(ready) <= 20 + 2 + 5  # halving, the two bulks, the echo in filters of 200 keys


def test_what_was_created_before_is_found_and_the_rest_is_created(ready):
    writes = creates(120)
    ready.line.write("account", writes[:70])
    receipts = ready.line.write("account", writes)
    assert [receipt.existed for receipt in receipts] == [True] * 70 + [False] * 50
    assert all(receipt.error is None for receipt in receipts)


def test_a_create_that_exists_shows_the_row_as_it_is_now(ready):
    [write] = creates(1)
    ready.line.write("account", [write])
    ready.twin.edit("accounts", write.origin, {"name": "edited"})
    [receipt] = ready.line.write("account", [write])
    assert (receipt.existed, receipt.row["name"]) == (True, "edited")


def test_updates_without_a_guard_are_one_call(ready):
    writes = creates(40)
    ready.line.write("account", writes)
    ready.sandbox.counters.reset()
    row = MAPS["account"].write({"city": "Ghent"})
    updates = [Write(str(uuid4()), Action.UPDATE, w.origin, w.origin, row) for w in writes]
    receipts = ready.line.write("account", updates)
    assert {receipt.row["address1_city"] for receipt in receipts} == {"Ghent"}
    assert calls(ready) == 2


def test_guarded_updates_go_in_one_batch_and_only_the_stale_is_refused(ready):
    made = ready.line.write("account", creates(30))
    ready.twin.edit("accounts", made[7].key, {"name": "a person"})
    ready.sandbox.counters.reset()
    row = MAPS["account"].write({"city": "Ghent"})
    updates = [
        Write(str(uuid4()), Action.UPDATE, str(m.key), m.key, row, version=m.version) for m in made
    ]
    receipts = ready.line.write("account", updates)
    assert [n for n, receipt in enumerate(receipts) if receipt.error] == [7]
    assert calls(ready) == 2


def test_the_same_row_twice_in_one_call_is_written_in_order(ready):
    [made] = ready.line.write("account", creates(1))
    rows = [MAPS["account"].write({"city": city}) for city in ("One", "Two")]
    updates = [Write(str(uuid4()), Action.UPDATE, made.key, made.key, row) for row in rows]
    assert all(receipt.error is None for receipt in ready.line.write("account", updates))
    assert ready.twin.row("accounts", made.key)["address1_city"] == "Two"


def test_a_lost_answer_to_a_bulk_is_unsure_and_sending_again_makes_no_twin(ready):
    writes = creates(60)
    ready.sandbox.faults.add("lost_answer", service="dataverse", path="CreateMultiple")
    receipts = ready.line.write("account", writes)
    assert all(isinstance(receipt.error, Unsure) for receipt in receipts)
    again = [Write(w.id, w.action, w.origin, None, w.row, again=True) for w in writes]
    receipts = ready.line.write("account", again)
    assert all(receipt.existed and receipt.error is None for receipt in receipts)
    assert ready.twin.count("accounts") == 60


def test_a_batch_answer_cut_off_leaves_the_rest_unsure(ready):
    made = ready.line.write("account", creates(30))
    row = MAPS["account"].write({"city": "Ghent"})
    updates = [
        Write(str(uuid4()), Action.UPDATE, str(m.key), m.key, row, version=m.version) for m in made
    ]
    ready.sandbox.faults.add("truncated", service="dataverse", path="batch")
    receipts = ready.line.write("account", updates)
    told = {type(receipt.error) for receipt in receipts}
    assert Unsure in told
    assert told <= {Unsure, type(None)}


def test_an_echo_that_fails_is_unsure_because_the_rows_are_written(ready, opened):
    line = opened(patience=0)
    ready.sandbox.faults.add(
        "status", service="dataverse", method="GET", path="accounts", status=503
    )
    receipts = line.write("account", creates(3))
    assert all(isinstance(receipt.error, Unsure) for receipt in receipts)
    assert ready.twin.count("accounts") == 3


def test_trouble_before_anything_was_sent_is_raised(ready, opened):
    line = opened(patience=0)
    line.fetch("account", [str(uuid4())])
    for fault, error in (("throttle", Throttled), ("reset_before", Unsure)):
        ready.sandbox.faults.add(fault, service="dataverse", method="POST", retry_after="5")
        if error is Throttled:
            with pytest.raises(Throttled):
                line.write("account", creates(3))
        else:
            assert {type(r.error) for r in line.write("account", creates(3))} == {Unsure}
        open_gates()
    assert ready.twin.count("accounts") == 0


def test_trouble_after_something_was_sent_goes_into_the_receipts(ready, opened):
    line = opened(patience=0, bulk=2)
    ready.sandbox.faults.add(
        "throttle", service="dataverse", path="CreateMultiple", skip=1, retry_after="5"
    )
    receipts = line.write("account", creates(6))
    open_gates()
    written = [receipt.error is None for receipt in receipts]
    refused = [receipt.error for receipt in receipts if receipt.error]
    assert ready.twin.count("accounts") == 2
    assert all(isinstance(error, Throttled | Unsure) for error in refused)
    assert len(written) == 6


def test_a_deadlock_is_a_matter_of_trying_again(ready, opened):
    line = opened(patience=0)
    ready.sandbox.faults.add(
        "status",
        service="dataverse",
        path="CreateMultiple",
        status=500,
        code="0x80044150",
        message="Generic SQL error. Sql Number: 1205",
    )
    with pytest.raises(Unavailable):
        line.write("account", creates(3))


def test_a_missing_bulk_message_falls_back_to_batches(ready):
    ready.sandbox.faults.add(
        "status", service="dataverse", path="CreateMultiple", status=501, code="0x80040219"
    )
    receipts = ready.line.write("account", creates(50))
    assert all(receipt.error is None for receipt in receipts)
    assert calls(ready) == 3


def test_scores_of_many_are_one_call(ready):
    rows = [MAPS["opportunity"].created({"name": f"D{n}", "score": n}) for n in range(1, 31)]
    writes = [Write(str(uuid4()), Action.CREATE, str(uuid4()), None, row) for row in rows]
    receipts = ready.line.write("opportunity", writes)
    assert all(receipt.error is None for receipt in receipts)
    assert ready.twin.count("msdyn_predictivescores") == 30


def test_a_read_only_system_is_never_written(ready, opened):
    [receipt] = opened(read_only=True).write("account", creates(1))
    assert isinstance(receipt.error, Invalid)
    assert "read_only" in str(receipt.error)
    assert ready.twin.count("accounts") == 0


def test_a_duplicate_that_cannot_be_looked_up_is_unsure_not_rejected(ready, opened):
    line = opened(patience=0)
    [write] = creates(1)
    line.write("account", [write])
    ready.sandbox.faults.add(
        "status", service="dataverse", method="GET", path="accounts", status=503
    )
    [receipt] = line.write("account", [write])
    assert isinstance(receipt.error, Unsure)
    [again] = line.write("account", [write])
    assert again.existed


def test_a_price_that_cannot_be_read_leaves_the_product_unsure(ready, opened):
    line = opened(patience=0)
    row = MAPS["product"].created({"name": "W", "number": "W1", "list_price": "5 EUR"})
    write = Write(str(uuid4()), Action.CREATE, str(uuid4()), None, row)
    ready.sandbox.faults.add("status", service="dataverse", path="productpricelevels", status=503)
    [receipt] = line.write("product", [write])
    assert isinstance(receipt.error, Unsure)
    [again] = line.write("product", [write])
    assert again.error is None
    assert MAPS["product"].read(again.row)["list_price"] == "5 EUR"


def test_a_price_list_nobody_has_is_a_matter_of_configuration(ready, opened):
    line = opened(price_list="Standrd EUR")
    with pytest.raises(ConfigError, match="did you mean 'Standard EUR'"):
        line.fetch("product", [str(uuid4())])


class Meanwhile:
    """A person who edits a row right before the connector reads it back."""

    def __init__(self, line: Any, edit: Any) -> None:
        self.session = line._desk.session
        self.send, self.edit = self.session.send, edit
        self.session.send = self.sent

    def sent(self, call: Any) -> Any:
        if call.repeatable and self.edit is not None:
            edit, self.edit = self.edit, None
            edit()
        return self.send(call)


@pytest.mark.parametrize("guarded", [True, False])
def test_an_edit_between_a_write_and_its_echo_is_not_taken_for_the_echo(ready, opened, guarded):
    line = opened()
    [made] = line.write("account", creates(1))
    row = MAPS["account"].write({"city": "Ghent"})
    version = made.version if guarded else None
    parts: dict[str, Any] = {"version": version, "current": made.row}
    update = Write(str(uuid4()), Action.UPDATE, made.key, made.key, row, **parts)
    Meanwhile(line, lambda: ready.twin.edit("accounts", made.key, {"address1_city": "Lyon"}))
    [receipt] = line.write("account", [update])
    assert receipt.error is None
    if guarded:
        assert receipt.row is None
        [stale] = line.write("account", [replace(update, id="2", version=receipt.version)])
        assert isinstance(stale.error, Stale)


def test_an_edit_right_after_a_bulk_create_is_not_taken_for_the_echo(ready, opened):
    line = opened()
    writes = creates(3)
    Meanwhile(line, lambda: ready.twin.edit("accounts", writes[1].origin, {"name": "a person"}))
    receipts = line.write("account", writes)
    assert [receipt.row is None for receipt in receipts] == [False, True, False]
    row = MAPS["account"].write({"city": "Ghent"})
    key = writes[1].origin
    update = Write("u", Action.UPDATE, key, key, row, version=receipts[1].version)
    assert isinstance(line.write("account", [update])[0].error, Stale)
