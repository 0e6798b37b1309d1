"""Asks people about held writes in the Airflow UI; what they saw is what their answer is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk.exceptions import AirflowSkipException

from ..outline import place
from .wording import body

if TYPE_CHECKING:
    from airflow.sdk import Context

APPROVE, REFUSE, ESCALATE = "Approve", "Refuse", "Escalate"


class AskOperator(HITLOperator):
    """Asks about all that is held in a flow and does what the answer says. Skipped if nothing is.

    The request names the plan's digest. An approval lets the writes of that digest go with the
    next run; what was decided otherwise meanwhile stays held, and `holding(flow)` asks about it
    anew. Answered in the UI (Required Actions) or by REST.

    :param flow: the flow (templated).
    :param config: path of `oppbridge.yaml` (templated).
    :param escalate: offer to pass the question on.
    """

    template_fields: Sequence[str] = ("subject", "body", "flow", "config")

    def __init__(
        self, *, flow: str, config: str | None = None, escalate: bool = False, **kwargs: Any
    ) -> None:
        options = [APPROVE, REFUSE, *([ESCALATE] if escalate else [])]
        kwargs.setdefault("subject", f"OppBridge: writes of {flow} wait for an answer")
        super().__init__(options=options, **kwargs)
        self.flow = flow
        self.config = config

    def execute(self, context: Context) -> Any:
        """Tell what is held, and wait; no worker is kept meanwhile."""
        from ..links import held_page

        with self._bridge() as bridge:
            plan = bridge.held_plan(self.flow, "airflow")
        if not plan.writes:
            raise AirflowSkipException(f"nothing of {self.flow} is held")
        self.subject = f"OppBridge: {len(plan.writes)} writes of {self.flow} wait for an answer"
        self.body = body(plan, held_page(self.flow))
        context["ti"].xcom_push(key="digest", value=plan.digest)
        return super().execute(context)

    def execute_complete(self, context: Context, event: dict[str, Any]) -> dict[str, Any]:
        """Store the answer under the name of who gave it."""
        answer = super().execute_complete(context, event)
        [chosen] = answer["chosen_options"]
        digest = context["ti"].xcom_pull(task_ids=self.task_id, key="digest", map_indexes=-1)
        by = _who(answer.get("responded_by_user"))
        with self._bridge() as bridge:
            count = self._settle(bridge, chosen, digest, by)
            left = [one for one in bridge.held(self.flow) if one.action not in ("clash", "match")]
        if left and chosen != ESCALATE:
            self._ask_again(context, len(left))
        return {"answer": chosen, "digest": digest, "writes": count, "left": len(left)}

    def _bridge(self) -> Any:
        from ...bridge import Bridge

        return Bridge.open(place(self.config))

    def _settle(self, bridge: Any, chosen: str, digest: str, by: str) -> int:
        if chosen == APPROVE:
            return int(bridge.approve_plan(digest, by))
        return int(bridge.refuse_plan(digest, by)) if chosen == REFUSE else 0

    def _ask_again(self, context: Context, left: int) -> None:
        from ..assets import held, holding

        events = context["outlet_events"]
        events[holding(self.flow)].add(held(self.flow), extra={"flow": self.flow, "held": left})


def _who(user: Any) -> str:
    """The name of who answered, as the audit trail keeps it."""
    if isinstance(user, dict):
        return str(user.get("name") or user.get("id") or "airflow")
    return "airflow"
