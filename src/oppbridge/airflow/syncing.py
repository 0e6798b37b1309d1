"""The DAGs that keep a flow's systems the same, and compare them at night."""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import DAG

from .assets import holding, synced
from .manners import alone, cron, when_due
from .operators.comparing import VerifyOperator
from .operators.stages import ConcludeOperator, DecideOperator, DeliverOperator, ObserveOperator
from .outline import Outline

DOC = """Keeps the systems of flow `{name}` the same: {systems}.

Every task can be killed, cleared and tried again at any moment: the next try takes over. Held
writes are left behind for `oppbridge_approve__{name}`.
"""


def sync(flow: Outline) -> DAG:
    """Observe and deliver each system in a task of its own, in its pool; decide in between."""
    given = {"flow": flow.name, "config": flow.config}
    with DAG(
        f"oppbridge_sync__{flow.name}",
        schedule=when_due(flow),
        dagrun_timeout=timedelta(minutes=flow.schedule.within),
        doc_md=DOC.format(name=flow.name, systems=", ".join(flow.systems)),
        **alone(),
    ) as dag:
        decide = DecideOperator(task_id="decide", **given)
        conclude = ConcludeOperator(
            task_id="conclude", outlets=[synced(flow.name), holding(flow.name)], **given
        )
        for name in flow.systems:
            pool = flow.pools.get(name, "default_pool")
            own = {"systems": [name], "pool": pool, **given}
            observe = ObserveOperator(task_id=f"observe_{name}", **own)
            deliver = DeliverOperator(task_id=f"deliver_{name}", **own)
            observe >> decide >> deliver >> conclude
    return dag


def compare(flow: Outline) -> DAG:
    """Compare everything; the next sync mends what differs."""
    at = flow.schedule.compare
    with DAG(
        f"oppbridge_compare__{flow.name}",
        schedule=cron(at) if at else None,
        dagrun_timeout=timedelta(hours=12),
        doc_md=f"Compares the systems of flow `{flow.name}`; what differs is decided anew.",
        **alone(),
    ) as dag:
        VerifyOperator(task_id="compare", flow=flow.name, config=flow.config, repair=True)
    return dag
