"""Updates: read again right before, sent sparse, read back; what only posting can do is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest

from oppbridge.contract import Action, Part, Write
from oppbridge.errors import Gone, Invalid, Stale
from oppbridge.sandbox.scm.postings import QUOTATION_STEPS

from .conftest import create, line_part

HEADER = {"OrderingCustomerAccountNumber": "usmf|C1", "CurrencyCode": "USD"}
SET = "SalesOrderLines"


@pytest.fixture
def order(trade, line):
    parts = [
        line_part(SET, {"ItemNumber": f"usmf|{item}", "OrderedSalesQuantity": 3, "UnitPrice": 10})
        for item in ("1000", "2000")
    ]
    [receipt] = line.write("order", [create(HEADER, *parts)])
    assert receipt.error is None
    return receipt


def change(receipt, row=None, *parts, **how):
    return Write("u", Action.UPDATE, "origin", receipt.key, row or {}, parts, **how)


def edit(receipt, place, row):
    key = receipt.row[SET][place]["InventoryLotId"]
    return Part(SET, Action.UPDATE, key, key, row)


def removal(receipt, place):
    key = receipt.row[SET][place]["InventoryLotId"]
    return Part(SET, Action.DELETE, key, key, {})


def one(line, write, entity="order"):
    [receipt] = line.write(entity, [write])
    return receipt


def test_header_and_lines_change_together(trade, line, order):
    new = line_part(SET, {"ItemNumber": "usmf|1000", "OrderedSalesQuantity": 9})
    parts = (edit(order, 0, {"OrderedSalesQuantity": 7}), removal(order, 1), new)
    receipt = one(line, change(order, {"CustomerRequisitionNumber": "PO-1"}, *parts))
    assert receipt.error is None
    assert receipt.row["CustomerRequisitionNumber"] == "PO-1"
    assert sorted(each["OrderedSalesQuantity"] for each in receipt.row[SET]) == [7, 9]
    assert set(receipt.parts) == {new.id}


def test_one_refused_line_leaves_the_document_as_it_was(trade, line, order):
    bad = line_part(SET, {"ItemNumber": "usmf|nix", "OrderedSalesQuantity": 1})
    receipt = one(line, change(order, {"CustomerRequisitionNumber": "PO-1"}, bad))
    assert isinstance(receipt.error, Invalid)
    assert bad.id in str(receipt.error)
    assert trade.scm.rows("SalesOrderHeadersV2")[0]["CustomerRequisitionNumber"] == ""


def test_only_what_differs_is_sent(trade, line, order):
    trade.counters.reset()
    receipt = one(
        line,
        change(
            order, {"CustomerRequisitionNumber": ""}, edit(order, 0, {"UnitPrice": Decimal(10)})
        ),
    )
    assert receipt.error is None
    assert receipt.version == order.version
    assert trade.counters.writes("scm") == 0


def test_a_changed_price_shows_the_amount_the_service_makes_of_it(trade, line, order):
    receipt = one(line, change(order, {}, edit(order, 0, {"UnitPrice": Decimal("12.5")})))
    assert receipt.row[SET][0]["LineAmount"] == 37.5


def test_a_discount_survives_a_change_of_quantity(trade, line, order):
    given = one(line, change(order, {}, edit(order, 0, {"TotalDiscountAmount": Decimal(10)})))
    assert given.row[SET][0]["TotalDiscountAmount"] == 10
    receipt = one(line, change(order, {}, edit(order, 0, {"OrderedSalesQuantity": 7})))
    assert receipt.row[SET][0]["TotalDiscountAmount"] == 10
    assert receipt.row[SET][0]["LineAmount"] == 60


def test_an_old_version_is_stale(trade, line, order):
    trade.scm.edit("SalesOrderHeadersV2", order.key.split("|"), {"SalesOrderName": "Theirs"})
    write = change(order, {"SalesOrderName": "Ours"}, version=order.version)
    assert isinstance(one(line, write).error, Stale)
    assert trade.scm.rows("SalesOrderHeadersV2")[0]["SalesOrderName"] == "Theirs"


def test_a_changed_line_makes_its_document_a_newer_version(trade, line, order):
    place = ("usmf", order.row[SET][0]["InventoryLotId"])
    trade.scm.edit(SET, place, {"LineDescription": "Theirs"})
    write = change(order, {"SalesOrderName": "Ours"}, version=order.version)
    assert isinstance(one(line, write).error, Stale)


@pytest.mark.parametrize("column", ["SalesOrderName", "line"])
def test_without_a_version_only_the_touched_columns_count(trade, line, order, column):
    current = dict(order.row)
    trade.scm.edit("SalesOrderHeadersV2", order.key.split("|"), {"SalesOrderName": "Theirs"})
    key = order.row[SET][0]["InventoryLotId"]
    trade.scm.edit(SET, ("usmf", key), {"LineDescription": "Theirs"})
    free = change(order, {"CustomerRequisitionNumber": "PO"}, current=current)
    assert one(line, free).error is None
    touched = change(order, {"SalesOrderName": "Ours"}, current=current)
    if column == "line":
        touched = change(order, {}, edit(order, 0, {"LineDescription": "Ours"}), current=current)
    assert isinstance(one(line, touched).error, Stale)


def test_what_is_already_so_is_not_stale(trade, line, order):
    trade.scm.edit("SalesOrderHeadersV2", order.key.split("|"), {"SalesOrderName": "Same"})
    write = change(order, {"SalesOrderName": "Same"}, current=dict(order.row), again=True)
    assert one(line, write).error is None


def test_a_line_that_is_gone_makes_its_document_stale(trade, line, order):
    trade.scm.delete(SET, "usmf", order.row[SET][0]["InventoryLotId"])
    part = edit(order, 0, {"OrderedSalesQuantity": 7})
    assert isinstance(one(line, change(order, {}, part, current=dict(order.row))).error, Stale)


def test_removing_a_line_that_is_gone_is_done(trade, line, order):
    trade.scm.delete(SET, "usmf", order.row[SET][0]["InventoryLotId"])
    assert one(line, change(order, {}, removal(order, 0))).error is None


def test_a_row_that_is_gone_is_gone(trade, line, order):
    write = Write("u", Action.UPDATE, "o", "usmf|nobody", {"OrganizationName": "x"})
    assert isinstance(one(line, write, "account").error, Gone)


@pytest.mark.parametrize("guarded", [True, False])
def test_an_edit_in_the_last_moment_is_lost_only_without_a_guard(trade, open_line, order, guarded):
    """Someone edits between the reading and the write: If-Match is what notices it."""
    line = open_line(guarded=guarded)
    key = order.key.split("|")

    def meanwhile(call):
        if call.method == "PATCH":
            trade.scm.edit("SalesOrderHeadersV2", key, {"SalesOrderName": "Theirs"})

    send = line._session.send
    line._session.send = lambda call: (meanwhile(call), send(call))[1]
    receipt = one(line, change(order, {"SalesOrderName": "Ours"}, version=order.version))
    name = trade.scm.rows("SalesOrderHeadersV2")[0]["SalesOrderName"]
    assert (type(receipt.error), name) == ((Stale, "Theirs") if guarded else (type(None), "Ours"))


def test_a_refusal_of_a_row_that_moved_meanwhile_is_stale(trade, line, order):
    """The service tells lost races in words of many languages; that the row moved is certain."""
    key = order.key.split("|")

    def meanwhile(call):
        if call.method == "PATCH":
            trade.scm.edit("SalesOrderHeadersV2", key, {"SalesOrderName": "Theirs"})
            trade.faults.add(
                "status", service="scm", method="PATCH", status=400, message="Konflikt"
            )

    send = line._session.send
    line._session.send = lambda call: (meanwhile(call), send(call))[1]
    assert isinstance(one(line, change(order, {"SalesOrderName": "Ours"})).error, Stale)


class TestStatus:
    """Status is an outcome of posting."""

    def test_it_is_refused_and_says_what_to_do(self, trade, line, order):
        receipt = one(line, change(order, {"SalesOrderProcessingStatus": "Confirmed"}))
        assert isinstance(receipt.error, Invalid)
        assert "order.Confirmed" in str(receipt.error)

    def test_a_status_that_stands_already_is_no_change(self, trade, line, order):
        write = change(
            order, {"SalesOrderProcessingStatus": "Active", "SalesOrderStatus": "Backorder"}
        )
        assert one(line, write).error is None

    def test_a_configured_action_is_called(self, trade, open_line, order):
        line = open_line(actions={"order.Confirmed": "confirmOrder"})
        trade.faults.add("status", service="scm", path="confirmOrder$", status=204, message="")
        called = one(line, change(order, {"SalesOrderProcessingStatus": "Confirmed"}))
        assert called.error is None
        assert trade.faults.listed()[0]["struck"] == 1

    def test_creating_a_document_leaves_its_status_to_the_service(self, trade, line):
        [receipt] = line.write("order", [create({**HEADER, "SalesOrderStatus": "Invoiced"})])
        assert receipt.error is None
        assert receipt.row["SalesOrderStatus"] == "None"

    def test_totals_are_never_sent(self, trade, line, order):
        assert one(line, change(order, {"OrderTotalAmount": 5})).error is None

    def test_a_closed_document_is_refused_with_the_services_reason(self, trade, line, order):
        trade.scm.post("cancel_order", company="usmf", number=order.key.partition("|")[2])
        receipt = one(line, change(order, {"CustomerRequisitionNumber": "late"}))
        assert isinstance(receipt.error, Invalid)
        assert "Canceled" in str(receipt.error)


def test_quotation_statuses_reach_their_words(trade, line):
    from oppbridge.connectors.scm import SPEC
    from oppbridge.mapping import compile_map, load_map

    read = compile_map(load_map(SPEC.maps["quote"])).read
    row = {"RequestingCustomerAccountNumber": "usmf|C1", "CurrencyCode": "USD"}
    part = line_part(
        "SalesQuotationLines", {"ItemNumber": "usmf|1000", "RequestedSalesQuantity": 1}
    )
    [receipt] = line.write("quote", [create(row, part)])
    words = [read(receipt.row)["status"]]
    for step in ("send", "confirm"):
        assert step in QUOTATION_STEPS
        trade.scm.post(f"{step}_quotation", company="usmf", number=receipt.key.partition("|")[2])
        [now] = line.fetch("quote", [receipt.key])
        words.append(read(now.row)["status"])
    assert words == ["draft", "active", "won"]
    assert read(now.row)["order_number"]


def test_a_released_product_is_never_deleted(trade, line):
    [receipt] = line.write("product", [Write("d", Action.DELETE, "o", "usmf|1000", {})])
    assert isinstance(receipt.error, Invalid)


def test_name_and_price_of_a_product_change_in_one_write(trade, line):
    row = {"ProductName": "New name", "UnitPrice": Decimal("9.5")}
    [receipt] = line.write("product", [Write("u", Action.UPDATE, "o", "usmf|1000", row)])
    assert receipt.error is None
    assert receipt.row["ProductName"] == "New name"
    assert receipt.row["UnitPrice"] == Decimal("9.5")


def test_a_system_that_is_read_only_is_not_written(trade, open_line, order):
    receipt = one(open_line(read_only=True), change(order, {"SalesOrderName": "x"}))
    assert "read_only" in str(receipt.error)
