"""Opportunities, quotes and orders: numbers, customers, currencies, states, prices."""

from __future__ import annotations

from ..desk import Desk
from ..refusals import READ_ONLY, Refused
from .prices import DOCUMENTS, Document, engine_runs, reprice, retotal, totals
from .registry import Row, Rules
from .states import check_transition

_PRICING = frozenset({"_pricelevelid_value"})
_TOTALLED = frozenset(
    {
        "discountamount",
        "discountpercentage",
        "freightamount",
        "isrevenuesystemcalculated",
        "estimatedvalue",
        "totalamount",
        "totaltax",
        "totallineitemamount",
        "totaldiscountamount",
        "totalamountlessfreight",
        "totallineitemdiscountamount",
        "pricingerrorcode",
    }
)
_STATE = frozenset({"statecode", "statuscode"})


def _creating(document: Document) -> Rules:
    def creating(desk: Desk, row: Row) -> None:
        _customer(document, row)
        _number(desk, document, row)
        _price_list_currency(desk, document, row)
        if engine_runs(desk, document, row):
            row.update(totals(desk, document, row, []))

    def changing(desk: Desk, old: Row, new: Row) -> None:
        _writable(desk, document, old, new)
        check_transition(desk, document.header, old, new)
        _customer(document, new)
        if (
            new.get("_transactioncurrencyid_value", old["_transactioncurrencyid_value"])
            != old["_transactioncurrencyid_value"]
        ):
            _currency_free(desk, document, old)
        _price_list_currency(desk, document, {**old, **new})

    def changed(desk: Desk, old: Row, row: Row) -> None:
        header = row[f"{document.header}id"]
        if old["statecode"] != row["statecode"]:
            for line in desk.find(document.line, **{document.parent: header}):
                desk.change(
                    document.line,
                    line[f"{document.line}id"],
                    {document.state: row["statecode"]},
                    stamped=False,
                )
        if any(old[name] != row[name] for name in _PRICING):
            reprice(desk, document, header)
        elif any(old[name] != row[name] for name in _TOTALLED if name in row):
            retotal(desk, document, header)

    return Rules(creating=creating, changing=changing, changed=changed)


def _customer(document: Document, row: Row) -> None:
    if "_customerid_value" not in row or document.header == "opportunity":
        return
    kind = row.get("_customerid_type")
    row["_accountid_value"] = row["_customerid_value"] if kind == "account" else None
    row["_contactid_value"] = row["_customerid_value"] if kind == "contact" else None


def _number(desk: Desk, document: Document, row: Row) -> None:
    column, prefix = {"quote": ("quotenumber", "QUO"), "salesorder": ("ordernumber", "ORD")}.get(
        document.header, ("", "")
    )
    if not column or row.get(column):
        return
    number = int(desk.database.fact(column) or 1000) + 1
    desk.database.set_fact(column, str(number))
    row[column] = f"{prefix}-{number:05d}-{row[f'{document.header}id'][:6].upper()}"


def _price_list_currency(desk: Desk, document: Document, row: Row) -> None:
    if row.get("_pricelevelid_value") is None:
        return
    price_list = desk.need("pricelevel", row["_pricelevelid_value"])
    if price_list["_transactioncurrencyid_value"] not in (
        None,
        row["_transactioncurrencyid_value"],
    ):
        code = "0x80048cf6" if document.header == "opportunity" else "0x80048cef"
        raise Refused(
            400,
            code,
            f"The currency of the price list must match the currency of the {document.header}.",
        )


def _currency_free(desk: Desk, document: Document, old: Row) -> None:
    if desk.find(document.line, **{document.parent: old[f"{document.header}id"]}):
        code = "0x80048479" if document.header == "opportunity" else "0x8004480e"
        raise Refused(
            400,
            code,
            f"The currency cannot be changed because the {document.header} has products "
            "associated with it.",
        )


def _writable(desk: Desk, document: Document, old: Row, new: Row) -> None:
    state = old["statecode"]
    if state in document.open or not set(new) - _STATE:
        return
    if document.header == "opportunity":
        if desk.settings.assumptions.closed_opportunity_editable:
            return
    elif (
        document.header == "salesorder"
        and state == 1
        and desk.caller.integration
        and desk.organization()["issopintegrationenabled"]
    ):
        return
    raise Refused(400, READ_ONLY, "The entity cannot be updated because it is read-only.")


RULES = {header: _creating(document) for header, document in DOCUMENTS.items()}
