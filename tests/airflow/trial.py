"""`python -m tests.airflow.trial DAG [CONF]`: run one DAG in this process; say what became of it."""

from __future__ import annotations

import json
import sys
import warnings

warnings.simplefilter("ignore")

from oppbridge.airflow import dags  # noqa: E402


def main() -> int:
    """Run it. Prints states by task and what the tasks returned."""
    dag = dags()[sys.argv[1]]
    run = dag.test(run_conf=json.loads(sys.argv[2]) if len(sys.argv) > 2 else None)
    tasks = run.get_task_instances()
    told = {
        "state": str(run.state.value if hasattr(run.state, "value") else run.state),
        "tasks": {one.task_id: str(one.state) for one in tasks},
        "returned": {one.task_id: one.xcom_pull(task_ids=one.task_id) for one in tasks},
    }
    print(json.dumps(told, default=str))
    return 0


if __name__ == "__main__":
    sys.exit(main())
