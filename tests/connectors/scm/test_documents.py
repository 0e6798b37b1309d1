"""Headers and lines are separate transactions: no half document goes unnoticed, none is made twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from oppbridge.errors import Invalid, Retry, Throttled, Unsure

from .conftest import create, line_part

HEADER = {"OrderingCustomerAccountNumber": "usmf|C1", "CurrencyCode": "USD"}
QUOTE = {"RequestingCustomerAccountNumber": "usmf|C1", "CurrencyCode": "USD"}
LINES = r"/SalesOrderLines$"


def part(item="1000", quantity=2, **row):
    return line_part(
        "SalesOrderLines", {"ItemNumber": f"usmf|{item}", "OrderedSalesQuantity": quantity, **row}
    )


def sent_again(write):
    return replace(write, again=True)


def orders(sandbox):
    return sandbox.scm.rows("SalesOrderHeadersV2")


def lines(sandbox):
    return sandbox.scm.rows("SalesOrderLines")


def one(line, write, entity="order"):
    [receipt] = line.write(entity, [write])
    return receipt


def test_a_document_carries_the_ids_of_its_record_and_parts(trade, line):
    write = create(HEADER, part(), part("2000"))
    receipt = one(line, write)
    [header] = orders(trade)
    assert header["CustomersOrderReference"] == write.origin
    stored = {row["ExternalItemNumber"]: row["InventoryLotId"] for row in lines(trade)}
    assert receipt.parts == stored
    assert set(stored) == {each.id for each in write.parts}


def test_a_number_the_service_gives_comes_back_in_the_row(trade, line):
    receipt = one(line, create({**HEADER, "SalesOrderNumber": "OURS-1"}, part()))
    assert receipt.row["SalesOrderNumber"] == receipt.key.partition("|")[2] != "OURS-1"


def test_quotations_answer_the_prompt_nobody_is_there_for(trade, line):
    made = line_part(
        "SalesQuotationLines", {"ItemNumber": "usmf|1000", "RequestedSalesQuantity": 1}
    )
    receipt = one(line, create(QUOTE, made), "quote")
    assert receipt.error is None
    assert receipt.row["SalesQuotationStatus"] == "Created"


def test_the_item_with_a_leading_blank_is_that_item(trade, line):
    receipt = one(line, create(HEADER, part(" RFI-TEST-002")))
    assert receipt.row["SalesOrderLines"][0]["ItemNumber"] == " RFI-TEST-002"


def test_a_refused_line_is_named_and_leaves_no_line(trade, line):
    write = create(HEADER, part(), part("no such item"))
    receipt = one(line, write)
    assert isinstance(receipt.error, Invalid)
    assert "line 2 (no such item)" in str(receipt.error)
    assert len(orders(trade)) == 1
    assert lines(trade) == []


def test_a_half_document_is_completed_when_its_line_can_be(trade, line):
    write = create(HEADER, part(), part("no such item"))
    one(line, write)
    mended = replace(write, parts=(write.parts[0], replace(write.parts[1], row=part("2000").row)))
    receipt = one(line, sent_again(mended))
    assert receipt.error is None
    assert receipt.existed
    assert len(orders(trade)) == 1
    assert len(lines(trade)) == 2


def test_a_half_document_can_be_removed(trade, open_line):
    receipt = one(open_line(half_documents="remove"), create(HEADER, part("no such item")))
    assert isinstance(receipt.error, Invalid)
    assert "was removed again for line 1" in str(receipt.error)
    assert orders(trade) == []


def test_a_half_document_can_be_stopped_until_it_is_whole(trade, open_line):
    line = open_line(half_documents="stop")
    write = create(HEADER, part("no such item"))
    one(line, write)
    assert [row["IsSalesProcessingStopped"] for row in orders(trade)] == ["Yes"]
    mended = replace(write, parts=(replace(write.parts[0], row=part().row),))
    assert one(line, sent_again(mended)).error is None
    assert [row["IsSalesProcessingStopped"] for row in orders(trade)] == ["No"]


@pytest.mark.parametrize(
    "kind", ["lost_answer", "reset_before", "reset_in_body", "truncated", "html"]
)
@pytest.mark.parametrize("call", ["SalesOrderHeadersV2$", r"\$batch$"])
def test_trouble_at_any_call_makes_one_whole_document_in_the_end(trade, line, kind, call):
    write = create(HEADER, part(), part("2000"))
    trade.faults.add(kind, service="scm", method="POST", path=call)
    first = one(line, write)
    assert first.error is None or isinstance(first.error, Retry)
    receipt = one(line, sent_again(write))
    assert receipt.error is None
    assert len(orders(trade)) == 1
    assert {row["ExternalItemNumber"] for row in lines(trade)} == {each.id for each in write.parts}
    assert len(lines(trade)) == 2


def test_a_crash_between_header_and_lines_leaves_a_header_that_is_found(trade, line):
    write = create(HEADER, part(ShippingSiteId="1", ShippingWarehouseId="11"))
    trade.scm.put("SalesOrderHeadersV2", {**plain(HEADER), "CustomersOrderReference": write.origin})
    receipt = one(line, sent_again(write))
    assert receipt.existed
    assert len(orders(trade)) == 1
    assert len(receipt.parts) == 1


def test_a_document_of_another_with_the_same_lines_is_left_alone(trade, line):
    first, second = create(HEADER, part()), create(HEADER, part())
    receipts = line.write("order", [first, second])
    assert receipts[0].key != receipts[1].key
    assert len(orders(trade)) == 2


def test_one_refused_document_does_not_sink_the_others(trade, line):
    good, bad = create(HEADER, part()), create(HEADER, part("no such item"))
    receipts = line.write("order", [good, bad, create(HEADER, part("2000"))])
    assert [type(receipt.error) for receipt in receipts] == [type(None), Invalid, type(None)]


def plain(header):
    own = {name: str(value).rpartition("|")[2] for name, value in header.items()}
    account = own["OrderingCustomerAccountNumber"]
    return {
        **own,
        "InvoiceCustomerAccountNumber": account,
        "LanguageId": "en-us",
        "dataAreaId": "usmf",
    }


class TestOurNumbers:
    """Where numbers are ours, header and lines are one change set."""

    @pytest.fixture
    def ours(self, trade, open_line):
        trade.scm.post("sequence", company="usmf", name="SalesOrderNumber", mode="manual")
        return open_line(numbers={"order": "ours"})

    def test_a_document_keeps_the_number_of_its_record(self, trade, ours):
        receipt = one(ours, create({**HEADER, "SalesOrderNumber": "CRM-77"}, part()))
        assert receipt.key == "usmf|CRM-77"
        assert len(lines(trade)) == 1

    def test_a_document_without_number_gets_one_of_its_record_id(self, trade, ours):
        write = create(HEADER, part())
        first, again = one(ours, write), one(ours, sent_again(write))
        assert first.key == again.key
        assert again.existed

    def test_a_refused_line_leaves_nothing_at_all(self, trade, ours):
        receipt = one(
            ours, create({**HEADER, "SalesOrderNumber": "CRM-1"}, part(), part("no such item"))
        )
        assert isinstance(receipt.error, Invalid)
        assert "line 2 (no such item)" in str(receipt.error)
        assert orders(trade) == []

    def test_header_and_lines_are_one_call(self, trade, ours):
        trade.counters.reset()
        one(ours, create({**HEADER, "SalesOrderNumber": "CRM-2"}, part(), part("2000")))
        assert trade.counters.requests("scm") <= 4, "look, write, read back header and lines"

    def test_a_number_that_is_taken_is_not_taken_over(self, trade, ours):
        one(ours, create({**HEADER, "SalesOrderNumber": "CRM-3"}, part()))
        receipt = one(ours, create({**HEADER, "SalesOrderNumber": "CRM-3"}, part()))
        assert isinstance(receipt.error, Invalid)
        assert "taken" in str(receipt.error)
        assert len(lines(trade)) == 1

    def test_a_lost_answer_makes_no_twin(self, trade, ours):
        write = create({**HEADER, "SalesOrderNumber": "CRM-4"}, part())
        trade.faults.add("lost_answer", service="scm", method="POST", path=r"\$batch$")
        assert isinstance(one(ours, write).error, Unsure)
        receipt = one(ours, sent_again(write))
        assert receipt.existed
        assert len(orders(trade)) == len(lines(trade)) == 1


class TestCompanies:
    """The same number may stand in several companies: the whole key decides."""

    def test_the_customer_says_which_company_a_document_belongs_to(self, trade, line):
        write = create(
            {**HEADER, "OrderingCustomerAccountNumber": "demf|C1", "CurrencyCode": "EUR"}
        )
        assert one(line, write).key.startswith("demf|")

    def test_a_customer_of_another_company_is_refused(self, trade, line):
        receipt = one(line, create({**HEADER, "dataAreaId": "demf"}))
        assert isinstance(receipt.error, Invalid)
        assert "belongs to company usmf" in str(receipt.error)

    def test_an_item_of_another_company_is_refused(self, trade, line):
        foreign = line_part(
            "SalesOrderLines", {"ItemNumber": "demf|1000", "OrderedSalesQuantity": 1}
        )
        assert isinstance(one(line, create(HEADER, foreign)).error, Invalid)
        assert orders(trade) == []

    def test_a_company_that_does_not_take_part_is_refused(self, trade, open_line):
        receipt = one(open_line(companies=["demf"]), create(HEADER))
        assert "does not take part" in str(receipt.error)


class TestWriteIn:
    """A line without product needs a sales category."""

    def row(self):
        return line_part(
            "SalesOrderLines", {"LineDescription": "Installation", "OrderedSalesQuantity": 1}
        )

    def test_without_a_category_it_is_refused_before_anything_is_sent(self, trade, line):
        receipt = one(line, create(HEADER, self.row()))
        assert "write_in" in str(receipt.error)
        assert orders(trade) == []

    def test_with_a_category_it_stands(self, trade, open_line):
        line = open_line(companies={"usmf": {"write_in": "Services"}})
        assert one(line, create(HEADER, self.row())).error is None
        assert lines(trade)[0]["SalesProductCategoryName"] == "Services"


class TestThrottledParts:
    """Inside a batch single parts may be refused for a while: only those are sent again."""

    def test_only_throttled_documents_are_sent_again(self, trade, line):
        trade.faults.add("throttle", service="scm part", path=LINES, times=1, retry_after="1")
        writes = [create(HEADER, part()) for _ in range(3)]
        trade.counters.reset()
        receipts = line.write("order", writes)
        assert all(receipt.error is None for receipt in receipts)
        assert len(lines(trade)) == len(orders(trade)) == 3
        assert trade.counters.requests("scm") <= 6, (
            "look, headers, lines, one line again, read back"
        )

    def test_a_throttle_longer_than_our_patience_is_told(self, trade, open_line):
        trade.faults.add("throttle", service="scm part", path=LINES, times=1, retry_after="90")
        first, second = (create(HEADER, part()) for _ in range(2))
        receipts = open_line(patience=1).write("order", [first, second])
        assert sorted(type(receipt.error).__name__ for receipt in receipts) == [
            "NoneType",
            "Unsure",
        ]

    def test_a_header_throttled_for_long_says_how_long(self, trade, open_line):
        trade.faults.add("throttle", service="scm part", times=1, retry_after="90")
        receipts = open_line(patience=1).write("order", [create(HEADER), create(HEADER)])
        [error] = [receipt.error for receipt in receipts if receipt.error]
        assert isinstance(error, Throttled)
        assert error.after == 90
