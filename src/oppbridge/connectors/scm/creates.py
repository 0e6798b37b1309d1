"""Creates without duplicates: look for the record's id first, send what is missing, look again.

The id stands in a free text column of the row (a setting says which). Released products keep none;
their key is the item number, which comes from the record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from oppbridge.contract import join_key
from oppbridge.errors import Invalid, OppBridgeError, Reject

from .fetch import fetched
from .infolog import body_of
from .joined import Found, complete
from .keys import folded
from .rows import matching, path
from .sending import Post, Send, Sent
from .tables import COMPANY, Table
from .view import View
from .wanted import Wanted


@dataclass(frozen=True, slots=True)
class Made:
    """What became of a create: the key of the row that stands, or the error."""

    key: str | None = None
    existed: bool = False
    error: OppBridgeError | None = None


def standing(post: Post, view: View, asked: Sequence[Wanted]) -> dict[str, Found]:
    """The rows that stand already, by record id."""
    if view.reference is None:
        keys = {key_wanted(each): each.write.origin for each in asked}
        found = fetched(post.session, view, [key for key in keys if key])
        return {keys[key]: found[folded(key)] for key in keys if folded(key) in found}
    rows: dict[str, Found] = {}
    for company in dict.fromkeys(each.company for each in asked):
        origins = [each.write.origin for each in asked if each.company == company]
        by, key = (view.reference, origins), (view.table.number,)
        got = matching(post.session, view.table.set, view.columns, company, by, key)
        for each in complete(post.session, view, got, running=False):
            rows.setdefault(folded(str(each.row[view.reference])), each)
    return {
        each.write.origin: rows[folded(each.write.origin)]
        for each in asked
        if folded(each.write.origin) in rows
    }


def key_wanted(each: Wanted) -> str:
    """The key a row will have; empty where the service gives the number."""
    return "" if each.number is None else join_key(each.company, each.number)


def insert(post: Post, view: View, asked: Sequence[Wanted]) -> list[Made]:
    """Send the rows that do not stand yet; a row that is there after all is told as existing."""
    sends = [[inserting(view.table, each)] for each in asked]
    return settled(post, view, asked, post.all(sends))


def inserting(table: Table, each: Wanted) -> Send:
    """The request that makes a row."""
    return Send("POST", path(table.set), each.body, about=table.type)


def settled(post: Post, view: View, asked: Sequence[Wanted], sent: Sequence[Sent]) -> list[Made]:
    """What became of each create, by the answers to its requests."""
    refused = [
        key_wanted(each)
        for each, outcome in zip(asked, sent, strict=True)
        if isinstance(outcome.error, Reject) and each.number is not None
    ]
    there = fetched(post.session, view, refused) if refused else {}
    return [_made(view, each, outcome, there) for each, outcome in zip(asked, sent, strict=True)]


def _made(view: View, each: Wanted, outcome: Sent, there: Mapping[str, Found]) -> Made:
    if outcome.error is None:
        return Made(_key_in(view.table, each, outcome))
    found = there.get(folded(key_wanted(each))) if each.number is not None else None
    if found is None:
        return Made(error=outcome.error)
    holder = str(found.row.get(view.reference or "", ""))
    if view.table.lines is not None and folded(holder) != folded(each.write.origin):
        return Made(error=Invalid(f"{found.key} is taken by another document"))
    if holder and folded(holder) != folded(each.write.origin):
        return Made(error=Invalid(f"{found.key} is taken by another record"))
    return Made(found.key, existed=True)


def _key_in(table: Table, each: Wanted, outcome: Sent) -> str | None:
    """The key the service answered with; None when it did not say."""
    for body in map(body_of, outcome.answers):
        number = body.get(table.number) if isinstance(body, Mapping) else None
        if number and COMPANY in body:
            return join_key(str(body[COMPANY]).lower(), str(number))
    return key_wanted(each) or None
