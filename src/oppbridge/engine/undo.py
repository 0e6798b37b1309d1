"""Plans what undoes a run. A plan like any other: shown, approved, applied, resumed.

The reverse is computed from the before-images and from the rows as they stand now, each time: an
apply that was cut short goes on where it was, and an edit made meanwhile stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ..errors import ConfigError, Invalid
from ..records.scalars import Scalar
from ..store import Planned, Tx, links, records, runs, trail, writes
from ..store.rows import WHOLE
from .behind import UNDO, undoes
from .learn import readout
from .line import Line, Post
from .plan import digest, updatable
from .pointed import pointed_at
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
class _Undoing:
    """What was planned before and is not sent yet, and what is found now."""

    line: Line
    run_id: int
    open: dict[str, Planned]  # by digest
    touched: dict[tuple[str, str], list[int]]
    wanted: set[str] = field(default_factory=set)
    pointed: dict[tuple[str, str], set[str]] = field(default_factory=dict)

    def pointed_at(self, tx: Tx, post: Post) -> set[str]:
        """The keys that rows point at which the run did not write."""
        at = (post.system, post.entity)
        if at not in self.pointed:
            self.pointed[at] = pointed_at(tx, self.line, *at, self.touched)
        return self.pointed[at]


def plan_undo(line: Line, run_id: int) -> int:
    """Plan the reverse of a run, in every row it wrote. Returns how many writes that takes.

    What stays is told in the report, as drifted: what somebody edited since, and what is in use.
    """
    with line.store.read() as tx:
        touched = trail.of_run(tx, run_id)
        open = {one.digest: one for one in writes.in_state(tx, writes.UNSETTLED, line.flow.name)}
    under_way = _Undoing(line, run_id, open, touched)
    for (system, entity), ids in touched.items():
        section = line.flow.entity(entity)
        member = None if section is None else section.members.get(system)
        if member is None:
            line.report.stop(f"{system}/{entity}: the flow does not move it any more")
            continue
        if system in line.out or (system, entity) in line.blind:
            continue  # told already
        post = Post(line, member, entity)
        for start in range(0, len(ids), BATCH):
            _some(post, under_way, ids[start : start + BATCH])
            post.progress("undo", len(ids[start : start + BATCH]))
    stale = [one.id for digest, one in open.items() if digest not in under_way.wanted]
    if stale:
        with line.write() as tx:
            writes.drop(tx, stale)
    return len(under_way.wanted)


def _some(post: Post, under_way: _Undoing, ids: Sequence[int]) -> None:
    line, fresh = post.line, []
    rows, known = _rows(post, under_way, ids)
    for record_id, name, row in rows:
        found = reverse(post, row, under_way.run_id, known)
        for told in found.left:
            line.report.drift(f"{post.entity} {name} in {post.system}: {told}")
        if found.action is None:
            continue
        one = _planned(post, under_way.run_id, record_id, row, found)
        refused = under_way.open.get(one.digest)
        if refused is not None and refused.state == "dead" and found.action == "delete":
            one = _instead(post, one, row) or one
        under_way.wanted.add(one.digest)
        if one.digest not in under_way.open:
            fresh.append(one)
    if fresh:
        with line.write() as tx:
            writes.insert(tx, fresh, line.run_id)


def _rows(
    post: Post, under_way: _Undoing, ids: Sequence[int]
) -> tuple[list[tuple[int, str, Row]], Directory]:
    """The rows that a run wrote, as they stand now; and whom their writes point at."""
    with post.line.store.read() as tx:
        went = trail.done(tx, ids, post.system)
        held = links.of_records(tx, ids, post.system)
        known = records.by_id(tx, ids)
        directory = Directory.of(tx, post, [one.write for all in went.values() for one in all])
        keys = [link.key for group in held.values() for link in group]
        made = any(one.write.action == "create" for all in went.values() for one in all)
        pointing = under_way.pointed_at(tx, post) if made else set()
    shown = dict(_shown(post, keys))
    out: list[tuple[int, str, Row]] = []
    for id in ids:
        link = next(iter(held.get(id, ())), None)
        if link is None or id not in known:
            continue
        name = known[id].name
        now = shown.get(link.key)
        row = Row(known[id].uid, link, went[id], now, pointed_at=link.key in pointing)
        out.append((id, name, row))
    return out, directory


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
