"""Lines of opportunities, quotes and orders: what they must name, when they may change."""

from __future__ import annotations

from ..desk import Desk
from ..refusals import Refused
from .prices import LINES, Document, engine_runs, price_line, retotal
from .registry import Row, Rules


def _rules(document: Document) -> Rules:
    def creating(desk: Desk, row: Row) -> None:
        header = _editable(desk, document, row)
        row["_transactioncurrencyid_value"] = header["_transactioncurrencyid_value"]
        row[document.state] = header["statecode"]
        row["isproductoverridden"] = row["_productid_value"] is None
        _check(desk, row)
        row["productname"] = row[document.name] = _name(desk, row)
        if row["lineitemnumber"] is None:
            row["lineitemnumber"] = _next_number(desk, document, row[document.parent])
        if engine_runs(desk, document, header) and row["skippricecalculation"] not in (1, 3):
            row.update(price_line(desk, header, row))

    def changing(desk: Desk, old: Row, new: Row) -> None:
        header = _editable(desk, document, old)
        whole = {**old, **new}
        _check(desk, whole)
        if {"_productid_value", "productdescription"} & set(new):
            new["productname"] = new[document.name] = _name(desk, whole)
        if engine_runs(desk, document, header) and whole["skippricecalculation"] not in (2, 3):
            new.update(price_line(desk, header, whole))

    def written(desk: Desk, row: Row) -> None:
        retotal(desk, document, row[document.parent])

    def changed(desk: Desk, old: Row, row: Row) -> None:
        retotal(desk, document, row[document.parent])

    def deleting(desk: Desk, row: Row) -> None:
        _editable(desk, document, row)

    return Rules(creating, written, changing, changed, deleting, written)


def _editable(desk: Desk, document: Document, line: Row) -> Row:
    parent = line.get(document.parent)
    if parent is None:
        code = {"opportunity": "0x80043b15"}.get(document.header, "0x80040200")
        raise Refused(400, code, f"The {document.header} id is missing.")
    header = desk.need(document.header, parent)
    if header["statecode"] in document.open:
        return header
    if (
        document.header == "opportunity"
        and not desk.settings.assumptions.opportunity_lines_locked_when_closed
    ):
        return header
    submitted = document.header == "salesorder" and header["statecode"] == 1
    if submitted and desk.caller.integration and desk.organization()["issopintegrationenabled"]:
        return header
    raise Refused(400, "0x80043b09", "The parent is read only and cannot be edited.")


def _check(desk: Desk, line: Row) -> None:
    product, unit, description = (
        line["_productid_value"],
        line["_uomid_value"],
        line["productdescription"],
    )
    if product is None:
        if description is None:
            raise Refused(400, "0x80043b11", "The product id is missing.")
        if unit is not None:
            raise Refused(
                400,
                "0x80043afa",
                "You cannot set both 'uomid' and 'productdescription' attributes.",
            )
        if line["priceperunit"] is None:
            raise Refused(400, "0x80043b10", "The price per unit is invalid.")
        return
    if description is not None:
        raise Refused(
            400,
            "0x80043afb",
            "You cannot set both 'productid' and 'productdescription' attributes.",
        )
    if unit is None:
        raise Refused(400, "0x80043b0d", "The unit id is missing.")
    schedule = desk.need("product", product)["_defaultuomscheduleid_value"]
    if schedule is not None and desk.need("uom", unit)["_uomscheduleid_value"] != schedule:
        raise Refused(400, "0x80043b14", "The unit id is not valid for this product.")


def _name(desk: Desk, line: Row) -> str | None:
    if line["_productid_value"] is None:
        return str(line["productdescription"])
    return str(desk.need("product", line["_productid_value"])["name"])


def _next_number(desk: Desk, document: Document, parent: str) -> int:
    sql = f'SELECT max(lineitemnumber) FROM "{document.line}" WHERE "{document.parent}" = ?'
    return int(desk.database.select(sql, [parent])[0][0] or 0) + 1


RULES = {line: _rules(document) for line, document in LINES.items()}
