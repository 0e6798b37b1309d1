"""One run of a flow: recover, observe, then decide and deliver until nothing moves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from ..errors import Reject, Retry, Stop
from ..store import Tx, records, sending, writes
from .adopt import adopt
from .brake import brake
from .decide import decide
from .deliver import deliver
from .flow import EntityFlow
from .line import Line, Post
from .observe import observe
from .recover import recover
from .report import Report

PASSES = 8
OPEN = {"wait": "waiting", "held": "held", "dead": "dead"}


def run(line: Line, entities: Sequence[str] | None = None) -> Report:
    """Bring all systems of the flow to agree. Safe to stop anywhere and to run again."""
    chosen = line.chosen(entities)
    try:
        watch(line, chosen)
        for at in range(PASSES):
            step = judge if at else weigh_all  # what is decided later follows from what was sent
            step(line, chosen)
            if not carry_out(line, chosen) and not asked_again(line):
                break
        count_open(line, chosen)
        tell_restless(line, chosen)
    finally:
        line.finish()
    return line.report


def weigh_all(line: Line, chosen: Sequence[EntityFlow]) -> None:
    """Decide, and hold what is more than a run may do without asking."""
    judge(line, chosen)
    brake(line, chosen)


def conclude(line: Line, chosen: Sequence[EntityFlow]) -> None:
    """Decide and deliver until nothing moves: what a run does after its first deliveries."""
    for _ in range(PASSES):
        judge(line, chosen)
        if not carry_out(line, chosen) and not asked_again(line):
            break
    count_open(line, chosen)
    tell_restless(line, chosen)


def carry_on(line: Line, chosen: Sequence[EntityFlow]) -> int:
    """Deliver what was decided, decide nothing new, until nothing moves."""
    sent = 0
    for _ in range(PASSES):
        now = carry_out(line, chosen)
        sent += now
        if not now and not asked_again(line):
            break
    return sent


def watch(line: Line, chosen: Sequence[EntityFlow]) -> None:
    """Finish what was begun in every system, then observe those that are read."""
    resume(line, chosen)
    read = [post for post in _posts(line, chosen) if post.member.reads]
    for post in read:
        _guarded(post, _observe)
    line.unseen = {_key(one) for one in read if one.system in line.out or _key(one) in line.blind}


def resume(line: Line, chosen: Sequence[EntityFlow]) -> None:
    """Find out about every write whose answer nobody has lived to see."""
    for post in _posts(line, chosen):
        _guarded(post, _recover)


def judge(line: Line, chosen: Sequence[EntityFlow]) -> int:
    """Decide whatever was asked for. Returns how many records were decided."""
    with line.store.read() as tx:
        asked = {one.entity for one in chosen if records.any_asked(tx, line.flow.name, one.entity)}
    met = [one for one in chosen if one.entity in asked]
    try:  # all of them first: who points at whom is known once everybody is met
        for one in met:
            if one.match:
                adopt(line, one)
    except Retry as exc:
        line.report.trouble(str(exc), exc)
        return 0
    count = 0
    for one in met:
        try:
            count += decide(line, one)
        except Retry as exc:
            line.report.trouble(f"{one.entity}: {exc}", exc)
    return count


def carry_out(line: Line, chosen: Sequence[EntityFlow]) -> int:
    """Deliver creates and updates in order, then deletions in reverse. Returns how many went."""
    posts = [post for post in _posts(line, chosen) if post.member.writes]
    with line.store.read() as tx:
        waiting = sending.sendable(tx, line.flow.name)
    sent = sum(_guarded(post, _send) for post in posts if _key(post) in waiting)
    return sent + sum(_guarded(post, _delete) for post in reversed(posts) if _key(post) in waiting)


def asked_again(line: Line) -> bool:
    """Whether writes went unanswered just now, or rows moved: the next pass finds out."""
    fresh = line.unsure.keys() - line.asked
    line.asked |= fresh
    again = line.looked and line.looks > 0
    line.looks -= again
    line.looked = False
    return bool(fresh) or again


def tell_restless(line: Line, chosen: Sequence[EntityFlow]) -> None:
    """Say so where records are still to be decided, unless what keeps them is told already."""
    with line.store.read() as tx:
        left = {one.entity: records.count_asked(tx, line.flow.name, one.entity) for one in chosen}
    if line.report.stopped or line.report.problems:
        return
    for entity, count in left.items():
        if count:
            line.report.trouble(
                f"{count} {entity} records moved, or could not be found, while they were written; "
                "the next run decides them again"
            )


def count_open(line: Line, chosen: Sequence[EntityFlow]) -> None:
    """Put what still waits, is held or is dead into the report."""
    entities = {one.entity for one in chosen}
    with line.store.read() as tx:
        rows = writes.tally(tx)
        within = _within(tx, line)
    for flow, system, entity, state, count in rows:
        if state == "sent" and (system, entity) in line.unsure:
            line.report.trouble(line.unsure[system, entity])
        if within is None and flow == line.flow.name and entity in entities and state in OPEN:
            line.report.place(entity, system or "both", OPEN[state], count)
    for (entity, system, state), count in (within or {}).items():
        line.report.place(entity, system, OPEN[state], count)


def _within(tx: Tx, line: Line) -> Counter[tuple[str, str, str]] | None:
    """What of a plan still waits, is held or is dead; None where a run has no plan."""
    if line.scope is None:
        return None
    listed = writes.in_state(tx, list(OPEN), line.flow.name)
    mine = [one for one in listed if line.scope.allows(one)]
    return Counter((one.entity, one.system, one.state) for one in mine)


def _posts(line: Line, chosen: Sequence[EntityFlow]) -> list[Post]:
    return [
        Post(line, member, one.entity)
        for one in chosen
        for member in one.members.values()
        if line.share.takes(member.system.name)
    ]


def _key(post: Post) -> tuple[str, str]:
    return post.system, post.entity


def _guarded(post: Post, step: Callable[[Post], int]) -> int:
    """Take a step unless its system is out; trouble is noted and the others go on."""
    line = post.line
    if post.system in line.out or _key(post) in line.blind:
        return 0
    try:
        return step(post)
    except Retry as exc:
        line.report.trouble(f"{post.system}/{post.entity}: {exc}", exc)
        line.blind.add(_key(post))
    except (Stop, Reject) as exc:  # a reading refused for good is nothing that time mends
        line.stop(post.system, f"{post.system}/{post.entity}: {exc}", exc)
    return 0


def _recover(post: Post) -> int:
    with post.line.store.read() as tx:
        doubtful = sending.doubtful(tx)
    if _key(post) in doubtful:
        recover(post)
    return 0


def _observe(post: Post) -> int:
    observe(post)
    return 0


def _send(post: Post) -> int:
    _recover(post)
    return deliver(post, ("create", "update"))


def _delete(post: Post) -> int:
    return deliver(post, ("delete",))
