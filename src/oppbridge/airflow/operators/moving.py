"""Plans and applies a migration, tries dead letters again, has deals scored anew."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ...errors import ConfigError, Unavailable
from .opening import BridgeOperator, counts_of, ended, within

if TYPE_CHECKING:
    from airflow.sdk import Context


def listed(given: Sequence[Any] | str | None) -> list[Any]:
    """What a parameter lists: templates give text with commas."""
    if isinstance(given, str):
        return [word.strip() for word in given.split(",") if word.strip()]
    return list(given or ())


class PlanOperator(BridgeOperator):
    """Observe and decide, send nothing. Returns the plan's digest and counts.

    :param entities: which entities (templated), as a list or with commas; all where empty.
    :param by: who plans (templated): where the flow says so, somebody else must approve.
    """

    template_fields: Sequence[str] = ("flow", "config", "entities", "by")

    def __init__(
        self, *, entities: Sequence[str] | str | None = None, by: str = "airflow", **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.entities = entities
        self.by = by

    def execute(self, context: Context) -> dict[str, Any]:
        """Plan."""
        from .wording import differences, tally

        with self.opened() as bridge:
            plan = bridge.plan(self.flow, listed(self.entities) or None, by=self.by)
        if plan.problems:
            raise Unavailable("; ".join(plan.problems))
        return {
            "flow": plan.flow,
            "digest": plan.digest,
            "writes": len(plan.writes),
            "held": sum(one.state == "held" for one in plan.writes),
            "tally": tally(plan),
            "first": differences(plan),
        }


class ApplyOperator(BridgeOperator):
    """Deliver exactly one plan; what has drifted since fails the task, by name, after the rest.

    :param digest: the plan's digest (templated).
    :param approved_by: who approved it (templated); empty where the flow asks for nobody.
    """

    template_fields: Sequence[str] = ("flow", "config", "digest", "approved_by")

    def __init__(self, *, digest: str, approved_by: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.digest = digest
        self.approved_by = approved_by

    def execute(self, context: Context) -> dict[str, Any]:
        """Approve in the name of whoever did, and apply."""
        with self.opened() as bridge:
            if self.approved_by:
                bridge.approve_plan(self.digest, self.approved_by)
            report = bridge.apply(self.digest, by=self.approved_by or "airflow")
            ended(report)
            within(bridge, report)
        if report.drifted:
            raise ConfigError("planned anew, not applied: " + "; ".join(report.drifted))
        return counts_of(report)


class RetryOperator(BridgeOperator):
    """Try dead letters again.

    :param ids: their ids (templated), as a list or with commas; all of the flow where empty.
    """

    template_fields: Sequence[str] = ("flow", "config", "ids")

    def __init__(self, *, ids: Sequence[int] | str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.ids = ids

    def execute(self, context: Context) -> dict[str, Any]:
        """Put them back; the flow's next run sends them."""
        with self.opened() as bridge:
            wanted = [int(id) for id in listed(self.ids)]
            wanted = wanted or [one.id for one in bridge.dead(self.flow)]
            return {"retried": bridge.retry(wanted, "airflow") if wanted else 0}


class RescoreOperator(BridgeOperator):
    """Have every open deal scored by the flow's next run: deals age, and outcomes are learned."""

    def execute(self, context: Context) -> dict[str, Any]:
        """Ask for them."""
        with self.opened() as bridge:
            return {"asked": bridge.rescore(self.flow)}
