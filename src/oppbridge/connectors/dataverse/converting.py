"""Orders made from their quote, and quotes made from their earlier revision, by the service.

ConvertQuoteToSalesOrder and ReviseQuote choose the key of the new row themselves and make another
one when called again. So the row is looked for first: by its quote, or by its number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from oppbridge.contract import Action, Part, Write
from oppbridge.errors import Invalid, Reject

from .desk import Desk, Entity
from .documents import document_steps, header_patch, told
from .finding import find_rows, rows_where
from .jobs import Job, Run, run_batches
from .parcels import Parcel, pointed
from .parts import Known, part_operations
from .tables import Child, Kind
from .work import Work

_QUOTE = "quoteid@odata.bind"
_NUMBER = "quotenumber"
_GIVEN = frozenset({_QUOTE, _NUMBER, "ordernumber", "opportunityid@odata.bind"})
_SETTLED = ("customerid_", "transactioncurrencyid", "pricelevelid")
_CLOSED, _BY_REVISION = 3, 776160001


@dataclass(frozen=True, slots=True)
class Made:
    """The row that the service made, or had made before."""

    key: str
    existed: bool


def convert(work: Work) -> None:
    """Make the rows of creates that the service makes itself, and fit them to their writes."""
    jobs: list[Job] = []
    there: set[str] = set()
    for write in work.open():
        try:
            job = _convert(work, write, there)
        except Reject as error:
            work.run.refuse([write.id], error)
            continue
        if job is not None and job.operations:
            jobs.append(job)
        elif job is not None:
            work.run.done.add(write.id)
    run_batches(work.run, jobs)
    work.existed |= there & work.run.done


def _convert(work: Work, write: Write, there: set[str]) -> Job | None:
    parcel = work.parcels[write.id]
    source = source_of(work.desk, work.entity, write, parcel)
    made = make(work.run, work.entity, write, source) if source is not None else None
    if made is None:
        return None
    work.keys[write.id] = made.key
    if made.existed:
        there.add(write.id)
    job, keys = fit_job(work.desk, work.entity, write, parcel, made, work.known)
    work.part_keys[write.id] = keys
    return job


def source_of(desk: Desk, entity: Entity, write: Write, parcel: Parcel) -> str | None:
    """What a create is to be made from: a quote's id, or a quote's number; None for neither."""
    logical, settings = entity.table.logical, desk.settings
    if write.action is not Action.CREATE:
        return None
    if logical == "salesorder" and settings.orders_by_conversion:
        return pointed(parcel.columns.get(_QUOTE))
    if logical == "quote" and settings.quotes_by_revision:
        number = parcel.columns.get(_NUMBER)
        return number if isinstance(number, str) else None
    return None


def make(run: Run, entity: Entity, write: Write, source: str) -> Made | None:
    """Find or make the row. None where it is to be created plainly, or the run refused it.

    Raises Invalid where an earlier revision is still open.
    """
    if entity.table.logical == "salesorder":
        return _order(run, write, source)
    return _revision(run, write, source)


def _order(run: Run, write: Write, quote: str) -> Made | None:
    columns = ("salesorderid", "createdon")
    rows = rows_where(run.desk, "salesorders", "quoteid", [quote], columns)
    if rows:
        first = min(rows, key=lambda row: (str(row["createdon"]), str(row["salesorderid"])))
        return Made(str(first["salesorderid"]), existed=True)
    body = {
        "QuoteId": quote,
        "ColumnSet": {"AllColumns": False, "Columns": ["salesorderid"]},
        "QuoteCloseStatus": 4,
        "QuoteCloseSubject": "Won",
    }
    return _called(run, write, "ConvertQuoteToSalesOrder", body, "salesorderid")


def _revision(run: Run, write: Write, number: str) -> Made | None:
    columns = ("quoteid", "revisionnumber", "statecode", "quotecreationmethod")
    rows = find_rows(run.desk, "quotes", _NUMBER, [number], columns)
    if not rows or any(row["quoteid"] == write.origin for row in rows):
        return None
    last = max(rows, key=lambda row: int(row["revisionnumber"]))
    if write.again and last["statecode"] == 0 and last["quotecreationmethod"] == _BY_REVISION:
        return Made(str(last["quoteid"]), existed=True)
    if last["statecode"] != _CLOSED:
        raise Invalid(
            f"quote {number} has revision {last['revisionnumber']}, which is not closed: "
            "only a closed quote can be revised"
        )
    body = {
        "QuoteId": last["quoteid"],
        "ColumnSet": {"AllColumns": False, "Columns": ["quoteid"]},
    }
    return _called(run, write, "ReviseQuote", body, "quoteid")


def _called(run: Run, write: Write, action: str, body: Mapping[str, Any], key: str) -> Made | None:
    call = run.desk.writing("POST", action, body)
    found = run.send([write.id], call)
    if found is None:
        return None
    answer, error = found
    if error is not None:
        run.refuse([write.id], error)
        return None
    row = run.desk.session.decoded(call, answer)
    return Made(str(row[key]), existed=False)


def fit_job(
    desk: Desk, entity: Entity, write: Write, parcel: Parcel, made: Made, known: Known
) -> tuple[Job, dict[str, str]]:
    """What remains to be done to a row made by the service, and the key of each part.

    Its lines came from the quote: those of the write are matched to them by product and quantity;
    what is left over on either side is added or removed. A row that was there before gets only
    the parts it lacks: somebody may have edited it since.
    """
    pairs, missing, extra = _matched(desk, entity, write, made.key)
    keys = {part.id: key for part, key in pairs} | {part.id: part.id for part in missing}
    found = []
    if not made.existed:
        columns = {name: value for name, value in parcel.columns.items() if _fits(name, value)}
        found += [header_patch(entity, made.key, columns)] if columns else []
        parts = [replace(part, action=Action.UPDATE, key=key) for part, key in pairs]
        for part in [*parts, *(_removal(entity, key) for key in extra)]:
            found += part_operations(desk, entity, made.key, part, known)
    for part in missing:
        found += part_operations(desk, entity, made.key, part, known)
    if not made.existed:
        found += document_steps(entity, made.key, parcel.state, {})
    return told(entity, write.id, made.key, found), keys


def _fits(name: str, value: Any) -> bool:
    return name not in _GIVEN and not name.startswith(_SETTLED) and value is not None


def _matched(
    desk: Desk, entity: Entity, write: Write, key: str
) -> tuple[list[tuple[Part, str]], list[Part], list[str]]:
    child = _lines_of(entity)
    columns = (child.pk, "_productid_value", "productdescription", "quantity")
    owner = child.parent.removeprefix("_").removesuffix("_value")
    free = rows_where(desk, child.set, owner, [key], columns)
    free.sort(key=lambda row: str(row[child.pk]))
    pairs: list[tuple[Part, str]] = []
    missing: list[Part] = []
    for part in write.parts:
        same = [row for row in free if _subject(row) == _wanted(part)]
        if not same:
            missing.append(part)
            continue
        best = next((row for row in same if _equal(row, part)), same[0])
        free.remove(best)
        pairs.append((part, str(best[child.pk])))
    return pairs, missing, [str(row[child.pk]) for row in free]


def _equal(row: Mapping[str, Any], part: Part) -> bool:
    return Decimal(str(row["quantity"] or 0)) == Decimal(str(part.row.get("quantity") or 0))


def _subject(row: Mapping[str, Any]) -> str:
    return str(row.get("_productid_value") or row.get("productdescription"))


def _wanted(part: Part) -> str:
    return pointed(part.row.get("productid@odata.bind")) or str(part.row.get("productdescription"))


def _lines_of(entity: Entity) -> Child:
    return next(one for one in entity.table.children.values() if one.kind is Kind.LINES)


def _removal(entity: Entity, key: str) -> Part:
    return Part(_lines_of(entity).collection, Action.DELETE, key, key, {})
