"""Settles what became of writes: per path, and only what was dealt with.

Storing the whole echo would lose edits made meanwhile: what the echo shows beyond the paths we
wrote is news like any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..contract import Action, Receipt
from ..errors import Gone, Invalid, Reject, Retry, Stale, Stop, Unlinked, Unsure
from ..merge import PRESENCE
from ..records.scalars import Scalar
from ..records.values import part_of, pattern, reference_patterns, unescape
from ..store import Link, Planned, Tx, joins, links, records, writes
from .behind import leave_behind
from .learn import differences, readout, wake
from .line import Post
from .plan import updatable
from .render import Outgoing, renamed
from .translate import arrived, part_stem, record_path

DONE = {Action.CREATE: "created", Action.UPDATE: "updated", Action.DELETE: "deleted"}


@dataclass(slots=True)
class Settled:
    """What a batch of receipts comes to."""

    moved: list[Planned] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    fresh: list[Link] = field(default_factory=list)
    revived: list[Link] = field(default_factory=list)  # stand again under another key
    ask: set[int] = field(default_factory=set)
    forget: list[int] = field(default_factory=list)
    look: list[str] = field(default_factory=list)  # native keys to observe again
    renamed: list[str] = field(default_factory=list)  # keys under which a row no longer stands
    back: list[str] = field(default_factory=list)  # keys under which a row stands again
    sent: int = 0


def settle(tx: Tx, post: Post, batch: Sequence[tuple[Outgoing, Receipt]]) -> Settled:
    """Store every receipt of a batch in one transaction."""
    out = Settled()
    for outgoing, receipt in batch:
        if receipt.error is None:
            _done(post, outgoing, receipt, out)
        else:
            _failed(post, outgoing, receipt.error, out)
    went = [(one.planned, one.link) for one, receipt in batch if receipt.error is None]
    out.ask |= leave_behind(tx, went)
    for link, id in zip(out.fresh, tx.allocate("link", len(out.fresh)), strict=True):
        link.id = id
    _join_known(tx, post, out)
    links.insert(tx, out.fresh)
    links.update(tx, out.links)
    for key in out.renamed:
        _repoint(tx, post, key)
    writes.move(tx, out.moved, post.line.now())
    post.seal(tx, [one for one in out.moved if one.state in ("done", "dead")])
    writes.drop(tx, out.forget)
    records.ask(tx, post.line.flows(post.entity), post.entity, sorted(out.ask))
    if out.fresh or out.back:
        wake(tx, post, [*(link.key for link in out.fresh), *out.back])
    return out


def _done(post: Post, outgoing: Outgoing, receipt: Receipt, out: Settled) -> None:
    planned, link = outgoing.planned, outgoing.link
    out.sent += 1
    post.count(DONE[outgoing.write.action])
    planned.state, planned.why = "done", None
    out.moved.append(planned)
    if outgoing.write.action is Action.DELETE:
        if link is not None:
            gone(link)
            out.links.append(link)
        return
    creating = outgoing.write.action is Action.CREATE
    if link is None or creating:
        link = _linked(post, outgoing, receipt, out)
    else:
        out.links.append(link)
    echo, origins = _echo(post, receipt)
    named = {
        part_stem(outgoing.stems[i], k): i for i, k in receipt.parts.items() if i in outgoing.stems
    }
    named = origins | named
    renamed(outgoing, named)
    link.parts |= named
    _agree(post, link, outgoing, receipt, echo)
    if planned.cut or link.news is not None:
        out.ask.add(link.record_id)


def _linked(post: Post, outgoing: Outgoing, receipt: Receipt, out: Settled) -> Link:
    planned, link = outgoing.planned, outgoing.link
    if link is None:
        link = Link(0, int(planned.record_id or 0), post.system, post.entity, str(receipt.key))
        out.fresh.append(link)
    else:  # a row that had gone stands again, maybe under another key
        out.links.append(link)
        if link.key != receipt.key:
            out.renamed.append(link.key)
            out.revived.append(link)
        elif link.gone:
            out.back.append(link.key)
    link.key, link.gone = str(receipt.key), False
    link.shown, link.news, link.lag = {}, None, {}
    link.parts = {}
    planned.key = link.key
    return link


def _echo(post: Post, receipt: Receipt) -> tuple[dict[str, Scalar] | None, dict[str, str]]:
    """What the row as stored says, and the ids its parts carry."""
    if receipt.row is None:
        return None, {}
    try:
        return readout(post, receipt.row)
    except Invalid:
        return None, {}  # the next observation says so, with the row's key


def _agree(
    post: Post,
    link: Link,
    outgoing: Outgoing,
    receipt: Receipt,
    echo: dict[str, Scalar] | None,
) -> None:
    """What was written is shown and agreed; what else the echo shows is news."""
    shown = dict(link.shown or {})
    trusted = echo if echo is not None and not receipt.existed else None
    for told, path in outgoing.paths.items():
        link.lag.pop(told, None)
        value = outgoing.expected.get(path)
        if receipt.existed and echo is not None and arrived(value, echo.get(path)):
            value = echo.get(path)
        if trusted is not None and (path in trusted or path not in outgoing.expected):
            value = trusted.get(path)
        if value is None and "/" in path and path not in (trusted or {}):
            shown.pop(path, None)
            _strip(shown, path)
            _strip(link.lag, told)
        elif path in outgoing.expected or path in (trusted or {}):
            shown[path] = value
    for told in outgoing.planned.cut:
        link.lag.setdefault(told, None)
    if outgoing.write.action is Action.CREATE and trusted is not None:
        _take_defaults(post, shown, trusted)
    elif receipt.existed and echo is not None:
        _take_what_others_own(post, shown, echo)
    if trusted is not None:
        outgoing.planned.besides = _besides(outgoing, trusted)
    link.shown = shown
    link.parts = {s: i for s, i in link.parts.items() if s in shown}
    link.version = receipt.version
    link.digest = None
    if echo is not None and receipt.row is not None:
        link.digest = post.map.digest(receipt.row)
        link.news = None if echo == shown or _unheard(post, link, shown, echo) else echo
        link.seen = post.line.stamp()


def _besides(outgoing: Outgoing, echo: dict[str, Scalar]) -> dict[str, Scalar] | None:
    """What an echo shows otherwise than it was written; of a fresh row, also what was not."""
    creating, written = outgoing.write.action is Action.CREATE, outgoing.expected
    found = {
        path: value
        for path, value in echo.items()
        if (creating if path not in written else value != written[path])
    }
    return found if creating or found else None


def _unheard(post: Post, link: Link, shown: dict[str, Scalar], echo: dict[str, Scalar]) -> bool:
    """Where a system is only written to, what it alone assigns (owner, created) changes nothing.

    It is taken as shown at once: deciding it took as long as deciding the record itself.
    """
    if post.member.reads:
        return False
    told = differences(shown, echo)
    kinds = post.map
    if any("/" in p or p in kinds.references or updatable(kinds, p) for p in told):
        return False
    shown.update(told)
    link.lag.update(told)
    return True


def _strip(values: dict[str, Scalar], stem: str) -> None:
    """A part that is gone takes its fields along."""
    for path in [p for p in values if p.startswith(stem + "/")]:
        del values[path]


def _repoint(tx: Tx, post: Post, key: str) -> None:
    """A row that came back under another key: whatever points at the old one lags from now on."""
    pointing = links.mentioning(tx, post.system, key)
    known = records.by_id(tx, [link.record_id for link in pointing])
    for link in pointing:
        record = known[link.record_id]
        targets = reference_patterns(record.entity)
        for path, value in (link.shown or {}).items():
            if value == key and targets.get(pattern(path)) == post.entity:
                link.lag[record_path(link, path)] = None
                records.ask(tx, post.line.flows(record.entity), record.entity, [record.id])
    links.update(tx, pointing)


def _take_defaults(post: Post, shown: dict[str, Scalar], echo: dict[str, Scalar]) -> None:
    """Defaults a system fills in are no edits; what only it can assign is news."""
    assigned = post.map.assigned | post.map.create_only
    for path, value in echo.items():
        if path not in shown and pattern(path) not in assigned:
            shown[path] = value


def _take_what_others_own(post: Post, shown: dict[str, Scalar], echo: dict[str, Scalar]) -> None:
    """What stands in a row that was there already, beyond what was written, may be people's edits.

    Where only another system may edit, it is a default, whoever filled it in.
    """
    flow = post.line.flow.entity(post.entity)
    for path in echo.keys() - shown.keys() if flow is not None else ():
        part = part_of(path)
        known = part is None or part_stem(part[0], unescape(part[1])) in shown
        if flow is not None and known and flow.sole_owner(path) not in (None, post.system):
            shown[path] = echo[path]


def gone(link: Link) -> None:
    """Make a link that of a row we deleted: news for nobody."""
    link.gone, link.digest, link.news, link.version = True, None, None, None
    link.shown, link.lag, link.parts = {PRESENCE: None}, {}, {}


def _failed(post: Post, outgoing: Outgoing, error: Exception, out: Settled) -> None:
    planned, link = outgoing.planned, outgoing.link
    if isinstance(error, Unsure):
        post.line.unsure[post.system, post.entity] = f"{post.system}: {error}"
        return  # stays `sent`: recover finds out before anyone observes the system again
    if outgoing.write.again and _says_nothing(error):
        post.line.unsure[post.system, post.entity] = f"{post.system}: {error}"
        if isinstance(error, Stop):
            post.line.stop(post.system, f"{post.system}/{post.entity}: {error}", error)
        return  # the first sending may have arrived all the same
    # unguarded, so it may have been refused for what somebody did there: looked at once
    unseen = isinstance(error, Reject) and not post.watched and link and link.digest is None
    if link is not None and (unseen or isinstance(error, Stale | Gone)):
        out.forget.append(planned.id)
        out.look.append(link.key)
        out.ask.add(link.record_id)
        return
    if isinstance(error, Unlinked):
        planned.state, planned.why = "wait", str(error)
    elif isinstance(error, Retry):
        planned.state, planned.why = "planned", str(error)
        post.line.report.trouble(f"{post.system}: {error}")
    elif isinstance(error, Stop):
        planned.state, planned.why = "planned", str(error)
        post.line.stop(post.system, f"{post.system}/{post.entity}: {error}", error)
    else:
        planned.state, planned.why = "dead", str(error)
        post.count("dead")
    out.moved.append(planned)


def _says_nothing(error: Exception) -> bool:
    """Whether an answer leaves open what became of an earlier sending of the same write."""
    return isinstance(error, Retry | Stop) and not isinstance(error, Stale | Gone | Unlinked)


def _join_known(tx: Tx, post: Post, out: Settled) -> None:
    """A create may find a row that was observed meanwhile: that link, and its record, are ours."""
    made = out.fresh + out.revived
    known = links.by_key(tx, post.system, post.entity, [link.key for link in made])
    for link in made:
        found = known.get(link.key)
        if found is None or found.id == link.id:
            continue
        if found.record_id != link.record_id:
            why = f"{post.system} has one row for both: {link.key}"
            out.ask.update(joins.join(tx, [(link.record_id, found.record_id, why)]))
        if link in out.revived:
            links.delete(tx, [found.id])
        else:
            out.fresh.remove(link)
            link.id = found.id
            out.links.append(link)
