"""`python -m tests.airflow.trial DAG...`: run DAGs in this process; say what became of them."""

from __future__ import annotations

import json
import sys
import warnings
from typing import Any

warnings.simplefilter("ignore")

from oppbridge.airflow import dags  # noqa: E402


def main() -> int:
    """Run them in order. Prints states by task and what the tasks returned."""
    found = dags()
    told = {name: tried(found[name]) for name in sys.argv[1:]}
    print(json.dumps(told, default=str))
    return 0


def tried(dag: Any) -> dict[str, Any]:
    """One DAG, run to its end."""
    run = dag.test()
    tasks = run.get_task_instances()
    return {
        "tasks": {one.task_id: str(one.state) for one in tasks},
        "returned": {one.task_id: one.xcom_pull(task_ids=one.task_id) for one in tasks},
    }


if __name__ == "__main__":
    sys.exit(main())
