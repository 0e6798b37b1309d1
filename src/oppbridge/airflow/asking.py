"""The DAG that asks people about held writes. It waits so that no sync has to."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import DAG, task

from .assets import held, holding, inbox
from .manners import alone
from .operators.held import ESCALATE, AskOperator
from .outline import Outline

DOC = """Asks about the held writes of flow `{name}`. The answer is about the writes that were
shown (the digest says which); whatever was decided otherwise meanwhile is asked about anew.
"""


def approve(flow: Outline) -> DAG:
    """Ask; ask somebody else where the answer is to escalate; have the flow look again."""
    given: dict[str, Any] = {
        "flow": flow.name,
        "config": flow.config,
        "outlets": [inbox(flow.name), holding(flow.name)],
    }
    schedule = flow.schedule
    with DAG(
        f"oppbridge_approve__{flow.name}",
        schedule=[held(flow.name)],
        doc_md=DOC.format(name=flow.name),
        **alone(),
    ) as dag:
        ask = AskOperator(
            task_id="ask",
            escalate=bool(schedule.escalate_to),
            assigned_users=_users(schedule.approvers),
            **given,
        )
        if schedule.escalate_to:
            again = AskOperator(
                task_id="ask_above", assigned_users=_users(schedule.escalate_to), **given
            )
            ask >> _escalated(ask.output) >> again
    return dag


def _users(names: tuple[str, ...]) -> list[dict[str, str]] | None:
    return [{"id": name, "name": name} for name in names] or None


@task.short_circuit(task_id="escalated", retries=2, retry_delay=timedelta(seconds=5))
def _escalated(answer: Any) -> bool:
    return bool(answer["answer"] == ESCALATE)
