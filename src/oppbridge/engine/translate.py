"""System space to record space and back: native keys to record ids, native parts to part ids."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ..merge import PRESENCE
from ..records.scalars import Scalar
from ..records.values import escape, part_of, pointing, unescape
from ..store import Link, Record, Tx, links, records
from .learn import SPACE, differences, uuid_text


@dataclass(slots=True)
class Registry:
    """Who is behind a native key, for one batch of records: filled in bulk, asked one by one.

    A key stands for nobody, None, where its row has gone or is about to: its record was removed.
    """

    uids: dict[tuple[str, str, str], str | None] = field(default_factory=dict)

    @classmethod
    def of(cls, tx: Tx, entity: str, shown: Iterable[Link]) -> Registry:
        """Look up every reference that these links show as news."""
        wanted: dict[tuple[str, str], set[str]] = {}
        for link in shown:
            news = link.news or {}
            for path, target in pointing(entity, news):
                wanted.setdefault((link.system, target), set()).add(str(news[path]))
        found: dict[tuple[str, str, str], str | None] = {}
        for (system, target), keys in wanted.items():
            ids = links.records_of(tx, system, target, sorted(keys))
            names = records.standing(tx, sorted({id for id in ids.values() if id is not None}))
            for key, id in ids.items():
                found[system, target, key] = None if id is None else names.get(id)
        return cls(found)


@dataclass(slots=True)
class News:
    """What one link brings to a decision, in record space.

    `changed` are the paths to merge, `first` those shown for the first time; `open` are system
    paths that cannot be told yet because they point at rows nobody has linked. `awaited` are the
    keys of those rows, and of rows that have gone and may stand again.
    """

    link: Link
    changed: dict[str, Scalar] = field(default_factory=dict)
    first: set[str] = field(default_factory=set)
    open: set[str] = field(default_factory=set)
    awaited: list[tuple[str, str, str]] = field(default_factory=list)
    paths: dict[str, str] = field(default_factory=dict)  # record path -> system path


def news_of(
    link: Link, record: Record, registry: Registry, met: Mapping[str, Scalar] | None = None
) -> News:
    """Translate what a link shows against what it showed.

    `met` are the agreed values, and what other systems show that are met at the same time.
    """
    out = News(link)
    if link.gone:
        if (link.shown or {}).get(PRESENCE) is not None:
            out.changed[PRESENCE] = None
            out.paths[PRESENCE] = PRESENCE
        return out
    if link.news is None:
        return out
    shown = link.shown or {}
    parts = any("/" in path for path in (*link.news, *shown))
    if parts:
        name_parts(link, record.agreed if met is None else met, link.news)
    changed = _changed(link, record, shown, link.news)
    for path, target in pointing(record.entity, changed):
        key = (link.system, target, str(changed[path]))
        if registry.uids.get(key) is None:
            out.awaited.append(key)
        if key in registry.uids:
            changed[path] = registry.uids[key]
        else:
            out.open.add(path)
            del changed[path]
    if not parts:
        out.changed, out.paths = changed, dict(zip(changed, changed, strict=True))
        out.first = changed.keys() - shown.keys()
        return out
    for path, value in changed.items():
        told = record_path(link, path)
        if out.changed.get(told) is None:  # one part may go and come back under another key
            out.paths[told], out.changed[told] = path, value
    out.first = {told for told, path in out.paths.items() if path not in shown}
    return out


def _changed(
    link: Link, record: Record, shown: Mapping[str, Scalar], news: Mapping[str, Scalar]
) -> dict[str, Scalar]:
    """The paths that are new or edited, and those that an edit brings back."""
    if not shown and link.shown is None:
        return dict(news)
    edited = differences(shown, news)
    fresh = {p: news[p] for p in news.keys() - shown.keys()}
    return fresh | edited | _revived(link, record, edited)


def _revived(link: Link, record: Record, edited: Mapping[str, Scalar]) -> dict[str, Scalar]:
    """What an edit brings back: a removal that was agreed on, unheard of in this system.

    An edited line comes back whole, an edited record stands again.
    """
    news = link.news or {}
    if link.shown is None or not record.agreed:
        return {}
    back: dict[str, Scalar] = {}
    for path in edited:
        part = part_of(path)
        if part is None:
            continue
        stem = f"{part[0]}/{part[1]}"
        if news.get(stem) is True and record_path(link, stem) not in record.agreed:
            back |= {p: v for p, v in news.items() if p == stem or p.startswith(stem + "/")}
    if edited and PRESENCE not in record.agreed:
        back[PRESENCE] = True
    return back


def arrived(expected: Scalar, shown: Scalar) -> bool:
    """Whether a system shows what it was sent, maybe cut short: some cut texts silently."""
    if isinstance(expected, str) and isinstance(shown, str) and shown:
        return expected.startswith(shown)
    return expected == shown


def record_path(link: Link, path: str) -> str:
    """A system path in record space: the part's native key becomes its id."""
    part = part_of(path)
    if part is None:
        return path
    collection, key, name = part
    stem = f"{collection}/{link.parts.get(f'{collection}/{key}', key)}"
    return f"{stem}/{name}" if name else stem


def system_path(link: Link, path: str) -> str | None:
    """A record path in one system's space; None while the part has no native key there."""
    part = part_of(path)
    if part is None:
        return path
    collection, id, name = part
    for stem, known in link.parts.items():
        if known == id and stem.startswith(collection + "/"):
            return f"{stem}/{name}" if name else stem
    return None


def _unmet(link: Link, stem: str, met: Mapping[str, Scalar]) -> bool:
    """Whether a part of a row met for the first time has an id that nobody else knows."""
    return link.shown is None and _named(link, stem) not in met


def _named(link: Link, stem: str) -> str:
    return f"{stem.partition('/')[0]}/{link.parts[stem]}"


def name_parts(link: Link, met: Mapping[str, Scalar], values: Mapping[str, Scalar]) -> None:
    """Give every native part that has none an id: its own, a twin's, or a new one.

    A new one follows from where the part was seen first, also after a lost store.
    """
    stems = [p for p, v in values.items() if "/" in p and v is True and _is_stem(p)]
    fresh = [p for p in stems if p not in link.parts or _unmet(link, p, met)]
    if not fresh:
        return
    held = {_named(link, p) for p in link.parts if p not in fresh}
    spare = [p for p in met if _is_stem(p) and p not in held]
    for stem in fresh:
        collection, _, key = stem.partition("/")
        own = uuid_text(unescape(key))
        twin = None if link.shown is not None else _twin(stem, values, spare, met)
        if own is not None and f"{collection}/{own}" in spare:
            twin = f"{collection}/{own}"
        if twin is not None:
            spare.remove(twin)
            link.parts[stem] = twin.partition("/")[2]
        else:
            seed = uuid.uuid5(SPACE, f"{link.entity}/{link.system}/{link.key}/{stem}")
            link.parts[stem] = link.parts.get(stem) or own or str(seed)


def _twin(
    stem: str, values: Mapping[str, Scalar], spare: Sequence[str], agreed: Mapping[str, Scalar]
) -> str | None:
    """The agreed part that a part met for the first time seems to be: same number, or content."""
    mine = {p[len(stem) :]: v for p, v in values.items() if p.startswith(stem + "/")}
    kin = [s for s in spare if s.partition("/")[0] == stem.partition("/")[0]]
    for names in (
        ("/number", "/quantity"),
        ("/number",),
        ("/quantity", "/price"),
        ("/name",),
        ("/role",),
    ):
        told = {name: mine.get(name) for name in names}
        if None in told.values():
            continue
        alike = [s for s in kin if all(agreed.get(s + name) == v for name, v in told.items())]
        if len(alike) == 1:
            return alike[0]
    return None


def part_stem(collection: str, key: str) -> str:
    """The system path of a native part."""
    return f"{collection}/{escape(key)}"


def _is_stem(path: str) -> bool:
    part = part_of(path)
    return part is not None and not part[2]
