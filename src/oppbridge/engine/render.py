"""Planned writes in a system's own terms: references as native keys, parts under native keys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..contract import Action, Native, Part, Write
from ..errors import Unlinked
from ..mapping.writing import Current
from ..merge import PRESENCE
from ..records.scalars import Scalar
from ..records.values import part_of, pattern, pointing, unescape
from ..store import Link, Planned, Tx, links, records
from .line import Post
from .translate import part_stem, system_path


@dataclass(slots=True)
class Outgoing:
    """A write ready to send, with what the system will show for each path written.

    `expected` is in system space; `paths` maps the record paths that are sent to system paths;
    `stems` maps the id of each part to be created to its collection's canonical name.
    """

    planned: Planned
    link: Link | None
    write: Write
    expected: dict[str, Scalar] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)
    stems: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Directory:
    """The native keys, in one system, of the records a batch of writes points at."""

    keys: dict[tuple[str, str], str]

    @classmethod
    def of(cls, tx: Tx, post: Post, batch: Iterable[Planned]) -> Directory:
        """Look up in bulk whatever these writes refer to."""
        wanted: dict[str, set[str]] = {}
        for planned in batch:
            for path, target in pointing(post.entity, planned.fields):
                wanted.setdefault(target, set()).add(str(planned.fields[path]))
        found: dict[tuple[str, str], str] = {}
        for target, uids in wanted.items():
            ids = records.by_uid(tx, target, sorted(uids))
            keys = links.keys_of(tx, post.system, sorted(ids.values()))
            found.update({(target, uid): keys[id] for uid, id in ids.items() if id in keys})
        return cls(found)


def render(post: Post, planned: Planned, link: Link | None, uid: str, known: Directory) -> Outgoing:
    """The write as the connector takes it. Cuts optional references that have no twin yet.

    Raises Unlinked when nothing is left to send or a required reference has no twin, Invalid when
    the system could not take it.
    """
    values = _native(post, planned, known)
    if planned.action != "delete" and not values:
        raise Unlinked(f"{', '.join(planned.cut)}: no twin in {post.system} yet")
    header = {p: v for p, v in values.items() if "/" not in p and p != PRESENCE}
    kinds, writing = post.map, post.map.header
    action = Action(planned.action)
    creating = action is Action.CREATE
    row: dict[str, Any] = {}
    out = Outgoing(planned, link, Write(str(planned.id), action, uid, None, row))
    if action is not Action.DELETE:
        row, out.expected = (writing.spell_new if creating else writing.spell)(header)
        out.expected[PRESENCE] = True
        out.paths = dict(zip(header, header, strict=True)) | {PRESENCE: PRESENCE}
    if creating and kinds.origin is not None:
        row[kinds.origin] = uid
    whole = len(header) + (PRESENCE in values) == len(values)
    parts = () if whole or action is Action.DELETE else tuple(_parts(post, values, link, out))
    out.write = Write(
        id=str(planned.id),
        action=action,
        origin=uid,
        key=None if creating or link is None else link.key,
        row=row,
        parts=parts,
        version=None if creating or link is None or not post.watched else link.version,
        current={} if creating or link is None else _current(post, link),
        again=planned.state == "sent",
        echo=post.watched,
    )
    return out


def _native(post: Post, planned: Planned, known: Directory) -> dict[str, Scalar]:
    """The fields with references as native keys; those without a twin are cut or refused."""
    values = dict(planned.fields)
    before = set(planned.cut) if planned.state == "sent" else ()  # what was sent then, as it was
    planned.cut = []
    for path, target in pointing(post.entity, values):
        key = known.keys.get((target, str(values[path])))
        if key is not None and path not in before:
            values[path] = key
        elif planned.action == "create" and pattern(path) not in post.map.optional_references:
            raise Unlinked(f"{path}: the {target} has no twin in {post.system} yet")
        else:
            planned.cut.append(path)
    if not planned.cut:
        return values
    # a new line waits as a whole for the product it must have
    stems = {_stem(p) for p in planned.cut if pattern(p) not in post.map.optional_references}
    new = {stem for stem in stems if stem and planned.fields.get(stem) is True}
    planned.cut += [p for p in planned.fields if _stem(p) in new and p not in planned.cut]
    return {path: value for path, value in values.items() if path not in planned.cut}


def _stem(path: str) -> str | None:
    part = part_of(path)
    return f"{part[0]}/{part[1]}" if part else None


def _current(post: Post, link: Link) -> Native:
    """The header columns as the system last showed them, where they could be written."""
    return Current(post.map.header, link.shown or {})


def _parts(
    post: Post, values: dict[str, Scalar], link: Link | None, out: Outgoing
) -> Iterable[Part]:
    grouped: dict[tuple[str, str], dict[str, Scalar]] = {}
    for path, value in values.items():
        if "/" in path and (part := part_of(path)):
            grouped.setdefault((part[0], part[1]), {})[part[2]] = value
    for (name, id), fields in grouped.items():
        stem = f"{name}/{id}"
        native = system_path(link, stem) if link is not None else None
        collection = post.map.collections[name]
        if fields.get("", True) is None:
            if native is not None:
                out.paths[stem] = native
                yield Part(collection, Action.DELETE, id, _key(native), {})
            continue
        told = {f: v for f, v in fields.items() if f}
        writing = post.map.parts[name]
        row, expected = (writing.spell if native is not None else writing.spell_new)(told)
        if native is None and name in post.map.part_origins:
            row[post.map.part_origins[name]] = id
        where = native or part_stem(name, id)
        if native is None:
            out.stems[id] = name
        if "" in fields:
            out.paths[stem] = where
            out.expected[where] = True
        for f in told:
            out.paths[f"{stem}/{f}"] = f"{where}/{f}"
            out.expected[f"{where}/{f}"] = expected.get(f)
        action = Action.CREATE if native is None else Action.UPDATE
        yield Part(collection, action, id, None if native is None else _key(native), row)


def _key(stem: str) -> str:
    return unescape(stem.partition("/")[2])


def renamed(out: Outgoing, parts: Mapping[str, str]) -> None:
    """Take over the native keys a system gave to new parts: native path stem -> part id."""
    for new, id in parts.items():
        name = out.stems.get(id)
        if name is None or new == (old := part_stem(name, id)):
            continue
        out.paths = {p: _moved(s, old, new) for p, s in out.paths.items()}
        out.expected = {_moved(s, old, new): v for s, v in out.expected.items()}


def _moved(path: str, old: str, new: str) -> str:
    if path == old or path.startswith(old + "/"):
        return new + path[len(old) :]
    return path
