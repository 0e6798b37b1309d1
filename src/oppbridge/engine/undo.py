"""Plans what undoes a run. A plan like any other: shown, approved, applied, resumed.

The reverse is computed from the before-images and from the rows as they stand now, each time: an
apply that was cut short goes on where it was, and an edit made meanwhile stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..errors import ConfigError, Invalid
from ..records.scalars import Scalar
from ..store import Planned, Tx, links, records, runs, sending, trail, writes
from ..store.rows import WHOLE
from .behind import UNDO, undoes
from .learn import readout
from .line import Line, Post
from .plan import digest, updatable
from .pointed import Place, outsiders, targets
from .render import Directory
from .reverse import Reverse, Row, reverse

BATCH = 500


def base_of(tx: Tx, flow: str) -> str:
    """The configured flow behind a flow that undoes a run. Raises ConfigError for no such run."""
    while (run_id := undoes(flow)) is not None:
        found = runs.flow_of(tx, run_id)
        if found is None:
            raise ConfigError(f"there is no run {run_id}; `oppbridge status` lists the last ones")
        flow = found
    return flow


@dataclass(slots=True)
class _Found:
    """What would undo a run in one row, and whom the row points at."""

    post: Post
    record_id: int
    name: str
    row: Row
    reverse: Reverse
    points: set[Place]


def plan_undo(line: Line, run_id: int) -> int:
    """Plan the reverse of a run, in every row it wrote. Returns how many writes that takes.

    What stays is told in the report, as drifted: what somebody edited since, and what is in use.
    """
    with line.store.read() as tx:
        touched = trail.of_run(tx, run_id)
        open = {one.digest: one for one in writes.in_state(tx, writes.UNSETTLED, line.flow.name)}
    found: dict[str, list[_Found]] = {}
    for (system, entity), ids in touched.items():
        post = _post(line, system, entity)
        if post is not None:
            found.setdefault(system, []).extend(_gathered(post, run_id, ids))
    wanted: dict[str, Planned] = {}
    for system, listed in found.items():
        _keep_what_is_used(line, system, listed, touched)
        for one in listed:
            for told in one.reverse.left:
                line.report.drift(f"{one.post.entity} {one.name} in {system}: {told}")
            if one.reverse.action is not None:
                write = _write(one, run_id, open)
                wanted[write.digest] = write
    _store(line, wanted, open)
    return len(wanted)


def _post(line: Line, system: str, entity: str) -> Post | None:
    section = line.flow.entity(entity)
    member = None if section is None else section.members.get(system)
    if member is None:
        line.report.stop(f"{system}/{entity}: the flow does not move it any more")
        return None
    if system in line.out or (system, entity) in line.blind:
        return None  # told already
    return Post(line, member, entity)


def _gathered(post: Post, run_id: int, ids: Sequence[int]) -> Iterator[_Found]:
    for start in range(0, len(ids), BATCH):
        some = ids[start : start + BATCH]
        with post.line.store.read() as tx:
            went = trail.done(tx, some, post.system)
            held = links.of_records(tx, some, post.system)
            known = records.by_id(tx, some)
            doubtful = sending.under_way(tx, some)
            directory = Directory.of(tx, post, [one.write for all in went.values() for one in all])
        shown = dict(_shown(post, [link.key for group in held.values() for link in group]))
        for id in some:
            link = next(iter(held.get(id, ())), None)
            if link is None or id not in known or id in doubtful:
                continue  # what became of a write is found out first
            row = Row(known[id].uid, link, went[id], shown.get(link.key))
            back = reverse(post, row, run_id, directory)
            values = row.now or {}
            points = targets(post.entity, values, back.fields)
            yield _Found(post, id, known[id].name, row, back, points)
        post.progress("undo", len(some))


def _keep_what_is_used(
    line: Line,
    system: str,
    listed: Sequence[_Found],
    touched: Mapping[tuple[str, str], Sequence[int]],
) -> None:
    """Let rows stay that others point at which stay: taking them away would harm those."""
    going = {_place(one): one for one in listed if one.reverse.action == "delete"}
    if not going:
        return
    with line.store.read() as tx:
        standing = outsiders(tx, line, system, touched)
    for one in listed:
        if one.reverse.action != "delete" and one.row.now is not None:
            standing.pointed |= one.points
    for place in standing.keep({place: one.points for place, one in going.items()}):
        going[place].reverse = Reverse(left=["others point at it by now: it stays"])


def _place(one: _Found) -> Place:
    return one.post.entity, one.row.link.key


def _write(one: _Found, run_id: int, open: Mapping[str, Planned]) -> Planned:
    write = _planned(one.post, run_id, one.record_id, one.row, one.reverse)
    refused = open.get(write.digest)
    if refused is not None and refused.state == "dead" and write.action == "delete":
        return _instead(one.post, write, one.row) or write
    return write


def _store(line: Line, wanted: Mapping[str, Planned], open: Mapping[str, Planned]) -> None:
    """Plan what is new, forget what is no longer wanted."""
    stale = [one.id for digest, one in open.items() if digest not in wanted]
    fresh = [one for digest, one in wanted.items() if digest not in open]
    if stale or fresh:
        with line.write() as tx:
            writes.drop(tx, stale)
            writes.insert(tx, fresh, line.run_id)


def _shown(post: Post, keys: Sequence[str]) -> Iterator[tuple[str, dict[str, Scalar]]]:
    for change in post.connector.fetch(post.entity, keys) if keys else ():
        if change.row is None:
            continue
        try:
            yield change.key, readout(post, change.row)[0]
        except Invalid:  # nobody can say what stands there: nothing is restored over it
            yield change.key, {}


def _planned(post: Post, run_id: int, record_id: int, row: Row, found: Reverse) -> Planned:
    action = str(found.action)
    return Planned(
        id=0,
        flow=f"{UNDO}{run_id}",
        record_id=record_id,
        link_id=row.link.id,
        system=post.system,
        entity=post.entity,
        action=action,
        key=row.link.key,
        fields=found.fields,
        before=found.before,
        reasons={WHOLE: f"undoes run {run_id}"},
        state="planned",
        digest=digest(post.system, action, row.uid, [found.fields, found.before]),
        planned=post.line.now(),
    )


def _instead(post: Post, refused: Planned, row: Row) -> Planned | None:
    """Where a system refuses to delete a row, it is set inactive: what the plan's deletion allows.

    None where it has no such state, or is in it.
    """
    held = (row.now or {}).get("status")
    if not updatable(post.map, "status") or held in (None, "inactive"):
        return None
    found = Reverse("update", {"status": "inactive"}, {"status": held})
    one = _planned(post, int(undoes(refused.flow) or 0), int(refused.record_id or 0), row, found)
    one.reasons = {WHOLE: f"undoes its creation: {post.system} refuses to delete it"}
    scope = post.line.scope
    if scope is not None and refused.digest in scope.digests:
        scope.digests |= {one.digest}
    return one
