"""Makes plans, and applies them: what was approved is what is sent."""

from __future__ import annotations

from collections.abc import Sequence

from ..engine import Line, Report, watch, weigh_all
from ..engine.apply import apply
from ..errors import ConfigError
from ..store import Store, Tx, audit, plans, writes
from .lines import Lines, Progress
from .people import alike, known_plan
from .plans import Plan, digest_of, listed_of, sendable, shown


def planned(
    lines: Lines, flow: str, entities: Sequence[str] | None, by: str, progress: Progress | None
) -> Plan:
    """What a run would send now, kept under its digest."""

    def stage(line: Line) -> None:
        chosen = line.chosen(entities)
        watch(line, chosen)
        weigh_all(line, chosen)

    report = lines.stage(flow, progress, stage, entities)
    return keep(lines.store, flow, by, entities, [*report.stopped, *report.problems])


def keep(
    store: Store,
    flow: str,
    by: str,
    entities: Sequence[str] | None = None,
    problems: Sequence[str] = (),
    stays: Sequence[str] = (),
) -> Plan:
    """Remember the writes of a flow that are open now, as a plan that `by` has made."""
    with store.write() as tx:
        listed = [w for w in listed_of(tx, flow) if entities is None or w.entity in entities]
        plan = Plan(flow, digest_of(listed), shown(tx, listed), problems, stays)
        made = plans.Kept(plan.digest, flow, store.clock(), by, None)
        plans.keep(tx, made, sendable(listed))
        told = {"flow": flow, "plan": plan.digest, "writes": len(listed)}
        audit.note(tx, made.made, by, "planned", told)
        return plan


def waiting(store: Store, flow: str, by: str) -> Plan:
    """The held writes of a flow as a plan, kept under its digest; nothing is observed."""
    with store.write() as tx:
        listed = writes.in_state(tx, ("held",), flow)
        plan = Plan(flow, digest_of(listed), shown(tx, listed))
        asked = sendable(listed)
        if asked:
            plans.keep(tx, plans.Kept(plan.digest, flow, store.clock(), by, None), asked)
        return plan


def applied(lines: Lines, digest: str, by: str, progress: Progress | None) -> Report:
    """Send the plan with this digest. Raises ConfigError where it lacks an approval it needs."""
    with lines.store.write() as tx:
        plan = known_plan(tx, digest)
        _approved(tx, lines, plan)
        items = plans.items(tx, digest)
        told = {"flow": plan.flow, "plan": digest}
        audit.note(tx, lines.store.clock(), by, "applied", told)
    with lines.surveyed(plan.flow, progress) as line:
        return apply(line, items)


def _approved(tx: Tx, lines: Lines, plan: plans.Kept) -> None:
    if not lines.strict(tx, plan.flow):
        return
    if plan.approved is None or alike(plan.approved, plan.by):
        raise ConfigError(
            f"plan {plan.digest} was made by {plan.by or 'nobody'} and needs somebody else's "
            f"approval: oppbridge approve --plan {plan.digest}"
        )
