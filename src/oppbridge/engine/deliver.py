"""Sends planned writes: notes the intent, sends batches, settles every receipt."""

from __future__ import annotations

from collections.abc import Sequence

from .. import hookspecs
from ..contract import Receipt
from ..errors import ContractBroken, Reject, Retry, Unlinked
from ..hookspecs import Delivered
from ..store import Link, Planned, links, records, sending, writes
from .line import Post
from .observe import look
from .render import Directory, Outgoing, render
from .settle import Settled, settle


def deliver(post: Post, actions: Sequence[str]) -> int:
    """Send what is ready for one entity of one system. Returns how many writes went through."""
    sent = 0
    size = max(1, post.member.system.spec.limits.batch)
    with post.line.store.read() as tx:
        first = sending.first_ready(tx, post.system, post.entity)
    if not first:
        return 0
    after = first - 1
    while True:
        with post.line.store.read() as tx:
            ready = sending.ready(
                tx, post.line.flow.name, post.system, post.entity, after, size * 10
            )
        if not ready:
            return sent
        after = ready[-1].id
        chosen = [planned for planned in ready if planned.action in actions]
        if post.line.scope is not None:
            chosen = [planned for planned in chosen if post.line.scope.allows(planned)]
        for start in range(0, len(chosen), size):
            settled = _batch(post, chosen[start : start + size])
            sent += settled.sent
            if settled.look:
                post.line.looked = True
                look(post, settled.look)


def _batch(post: Post, batch: Sequence[Planned]) -> Settled:
    outgoing = prepare(post, batch)
    if not outgoing:
        return Settled()
    with post.line.write() as tx:
        sending.sent(tx, [one.planned for one in outgoing], post.line.run_id)
    receipts = send(post, outgoing)
    with post.line.write() as tx:
        settled = settle(tx, post, list(zip(outgoing, receipts, strict=True)))
    if post.line.scope is not None:
        post.line.scope.went(batch)
    post.progress("deliver", settled.sent)
    post.line.tell(_event(post, batch))
    return settled


def _event(post: Post, batch: Sequence[Planned]) -> Delivered:
    line = post.line
    told = tuple(
        hookspecs.Settled(one.id, one.entity, one.action, one.key, one.state, one.why)
        for one in batch
    )
    return Delivered(line.flow.name, line.began(), post.system, told)


def prepare(post: Post, batch: Sequence[Planned]) -> list[Outgoing]:
    """Writes that can be sent now; those that wait or cannot go are stored as such."""
    ids = [planned.record_id for planned in batch if planned.record_id is not None]
    out: list[Outgoing] = []
    other: list[Planned] = []
    with post.line.store.read() as tx:
        uids = records.uids(tx, ids)
        held = links.of_records(tx, ids, post.system)
        restless = records.restless(tx, post.line.flow.name, post.entity, ids)
        known = Directory.of(tx, post, batch)
    for planned in batch:
        if planned.record_id not in uids or planned.record_id in restless:
            continue  # it has news: decided again before anything is sent
        link = _link(held.get(planned.record_id, []), post.system)
        before = (planned.state, planned.why)
        try:
            out.append(render(post, planned, link, uids[planned.record_id], known))
        except Unlinked as exc:
            planned.state, planned.why = "wait", str(exc)
        except Reject as exc:
            planned.state, planned.why = "dead", str(exc)
            post.count("dead")
        if (planned.state, planned.why) != before:
            other.append(planned)
    if other:
        with post.line.write() as tx:
            writes.move(tx, other)
    return out


def send(post: Post, outgoing: Sequence[Outgoing]) -> Sequence[Receipt]:
    """Hand a batch to the connector. Trouble with the whole call becomes every write's receipt."""
    batch = [one.write for one in outgoing]
    try:
        receipts: Sequence[Receipt] = post.connector.write(post.entity, batch)
    except (Retry, Reject) as exc:
        return [Receipt(write.id, error=exc) for write in batch]
    if [receipt.id for receipt in receipts] != [write.id for write in batch]:
        raise ContractBroken(f"{post.system}: receipts do not answer the writes of {post.entity}")
    for receipt in receipts:
        if receipt.error is None and receipt.key is None:
            raise ContractBroken(f"{post.system}: a {post.entity} was written and has no key")
    return receipts


def _link(held: Sequence[Link], system: str) -> Link | None:
    return next((link for link in held if link.system == system), None)
