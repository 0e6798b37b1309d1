"""The reverse of what a run did to one row: from the before-images, and from what stands there now.

What somebody edited since stays, and so does what a later run wrote: both are told in words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..errors import Reject, Retry
from ..merge import PRESENCE
from ..records.scalars import Scalar
from ..records.values import part_of
from ..store import Link, Planned
from ..store.trail import Went
from .behind import undoes
from .line import Post
from .plan import creatable, updatable
from .render import Directory, render
from .translate import arrived, record_path


@dataclass(slots=True)
class Row:
    """A row that a run wrote: all that ever went to it, and what it shows now (system space)."""

    uid: str
    link: Link
    writes: Sequence[Went]
    now: Mapping[str, Scalar] | None


@dataclass(slots=True)
class Reverse:
    """What would undo it, None where nothing is left to do; and what stays, in words."""

    action: str | None = None
    fields: dict[str, Scalar] = field(default_factory=dict)
    before: dict[str, Scalar] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)


def reverse(post: Post, row: Row, run_id: int, known: Directory) -> Reverse:
    """What undoes a run in one row."""
    mine = [went.write for went in row.writes if went.run_id == run_id]
    since = _since(row.writes, run_id)
    created, gone = mine[0].action == "create", mine[-1].action == "delete"
    if created and gone:
        return Reverse()
    if gone:
        return _stand_again(post, row, mine)
    if row.now is None:
        return Reverse()  # gone by now, whoever removed it
    if created and any(undoes(one.flow) == run_id for one in since):
        return Reverse()  # set inactive, where it could not be deleted
    if created:
        return _take_away(post, row, [*mine, *since], known)
    return _restore(post, row, mine, since, run_id, known)


def _since(writes: Sequence[Went], run_id: int) -> list[Planned]:
    last = max(at for at, went in enumerate(writes) if went.run_id == run_id)
    return [went.write for went in writes[last + 1 :]]


def _stand_again(post: Post, row: Row, mine: Sequence[Planned]) -> Reverse:
    """A row that was deleted is made anew, with all it held before the run."""
    if row.now is not None:
        return Reverse()
    values: dict[str, Scalar] = {}
    for one in reversed(mine):
        values |= one.before
    kinds = post.map
    fields = {p: v for p, v in values.items() if v is not None and creatable(kinds, p)}
    return Reverse("create", {PRESENCE: True, **fields})


def _take_away(post: Post, row: Row, writes: Sequence[Planned], known: Directory) -> Reverse:
    """A row that was made goes, unless somebody has worked on it since."""
    now = row.now or {}
    told, _, wrote = _told(post, row, writes, known)
    edited = {p for p, v in told.items() if not arrived(v, now.get(p))}
    besides = next((one.besides for one in writes if one.besides is not None), None) or {}
    edited |= {
        path
        for path, value in now.items()
        if path not in told and value is not None and value != besides.get(path)
        and (updatable(post.map, path) or _is_stem(path))
    }  # fmt: skip
    if edited:
        names = sorted({record_path(row.link, path) for path in edited})
        return Reverse(left=[f"edited since ({', '.join(names)}): it stays"])
    return Reverse("delete", {PRESENCE: None}, wrote)


def _restore(
    post: Post,
    row: Row,
    mine: Sequence[Planned],
    since: Sequence[Planned],
    run_id: int,
    known: Directory,
) -> Reverse:
    """Fields get back what they held before the run."""
    now, out = row.now or {}, Reverse()
    told, paths, wrote = _told(post, row, mine, known)
    first: dict[str, Scalar] = {}
    for one in reversed(mine):
        first |= {path: one.before.get(path) for path in (*one.fields, *one.before)}
    already = {p for one in since if undoes(one.flow) == run_id for p in one.fields}
    later = _later(since)
    for path in _stems_first(wrote):
        if path in already or _stem(path) in already or _stem(path) in out.fields:
            continue
        if not _stands(path, paths, told, now, wrote):
            out.left.append(f"{path} was edited since: it stays")
        elif path in later:
            out.left.append(f"{path} was written again since: it stays")
        else:
            _put_back(post, path, first, wrote, out)
    if out.fields:
        out.action = "update"
    return out


def _put_back(
    post: Post,
    path: str,
    first: Mapping[str, Scalar],
    wrote: Mapping[str, Scalar],
    out: Reverse,
) -> None:
    """One path, or a line with all its fields, as it was."""
    if not _is_stem(path):
        if updatable(post.map, path):
            out.fields[path], out.before[path] = first.get(path), wrote.get(path)
        else:
            out.left.append(f"{path} cannot be changed again")
        return
    if wrote[path] is None:
        fields = {p: v for p, v in first.items() if p.startswith(path + "/") and v is not None}
        out.fields |= {path: True, **{p: v for p, v in fields.items() if creatable(post.map, p)}}
        out.before[path] = None
        return
    out.fields[path] = None
    out.before |= {p: v for p, v in wrote.items() if p == path or p.startswith(path + "/")}


def _stands(
    path: str,
    paths: Mapping[str, str],
    told: Mapping[str, Scalar],
    now: Mapping[str, Scalar],
    wrote: Mapping[str, Scalar],
) -> bool:
    """Whether the row shows at a path, and below it, what the run wrote there."""
    below = [p for p in wrote if p == path or p.startswith(path + "/")]
    for one in below:
        native = paths.get(one)
        if native is None:
            if wrote[one] is not None:
                return False  # what it stood for has gone
        elif not arrived(told.get(native), now.get(native)):
            return False
    return True


def _later(since: Sequence[Planned]) -> set[str]:
    """The paths that ordinary runs wrote since, without what was undone again."""
    found: set[str] = set()
    for one in since:
        found = found - one.fields.keys() if undoes(one.flow) else found | one.fields.keys()
    return found


def _told(
    post: Post, row: Row, writes: Sequence[Planned], known: Directory
) -> tuple[dict[str, Scalar], dict[str, str], dict[str, Scalar]]:
    """What these writes told the system, in order.

    By system path what it shows since; record path to system path; by record path what was told.
    """
    told: dict[str, Scalar] = {}
    paths: dict[str, str] = {}
    wrote: dict[str, Scalar] = {}
    for one in writes:
        fields = {p: v for p, v in one.fields.items() if p not in one.cut and p != PRESENCE}
        wrote |= fields
        for stem in [p for p, v in fields.items() if v is None and "/" in p]:
            for path in [p for p in wrote if p.startswith(stem + "/")]:
                del wrote[path]
        if not fields:
            continue
        try:
            out = render(post, replace(one, fields=fields, cut=[]), row.link, row.uid, known)
        except (Reject, Retry):
            continue  # what it pointed at has gone: nothing there stands as it was told
        besides = one.besides or {}
        told |= {n: besides.get(n, v) for n, v in out.expected.items() if n != PRESENCE}
        paths |= {p: n for p, n in out.paths.items() if p != PRESENCE}
        told |= {n: None for p, n in out.paths.items() if n not in out.expected}
    gone = {native for path, native in paths.items() if path not in wrote}
    return (
        {native: v for native, v in told.items() if native not in gone},
        {path: native for path, native in paths.items() if path in wrote},
        wrote,
    )


def _stems_first(paths: Mapping[str, Scalar]) -> list[str]:
    return sorted(paths, key=lambda path: (not _is_stem(path), path))


def _is_stem(path: str) -> bool:
    part = part_of(path)
    return part is not None and not part[2]


def _stem(path: str) -> str:
    part = part_of(path)
    return f"{part[0]}/{part[1]}" if part and part[2] else ""
