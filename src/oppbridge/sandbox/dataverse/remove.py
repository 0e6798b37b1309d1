"""Deleting: cascades, restrictions and cut links, each row with its tombstone."""

from __future__ import annotations

from ..database import Row
from .desk import Desk
from .refusals import ASSOCIATED, Refused
from .rules.registry import rules_of
from .schema.model import OnDelete


def delete_row(desk: Desk, logical: str, row: Row) -> None:
    """Delete a row with everything that falls with it. Refuses (405) where children forbid it."""
    rules_of(logical).deleting(desk, row)
    _fell(desk, logical, row)
    rules_of(logical).deleted(desk, row)


def _fell(desk: Desk, logical: str, row: Row) -> None:
    entry = desk.book[logical]
    row_id = row[entry.definition.key]
    children = [(t, c, to) for t, c, to in desk.book.children[logical] if not c.ignored]
    for table, column, towards in children:
        if towards.on_delete is OnDelete.RESTRICT and desk.find(table, **{column.wire: row_id}):
            raise Refused(
                405,
                ASSOCIATED,
                f"The {logical} cannot be deleted because it is associated with another record "
                f"({table}).",
            )
    for pair in entry.pairs.values():
        for link in desk.find(pair.intersect, **{f"{logical}id": row_id}):
            desk.drop(pair.intersect, link[desk.book[pair.intersect].definition.key])
    desk.drop(logical, row_id)
    for table, column, towards in children:
        for child in desk.find(table, **{column.wire: row_id}):
            if towards.on_delete is OnDelete.CASCADE or table == "connection":
                _cascade(desk, table, child)
            else:
                cut = {column.wire: None} | (
                    {column.type_property: None} if column.polymorphic else {}
                )
                desk.change(table, child[desk.book[table].definition.key], cut)


def _cascade(desk: Desk, table: str, child: Row) -> None:
    # Guards look at the parent, which is gone: a cascade asks nobody.
    if desk.get(table, child[desk.book[table].definition.key]) is None:
        return
    _fell(desk, table, child)
    rules_of(table).deleted(desk, child)


def disassociate(desk: Desk, intersect: str, pair: dict[str, str]) -> None:
    """Unlink two rows many-to-many; nothing happens where they were not linked."""
    for link in desk.find(intersect, **pair):
        desk.drop(intersect, link[desk.book[intersect].definition.key])
