"""The DAGs there are once: migrate with approval, replay, rescore, health."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import DAG, Param, task

from .assets import inbox, looking
from .manners import alone, cron
from .operators.comparing import VerifyOperator
from .operators.health import HealthOperator
from .operators.moving import ApplyOperator, PlanOperator, RescoreOperator, RetryOperator
from .outline import Outline

FLOW = "{{ params.flow }}"
TOLD = """{% set plan = ti.xcom_pull(task_ids='plan') %}Plan `{{ plan.digest }}` of flow \
`{{ plan.flow }}`, ticket {{ params.ticket }}: {{ plan.writes }} writes, {{ plan.held }} of them \
held.

| what | how many |
|---|---|
{% for what, count in plan.tally.items() %}| {{ what }} | {{ count }} |
{% endfor %}
{{ plan.first | join('\n') }}
"""


def _flow(flows: list[Outline]) -> Param:
    names = [one.name for one in flows]
    return Param(names[0], type="string", enum=names, title="Flow", section="What")


def migrate(flows: list[Outline]) -> DAG:
    """Plan, have it approved, apply exactly that, compare."""
    entities = Param(
        [], type="array", items={"type": "string"}, title="Entities (all, where empty)",
        section="What",
        examples=["account", "contact", "product", "opportunity", "quote", "order"],
    )  # fmt: skip
    params = {
        "flow": _flow(flows),
        "entities": entities,
        "dry_run": Param(True, type="boolean", title="Only plan", section="How"),
        "ticket": Param("-", type="string", minLength=1, title="Ticket", section="Why"),
    }
    config = flows[0].config
    given: dict[str, Any] = {"flow": FLOW, "config": config}
    with DAG(
        "oppbridge_migrate",
        schedule=None,
        params=params,
        doc_md="Plans a migration, asks, applies exactly what was approved, and compares.",
        **alone(),
    ) as dag:
        plan = PlanOperator(task_id="plan", entities="{{ params.entities | join(',') }}", **given)
        ask = ApprovalOperator(
            task_id="ask", subject="OppBridge: migrate {{ params.flow }}?", body=TOLD, retries=3
        )
        apply = ApplyOperator(
            task_id="apply",
            digest="{{ ti.xcom_pull(task_ids='plan')['digest'] }}",
            approved_by=_RESPONDER,
            **given,
        )
        compare = VerifyOperator(task_id="compare", **given)
        plan >> _wanted() >> ask >> apply >> compare
    return dag


_RESPONDER = (
    "{{ ((ti.xcom_pull(task_ids='ask') or {}).get('responded_by_user') or {})"
    ".get('name', 'airflow') }}"
)


@task.short_circuit(task_id="wanted", retries=2)
def _wanted(params: dict[str, Any] | None = None) -> bool:
    return not (params or {})["dry_run"]


def replay(flows: list[Outline]) -> DAG:
    """Try dead letters again, and have the flow run."""
    params = {
        "flow": _flow(flows),
        "ids": Param([], type="array", items={"type": "integer"}, title="Ids (all, where empty)"),
    }
    with DAG(
        "oppbridge_replay",
        schedule=None,
        params=params,
        doc_md="Tries dead letters again: all of a flow, or those with the given ids.",
        **alone(),
    ) as dag:
        again = RetryOperator(
            task_id="retry", flow=FLOW, config=flows[0].config, ids="{{ params.ids | join(',') }}"
        )
        again >> _look(flows)
    return dag


def _look(flows: list[Outline]) -> Any:
    """Tell the flow's inbox, so that its sync starts."""
    names = {one.name: inbox(one.name) for one in flows}

    @task(task_id="look", outlets=[looking()], retries=2)
    def look(params: dict[str, Any] | None = None, outlet_events: Any = None) -> str:
        flow = str((params or {})["flow"])
        outlet_events[looking()].add(names[flow])
        return flow

    return look()


def rescore(flows: list[Outline]) -> DAG:
    """Have open deals scored anew each night: they age, and won and lost ones are learned from."""
    with DAG(
        "oppbridge_rescore",
        schedule=cron("30 1 * * *"),
        doc_md="Asks for a new score of every open deal; the next sync gives it.",
        **alone(),
    ) as dag:
        for one in flows:
            RescoreOperator(
                task_id=f"rescore_{one.name}", flow=one.name, config=one.config,
                outlets=[inbox(one.name)],
            )  # fmt: skip
    return dag


def health(flows: list[Outline]) -> DAG:
    """Look at the store every quarter of an hour; fail by name."""
    with DAG(
        "oppbridge_health",
        schedule=cron("*/15 * * * *"),
        dagrun_timeout=timedelta(minutes=10),
        doc_md="Fails where a flow is silent, stopped, or leaves more dead letters than allowed.",
        **alone(),
    ) as dag:
        for one in flows:
            HealthOperator(
                task_id=f"health_{one.name}",
                flow=one.name,
                config=one.config,
                silent=one.schedule.silent,
            )
    return dag
