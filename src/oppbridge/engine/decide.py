"""Decides records that have news: merge, enrich, score, plan. No network but an enricher's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet

from ..errors import Invalid
from ..merge import PRESENCE, Case, Merged, Side, merge
from ..records.scalars import Scalar, parse_instant
from ..records.totals import problems
from ..records.values import build, collections, pattern
from ..store import Link, Planned, Record, Tx, links, records, undone, writes
from .compare import rekey, values_of
from .docket import Decision
from .doubt import follow_joins, twins_of
from .flow import EntityFlow, Ruled
from .learn import differences, wake
from .line import Line, Post
from .plan import plan
from .translate import News, Registry, news_of, record_path
from .waves import Wave, in_force
from .weigh import weigh

BATCH = 2000


def decide(line: Line, flow: EntityFlow) -> int:
    """Decide every record of an entity that was asked for. Returns how many were decided."""
    after, count = 0, 0
    while True:
        with line.store.read() as tx:
            ids = records.asked(tx, line.flow.name, flow.entity, after, BATCH)
        if not ids:
            return count
        after = ids[-1]
        line.take_lease()
        with line.store.read() as tx:
            decisions = list(_consider(tx, line, flow, ids))
        learned = weigh(line, flow, decisions)
        with line.write() as tx:
            _store(tx, line, flow, decisions, ids)
            for name, text in learned.items():
                records.remember(tx, name, text)
        count += len(decisions)
        line.progress("decide", "", flow.entity, len(decisions))


def _consider(tx: Tx, line: Line, flow: EntityFlow, ids: list[int]) -> Iterable[Decision]:
    held = links.of_records(tx, ids)
    waiting = writes.open_of(tx, ids, line.flow.name)
    taking_part = {id: [k for k in held.get(id, ()) if k.system in flow.members] for id in ids}
    registry = Registry.of(tx, flow.entity, (k for group in taking_part.values() for k in group))
    known = records.by_id(tx, ids)
    follow_joins(tx, flow.entity, known.values(), (k for group in held.values() for k in group))
    twins = twins_of(tx, flow, ids) if flow.match else {}
    left = undone.of_links(tx, [link.id for group in taking_part.values() for link in group])
    for id, record in known.items():
        group = taking_part[id]
        news = _news(record, group, registry)
        waves, problem = _waves(line, flow, record, group)
        merged = merge(_case(flow, record, news, waves))
        one = Decision(record, group, news, waiting.get(id, []), merged, dict(record.agreed))
        one.twins, one.problem, one.left = twins.get(id, {}), problem, left
        yield one


def _news(record: Record, group: list[Link], registry: Registry) -> list[News]:
    """What each link brings. Those met together are told of each other's parts."""
    met, told = record.agreed, []
    for link in group:
        told.append(news_of(link, record, registry, met))
        if link.shown is None and len(group) > 1:
            met = {**told[-1].changed, **met}
    return told


def _waves(
    line: Line, flow: EntityFlow, record: Record, held: list[Link]
) -> tuple[tuple[Wave, ...], str | None]:
    """Who owns this record now: judged by what was agreed, at first contact by what is shown."""
    if not flow.waves:
        return (), None
    values = record.agreed or values_of(record, held)
    return in_force(flow.waves, values, line.moment().date())


def _case(flow: EntityFlow, record: Record, news: list[News], waves: Sequence[Wave]) -> Case:
    sides = [
        Side(
            one.link.system,
            _countable(flow, record, one),
            frozenset(one.first),
            one.link.lag,
            parse_instant(one.link.at) if one.link.at else None,
        )
        for one in news
        if one.changed and flow.members[one.link.system].reads
    ]
    standing = {one.link.system for one in news if one.link.shown is not None and not one.link.gone}
    rules = Ruled(flow, record.rulings, waves)
    return Case(record.entity, record.agreed, sides, rules, frozenset(standing))


def _countable(flow: EntityFlow, record: Record, one: News) -> dict[str, Scalar]:
    """What a side changed, without a deletion that the flow ignores."""
    if flow.deletions == "ignore" and one.changed.get(PRESENCE, True) is None:
        return {}
    return one.changed


def settle(flow: EntityFlow, decision: Decision) -> None:
    """Mark as shown what was dealt with, and note on every link where it lags behind."""
    merged = decision.merged
    for one in decision.news:
        _settle_news(one, merged)
        if one.link.gone:
            ignored = flow.deletions == "ignore"
            one.link.shown, one.link.news, one.link.parts = {PRESENCE: None}, None, {}
            one.link.lag = {} if ignored else {PRESENCE: None}
    base, values = decision.base, merged.values
    moved = differences(base, values).keys() if base else values.keys()
    for one in decision.news:
        if not one.link.gone:
            _fall_behind(flow, one, moved, decision)
        _trim(one.link, merged)
    decision.record.agreed = merged.values
    rulings = decision.record.rulings
    decision.record.rulings = {p: s for p, s in rulings.items() if p in merged.undecided}


def _fall_behind(flow: EntityFlow, one: News, moved: AbstractSet[str], decision: Decision) -> None:
    """Note what a link does not stand for: what has moved, or all it lacks when it is met.

    A row met for the first time may stand for less than is agreed: half a document, whose write
    was refused on the way, or a twin that somebody else began.
    """
    missing: set[str] = set()
    if PRESENCE in one.first and decision.base:
        told = {record_path(one.link, path) for path in one.open}
        agreed = {p for p, v in decision.merged.values.items() if v is not None}
        missing = agreed - moved - told
    for path in {*moved, *missing} - one.changed.keys():
        if _covers(flow, one.link.system, path):
            stands_for = None if path in missing else decision.base.get(path)
            one.link.lag.setdefault(path, stands_for)


def _settle_news(one: News, merged: Merged) -> None:
    link = one.link
    if not one.changed:
        if link.news is not None and not one.open and not link.gone:
            link.shown, link.news = link.news, None
        return
    seen, values = link.news or {}, merged.values
    undecided = merged.undecided.keys() & one.paths.keys()
    dealt = one.changed.keys() - undecided
    shown, link.news = _shown(link, one, dealt), link.news if one.open or undecided else None
    link.shown = shown
    for path in link.lag.keys() & dealt:
        del link.lag[path]
    link.lag |= {t: v for t, v in one.changed.items() if values.get(t) != v and t in dealt}
    if link.parts:
        link.parts = {s: i for s, i in link.parts.items() if s in shown or s in seen}


def _shown(link: Link, one: News, dealt: AbstractSet[str]) -> dict[str, Scalar]:
    """What a link shows once the paths dealt with are news no longer."""
    seen = link.news or {}
    whole = len(dealt) == len(one.changed) and not one.open
    if whole:
        shown = dict(seen)
    else:
        told = {path: seen.get(path) for t, path in one.paths.items() if t in dealt}
        shown = {**(link.shown or {}), **told}
    for path in [p for t, p in one.paths.items() if "/" in p and t in dealt]:
        if shown.get(path) is None:
            shown.pop(path, None)
    return shown


def _trim(link: Link, merged: Merged) -> None:
    """A link lags only where what it stands for is not what is agreed."""
    for path in [p for p, v in link.lag.items() if merged.values.get(p) == v]:
        del link.lag[path]


def _store(tx: Tx, line: Line, flow: EntityFlow, decisions: list[Decision], ids: list[int]) -> None:
    fresh: list[Planned] = []
    stale: list[int] = []
    awaited: list[tuple[str, str, str, int]] = []
    others = [name for name in line.flows(flow.entity) if name != line.flow.name]
    for one in decisions:
        _check(line, flow, one)
        settle(flow, one)
        wanted, unwanted = plan(line, flow, one)
        fresh += wanted
        stale += unwanted
        awaited += [(*a, one.record.id) for news in one.news for a in news.awaited]
        _tell_awaited(line, flow, one)
    if flow.match:
        rekey(tx, flow, decisions)
    writes.drop(tx, stale)
    writes.insert(tx, fresh, line.run_id)
    links.update(tx, [link for one in decisions for link in one.links])
    records.update(tx, [one.record for one in decisions])
    links.note_awaited(tx, awaited)
    _wake(tx, line, flow, decisions)
    records.answered(tx, line.flow.name, flow.entity, ids)
    records.ask(
        tx, others, flow.entity, [d.record.id for d in decisions if d.base != d.record.agreed]
    )


def _tell_awaited(line: Line, flow: EntityFlow, one: Decision) -> None:
    """Name what a row points at that nobody has seen: it is left out until it is there."""
    for news in one.news:
        for system, target, key in news.awaited:
            line.report.notice(
                f"{flow.entity} {one.record.name} in {system} points at {target} {key!r}, "
                "which is not there: that is written once it is"
            )


def _wake(tx: Tx, line: Line, flow: EntityFlow, decisions: list[Decision]) -> None:
    """What was removed and stands again stands for somebody: who points at it is decided anew."""
    back = [
        link
        for one in decisions
        if one.base and one.base.get(PRESENCE) is None and one.merged.values.get(PRESENCE)
        for link in one.links
        if not link.gone
    ]
    for name, member in flow.members.items() if back else ():
        keys = [link.key for link in back if link.system == name]
        wake(tx, Post(line, member, flow.entity), keys)


def _check(line: Line, flow: EntityFlow, one: Decision) -> None:
    """Values that do not make a record stop its writes; what does not add up is told."""
    values = one.merged.values
    try:
        build(flow.entity, values)
    except Invalid as exc:
        one.problem = str(exc)
        return
    if "lines" in collections(flow.entity):
        name = values.get("number") or values.get("name") or one.record.uid
        for problem in (*problems(values), *_otherwise(one)):
            line.report.notice(f"{flow.entity} {name}: {problem}")


def _otherwise(one: Decision) -> Iterator[str]:
    """Systems that add a document up to another total than the agreed one: prices were rounded."""
    agreed = one.merged.values.get("total")
    for news in one.news:
        shown = news.changed.get("total")
        if agreed and shown and shown != agreed and not str(shown).startswith("0 "):
            yield f"total: {agreed}, yet {news.link.system} makes it {shown}"


def _covers(flow: EntityFlow, system: str, path: str) -> bool:
    """Whether a system has a place for this path."""
    if path == PRESENCE:
        return True
    kinds, kind = flow.members[system].map(flow.entity), pattern(path)
    collection, slash, rest = kind.partition("/")
    if slash and rest == "*":
        return collection in kinds.collections
    return kind in kinds.writable or kind in kinds.readable or kind in kinds.create_only
