"""Text as people and programs leave it behind: 40 values."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from .place import ABSORBED, LISTED, NEIGHBOUR, trading

pytestmark = pytest.mark.integration

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"  # one picture of eight UTF-16 units
LONE = "~LONE~"  # becomes half a character on the wire

SHOWN = {
    "name": "OrganizationName",
    "accountnumber": "CustomerAccount",
    "emailaddress1": "PrimaryContactEmail",
    "address1_line1": "AddressStreet",
    "address1_city": "AddressCity",
    "description": "SalesMemo",
}


@dataclass(frozen=True, slots=True)
class Text:
    """Text in a column of an account, and what the customer's column then shows."""

    id: str
    given: str
    arrives: str | None = None  # None: as it was given
    column: str = "name"
    listed: str = ""  # what the reason says; nothing then arrives

    @property
    def shown(self) -> str:
        """What is to be seen in Supply Chain."""
        return self.given if self.arrives is None else self.arrives


CASES = (
    Text("nul", "Nul\x00Ltd"),
    Text("lone surrogate, alone", LONE, "\ufffd"),
    Text("lone surrogate, in the midst", f"Half{LONE}Ltd", "Half\ufffdLtd", "description"),
    Text("byte order mark", "\ufeffMarked Ltd"),
    Text("right-to-left override", "Ltd \u202etxt.exe"),
    Text("zero-width space", "Zero\u200bWidth"),
    Text("nothing but a zero-width space", "\u200b"),
    Text("accent, composed", "Caf\u00e9 Twins"),
    Text("accent, combined", "Cafe\u0301 Twins"),
    Text("joined emoji over the limit", "x" * 98 + FAMILY, "x" * 98),
    Text("emoji astride the limit", "y" * 99 + "\U0001f680", "y" * 99),
    Text("at the limit", "z" * 100),
    Text("one over the limit", "w" * 101, "w" * 100),
    Text("as long as Sales allows", "v" * 160, "v" * 100),
    Text("two thousand characters", "\u20ac" * 2000, column="description"),
    Text("control characters", "Con\x01\x02\x1b\x1fTrol"),
    Text("delete and C1 controls", "Del\x7f\x85\x9fEte"),
    Text("only spaces where needed", "   ", listed="cannot be created without name"),
    Text("only spaces where not", "  \t ", "", "address1_city"),
    Text("space before", "  Before Ltd"),
    Text("space behind", "Behind Ltd  ", "Behind Ltd"),
    Text("space behind a key", "INP-22 ", "INP-22", "accountnumber"),
    Text("CR LF", "Dock 1\r\nGate 2", column="address1_line1"),
    Text("LF and TAB", "Line\nTab\tEnd"),
    Text("the word NULL", "NULL"),
    Text("the word nan", "nan", column="address1_city"),
    Text("quote in a key", "O'Brien''s", column="accountnumber"),
    Text("percent, ampersand, hash, plus, slash in a key", "50%25&#+/7", column="accountnumber"),
    Text("backslash and bar in a key", "A\\B|C", column="accountnumber"),
    Text("braces", "{key} {0} ${PATH} %(name)s {{x}}"),
    Text("HTML", "<script>alert('x')</script>&amp;"),
    Text("formula: equals", "=1+2"),
    Text("formula: plus", "+41 44 000"),
    Text("formula: minus", "-2+3"),
    Text("formula: at", "@SUM(A1)"),
    Text("formula: TAB", "\t=1+2", column="description"),
    Text("formula: CR", "\r=1+2", column="description"),
    Text("mail, lower case", "ann@case.example", column="emailaddress1"),
    Text("mail, other case", "Ann@CASE.example", column="emailaddress1"),
    Text("line separator and a noncharacter", "Line\u2028Sep\uffffEnd"),
)


@pytest.fixture(scope="module")
def place():
    with trading() as found:
        found.sandbox.faults.add(
            "rewrite", service="dataverse", times=None, find=LONE, put="\\ud83d"
        )
        found.entered = {}
        for at, case in enumerate(CASES):
            row = {"name": f"Case {at}", case.column: case.given}
            found.entered[case.id] = found.account(**row)
        found.neighbour = found.account(name=NEIGHBOUR)
        found.settle()
        found.told = found.letters()
        yield found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_text(place, expected, case):
    expected(LISTED if case.listed else ABSORBED)
    entered = place.entered[case.id]
    said = [one.why for one in place.told if one.uid == entered]
    customer = place.customer_of(entered)
    if case.listed:
        assert customer is None
        assert [case.listed in why for why in said] == [True]
    else:
        assert said == []
        assert customer[SHOWN[case.column]] == case.shown
    [row] = place.sandbox.dataverse.rows("account", "accountid = ?", entered)
    assert row[case.column] == case.given, "whoever entered it still has it as it was"


def test_the_neighbour_arrives_and_nobody_is_doubled(place):
    assert place.customer_of(place.neighbour)["OrganizationName"] == NEIGHBOUR
    listed = sum(1 for case in CASES if case.listed)
    assert len(place.sandbox.scm.rows("CustomersV3")) == len(CASES) + 1 - listed
    assert len(place.sandbox.dataverse.rows("account")) == len(CASES) + 1
    assert len(CASES) == 40
