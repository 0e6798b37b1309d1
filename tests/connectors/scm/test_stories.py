"""Stories of trouble: wherever a document is interrupted, in the end it stands once and whole."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal

import pytest

from oppbridge.contract import Action, Part, Write
from oppbridge.errors import OppBridgeError, Retry

from .conftest import create, line_part, open_gates

SET = "SalesOrderLines"
KINDS = ("lost_answer", "reset_before", "reset_in_body", "truncated", "html", "throttle", "status")


class Crash(BaseException):
    """The process ends here."""


class Mishaps:
    """Lets a line fail at chosen calls: the network, the service, or our own process."""

    def __init__(self, sandbox, line, dice):
        self.sandbox, self.dice = sandbox, dice
        self.send, self.left = line._session.send, None
        line._session.send = self

    def plan(self):
        self.left = self.dice.randrange(8)
        self.crash = self.dice.choice((None, None, "before", "after"))

    def __call__(self, call):
        if self.left is None:
            return self.send(call)
        due, self.left = self.left == 0, self.left - 1
        if due and self.crash == "before":
            raise Crash
        if due and self.crash is None:
            part = self.dice.random() < 0.2 and call.path.endswith("$batch")
            kind = "throttle" if part else self.dice.choice(KINDS)
            service = "scm part" if part else "scm"
            self.sandbox.faults.add(kind, service=service, retry_after="0", path="/data/")
        answer = self.send(call)
        if due and self.crash == "after":
            raise Crash
        return answer


def attempt(line, write):
    try:
        [receipt] = line.write("order", [write])
    except (Crash, Retry, OppBridgeError):
        return None
    assert receipt.error is None or isinstance(receipt.error, Retry), receipt.error
    return receipt if receipt.error is None else None


def new_part(dice, items=("1000", "2000", " RFI-TEST-002")):
    row = {
        "ItemNumber": f"usmf|{dice.choice(items)}",
        "OrderedSalesQuantity": dice.randint(1, 9),
        "UnitPrice": Decimal(dice.randint(100, 9_999)) / 100,
    }
    return line_part(SET, row)


def standing(sandbox):
    """Every line that stands, twins included."""
    return sorted(
        (
            row["ExternalItemNumber"],
            row["ItemNumber"],
            int(row["OrderedSalesQuantity"]),
            row["SalesPrice"],
        )
        for row in sandbox.scm.rows(SET)
    )


def wanted(parts):
    return sorted(
        (
            part.id,
            part.row["ItemNumber"].partition("|")[2],
            part.row["OrderedSalesQuantity"],
            part.row["UnitPrice"],
        )
        for part in parts
    )


@pytest.mark.parametrize("numbers", ["ours", "theirs"])
@pytest.mark.parametrize("seed", range(30))
def test_a_document_interrupted_anywhere_stands_once_and_whole(trade, open_line, seed, numbers):
    dice = random.Random(f"{seed} {numbers}")
    mode = "manual" if numbers == "ours" else "automatic"
    trade.scm.post("sequence", company="usmf", name="SalesOrderNumber", mode=mode)
    line = open_line(numbers={"order": numbers}, patience=0)
    mishaps = Mishaps(trade, line, dice)
    header = {"OrderingCustomerAccountNumber": "usmf|C1", "CurrencyCode": "USD"}
    write = create(header, *(new_part(dice) for _ in range(dice.randint(0, 4))))
    receipt = until_done(trade, line, mishaps, write)
    assert len(trade.scm.rows("SalesOrderHeadersV2")) == 1
    assert standing(trade) == wanted(write.parts)

    kept = {part.id: part for part in write.parts}
    parts = [new_part(dice) for _ in range(dice.randint(0, 2))]
    for id, part in list(kept.items()):
        key = receipt.parts[id]
        if dice.random() < 0.3:
            parts.append(Part(SET, Action.DELETE, id, key, {}))
            del kept[id]
        elif dice.random() < 0.5:
            row = {"OrderedSalesQuantity": dice.randint(10, 20)}
            parts.append(Part(SET, Action.UPDATE, id, key, row))
            kept[id] = replace(part, row={**part.row, **row})
    kept |= {part.id: part for part in parts if part.action is Action.CREATE}
    change = Write("u", Action.UPDATE, write.origin, receipt.key, {"SalesOrderName": "New"}, parts)
    until_done(trade, line, mishaps, change)
    assert standing(trade) == wanted(kept.values())
    assert trade.scm.rows("SalesOrderHeadersV2")[0]["SalesOrderName"] == "New"


def until_done(sandbox, line, mishaps, write):
    for _ in range(3):
        mishaps.plan()
        attempt(line, write)
        sandbox.faults.clear()
        open_gates()
        write = replace(write, again=True)
    mishaps.left = None
    receipt = attempt(line, write)
    assert receipt is not None
    return receipt
