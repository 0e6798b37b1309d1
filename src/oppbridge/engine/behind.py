"""Links that an undo leaves behind: the system shows what it had, the record keeps what is agreed.

Without this the next decision would do again what was undone. A value agreed later is told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..merge import PRESENCE
from ..records.scalars import Scalar
from ..store import Link, Planned, Tx, records, undone

UNDO = "undo "
"""Before the id of a run: the name of the flow that undoes it. No configured flow has a space."""


def undoes(flow: str) -> int | None:
    """The run that a flow undoes; None for a configured one."""
    return int(flow.removeprefix(UNDO)) if flow.startswith(UNDO) else None


def leave_behind(tx: Tx, arrived: Sequence[tuple[Planned, Link | None]]) -> None:
    """Mark what undone writes restored. Call it before the links are stored."""
    ours = [(one, link) for one, link in arrived if link is not None and undoes(one.flow)]
    known = records.by_id(tx, sorted({link.record_id for _, link in ours}))
    marks: list[tuple[int, str, Scalar]] = []
    for one, link in ours:
        record = known.get(link.record_id)
        if record is None:
            continue
        if one.action == "delete":
            marks.append((link.id, PRESENCE, True))
            continue
        for path, value in one.fields.items():
            if path in one.cut:
                continue
            for told, shown in _below(path, value, one.before, record.agreed).items():
                agreed = record.agreed.get(told)
                if agreed != shown:
                    link.lag[told] = shown
                    marks.append((link.id, told, agreed))
        if one.action == "create" and PRESENCE not in record.agreed:
            marks.append((link.id, PRESENCE, None))
    if marks:
        undone.mark(tx, marks)


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
