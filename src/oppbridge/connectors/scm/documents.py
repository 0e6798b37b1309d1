"""Quotations and orders: a header, then its lines, in a sequence that can stop and go on anywhere.

The header carries the record's id, each line its part's id. Whatever happened before, the sequence
begins by reading what stands and sends what is missing. The lines of a document go as one change
set; where the number is ours, the header goes in the same one. A create is done only when every
part stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from oppbridge.contract import Part, Receipt
from oppbridge.errors import Invalid, OppBridgeError, Reject, Unsure

from .creates import Made, insert, inserting, key_wanted, settled, standing
from .fetch import fetched
from .joined import Found
from .keys import folded, parts_of, row_path
from .receipts import line_of, refused, stands
from .rows import Row, path
from .sending import Post, Send
from .settings import ScmSettings
from .view import View
from .wanted import Wanted


@dataclass(frozen=True, slots=True)
class Document:
    """A document on its way: what is wanted, what became of the header, what stood before."""

    wanted: Wanted
    made: Made
    stood: Found | None = None


def create_documents(
    post: Post, settings: ScmSettings, view: View, asked: Sequence[Wanted]
) -> list[Receipt]:
    """One receipt for each document, in order."""
    found = standing(post, view, asked)
    missing = [each for each in asked if each.write.origin not in found]
    made = dict(
        zip((each.write.origin for each in missing), _made(post, view, missing), strict=True)
    )
    documents = []
    for each in asked:
        stood = found.get(each.write.origin)
        became = made.get(each.write.origin) or Made(stood.key if stood else None, existed=True)
        documents.append(Document(each, became, stood))
    documents = _with_lines(post, settings, view, documents)
    return _receipts(post, view, documents)


def _made(post: Post, view: View, asked: Sequence[Wanted]) -> list[Made]:
    """Headers of new documents; with all their lines where the number is ours."""
    if not asked:
        return []
    if any(each.number is None for each in asked):
        return insert(post, view, asked)
    sends = [[inserting(view.table, each), *_lines(view, each.lines)] for each in asked]
    sent = post.all(sends)
    told = [
        replace(outcome, error=_named(each, outcome.error, outcome.about))
        for each, outcome in zip(asked, sent, strict=True)
    ]
    return settled(post, view, asked, told)


def _named(each: Wanted, error: OppBridgeError | None, about: str) -> OppBridgeError | None:
    if isinstance(error, Invalid) and about:
        return Invalid(f"{key_wanted(each)} was not made: {about}: {error}")
    return error


def _with_lines(
    post: Post, settings: ScmSettings, view: View, documents: Sequence[Document]
) -> list[Document]:
    """Send the lines that do not stand yet, all of a document or none."""
    again = [each.made.key for each in documents if each.stood is None and each.made.existed]
    now = fetched(post.session, view, [key for key in again if key])
    rows = [
        replace(each, stood=each.stood or now.get(folded(each.made.key or "")))
        for each in documents
    ]
    work = [(place, _missing(view, each)) for place, each in enumerate(rows)]
    work = [(place, lines) for place, lines in work if lines]
    sent = post.all([_lines(view, _numbered(view, rows[place], lines)) for place, lines in work])
    for (place, _), outcome in zip(work, sent, strict=True):
        if outcome.error is not None:
            left = _leave(post, settings, view, rows[place], outcome.error)
            error = _half(rows[place], outcome.error, f"{left} {outcome.about or 'all its lines'}")
            rows[place] = replace(rows[place], made=replace(rows[place].made, error=error))
        elif settings.half_documents == "stop":
            _release(post, view, rows[place])
    return rows


def _missing(view: View, document: Document) -> list[tuple[Part, Row]]:
    """The lines a document lacks; none when its header failed or went together with them."""
    if document.made.error is not None or document.made.key is None:
        return []
    if document.stood is None:
        together = document.wanted.number is not None and not document.made.existed
        return [] if together else list(document.wanted.lines)
    stood = document.stood
    return [
        (part, row) for part, row in document.wanted.lines if line_of(view, stood, part.id) is None
    ]


def _numbered(
    view: View, document: Document, lines: Sequence[tuple[Part, Row]]
) -> list[tuple[Part, Row]]:
    number = parts_of(document.made.key or "")[1]
    return [(part, {**row, view.parts.parent: number}) for part, row in lines]


def _lines(view: View, lines: Sequence[tuple[Part, Row]]) -> list[Send]:
    return [
        Send("POST", path(view.parts.set), row, about=f"line {place} ({_what(row)})")
        for place, (_, row) in enumerate(lines, start=1)
    ]


def _what(row: Row) -> str:
    return str(row.get("ItemNumber") or row.get("LineDescription") or "no item")


def _half(document: Document, error: OppBridgeError, left: str) -> OppBridgeError:
    """The error of a document whose header was made and not all of whose lines were."""
    text = f"{document.made.key} {left}: {error}"
    return Invalid(text) if isinstance(error, Reject) else Unsure(text)


def _leave(
    post: Post, settings: ScmSettings, view: View, document: Document, error: OppBridgeError
) -> str:
    """Do what the settings say about a document that cannot be completed; tells how it is left."""
    key = document.made.key
    if key is None or not isinstance(error, Reject):
        return "stands without"
    lines = document.stood.lines if document.stood else ()
    where = row_path(view.table, key)
    if settings.half_documents == "remove" and not lines:
        if post.one(Send("DELETE", where)).error is None:
            return "was removed again for"
    elif settings.half_documents == "stop" and "IsSalesProcessingStopped" in view.columns:
        stopped = post.one(Send("PATCH", where, {"IsSalesProcessingStopped": "Yes"}))
        if stopped.error is None:
            return "is stopped without"
    return "stands without"


def _release(post: Post, view: View, document: Document) -> None:
    """Let a document that was stopped as a half one be processed, now that it is whole."""
    stood = document.stood
    if stood is not None and stood.row.get("IsSalesProcessingStopped") == "Yes":
        where = row_path(view.table, stood.key)
        post.one(Send("PATCH", where, {"IsSalesProcessingStopped": "No"}))


def _receipts(post: Post, view: View, documents: Sequence[Document]) -> list[Receipt]:
    keys = [each.made.key for each in documents if each.made.error is None and each.made.key]
    now = fetched(post.session, view, keys)
    receipts = []
    for each in documents:
        write, made = each.wanted.write, each.made
        found = now.get(folded(made.key or ""))
        if made.error is not None:
            receipts.append(refused(write, made.error))
        elif found is None:
            receipts.append(refused(write, Unsure(f"{made.key} was made and cannot be read back")))
        else:
            receipts.append(stands(view, write, found, existed=made.existed))
    return receipts
