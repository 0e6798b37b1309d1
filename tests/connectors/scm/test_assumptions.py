"""What public sources leave open may turn out either way: the connector works with both."""

from __future__ import annotations

from decimal import Decimal

import pytest

from oppbridge.contract import Action, Part, Write

from .conftest import create, line_part, walk

SET = "SalesOrderLines"
ANSWERS = [
    {"page_size": 2},
    {"page_size": 2, "next_link": "token", "honours_maxpagesize": False},
    {"filter_functions": True},
    {"checks_if_match": False},
    {"refuses_read_only": False, "refuses_long_text": False},
    {"totals_on_write": True},
    {"asks_for_opportunity": False},
    {"discounts_combine": "add"},
]


@pytest.mark.parametrize("answers", ANSWERS, ids=",".join)
@pytest.mark.parametrize("guarded", [False, True])
def test_an_order_lives_from_create_to_delete(trade, open_line, answers, guarded):
    trade.scm.post("assume", **answers)
    line = open_line(guarded=guarded)
    write = create(
        {"OrderingCustomerAccountNumber": "usmf|C1", "CurrencyCode": "USD"},
        *(
            line_part(
                SET,
                {
                    "ItemNumber": f"usmf|{item}",
                    "OrderedSalesQuantity": 3,
                    "UnitPrice": Decimal("10.5"),
                    "TotalDiscountAmount": Decimal(1),
                },
            )
            for item in ("1000", "2000", " RFI-TEST-002")
        ),
    )
    [made], [again] = line.write("order", [write]), line.write("order", [write])
    assert made.error is None
    assert (again.key, again.existed) == (made.key, True)
    assert [each["LineAmount"] for each in made.row[SET]] == [30.5] * 3
    [page] = [page for page in walk(line, "order", 5) if page.changes]
    assert page.changes[0].row == made.row
    key = made.row[SET][0]["InventoryLotId"]
    part = Part(SET, Action.UPDATE, key, key, {"OrderedSalesQuantity": 4})
    change = Write(
        "u", Action.UPDATE, write.origin, made.key, {"SalesOrderName": "N"}, (part,), made.version
    )
    [updated] = line.write("order", [change])
    assert updated.error is None
    assert updated.row[SET][0]["LineAmount"] == 41
    gone = Write("d", Action.DELETE, write.origin, made.key, {}, (), updated.version)
    [deleted] = line.write("order", [gone])
    assert deleted.error is None
    assert line.fetch("order", [made.key]) == []


def test_a_net_amount_that_sticks_is_told_as_it_is_stored(trade, line):
    """Before 10.0.29, or by company parameter, amounts do not follow quantity and price."""
    trade.scm.post("assume", recalculates_net_amount=False)
    part = line_part(SET, {"ItemNumber": "usmf|1000", "OrderedSalesQuantity": 3, "UnitPrice": 10})
    header = {"OrderingCustomerAccountNumber": "usmf|C1", "CurrencyCode": "USD"}
    [made] = line.write("order", [create(header, part)])
    key = made.parts[part.id]
    change = Part(SET, Action.UPDATE, key, key, {"OrderedSalesQuantity": 4})
    [updated] = line.write("order", [Write("u", Action.UPDATE, "o", made.key, {}, (change,))])
    stored = trade.scm.rows(SET)[0]
    [told] = updated.row[SET]
    assert told["LineAmount"] == stored["LineAmount"] == 30
    assert told["TotalDiscountAmount"] == 10, "what the line costs less than price times quantity"
