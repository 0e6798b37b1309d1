"""Links that an undo leaves behind: the system shows what it had, the record keeps what is agreed.

Without this the next decision would do again what was undone. A value agreed later is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ..merge import PRESENCE
from ..records.scalars import Scalar
from ..store import Link, Planned, Record, Tx, records, undone

UNDO = "undo "
"""Before the id of a run: the name of the flow that undoes it. No configured flow has a space."""


def undoes(flow: str) -> int | None:
    """The run that a flow undoes; None for a configured one."""
    return int(flow.removeprefix(UNDO)) if flow.startswith(UNDO) else None


def leave_behind(tx: Tx, arrived: Sequence[tuple[Planned, Link | None]]) -> set[int]:
    """Mark what undone writes restored. Call it before the links are stored.

    Returns the records to decide afresh: their row stands again, and lacks what was agreed since.
    """
    ours = [(one, link) for one, link in arrived if link is not None and undoes(one.flow)]
    known = records.by_id(tx, sorted({link.record_id for _, link in ours}))
    marks: list[tuple[int, str, Scalar]] = []
    ask: set[int] = set()
    for one, link in ours:
        record = known.get(link.record_id)
        if record is None:
            continue
        if one.action == "delete":
            marks.append((link.id, PRESENCE, True))
        elif one.action == "update":
            marks += _restored(one, link, record)
        else:
            _stands_again(one, link, record)
            if PRESENCE in record.agreed:
                ask.add(record.id)
            else:
                marks.append((link.id, PRESENCE, None))
    if marks:
        undone.mark(tx, marks)
    return ask


def _restored(one: Planned, link: Link, record: Record) -> Iterator[tuple[int, str, Scalar]]:
    """The marks of a row whose fields are as they were."""
    for path, value in one.fields.items():
        for told, shown in _below(path, value, one.before, record.agreed).items():
            agreed = record.agreed.get(told)
            if path not in one.cut and agreed != shown:
                link.lag[told] = shown
                yield link.id, told, agreed


def _stands_again(one: Planned, link: Link, record: Record) -> None:
    """A row made anew lags in whatever was agreed since it went."""
    for path, agreed in record.agreed.items():
        if path != PRESENCE and one.fields.get(path) != agreed:
            link.lag[path] = one.fields.get(path)


def _below(
    path: str, value: Scalar, before: Mapping[str, Scalar], agreed: Mapping[str, Scalar]
) -> dict[str, Scalar]:
    """A path with its value; a part that was taken away takes its fields along."""
    if value is not None or "/" not in path:
        return {path: value}
    under = [p for p in (*before, *agreed) if p.startswith(path + "/")]
    return {path: None, **dict.fromkeys(under)}


def rests(marks: Mapping[str, Scalar], path: str, agreed: Mapping[str, Scalar]) -> bool:
    """Whether a link stays behind at a path."""
    return path in marks and marks[path] == agreed.get(path)
