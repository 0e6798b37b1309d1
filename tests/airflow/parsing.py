"""`python -m tests.airflow.parsing`: what DAG files come to, with no way out of this process."""

from __future__ import annotations

import json
import socket
import sqlite3
import sys
import time
import warnings

warnings.simplefilter("ignore")

from airflow.serialization.serialized_objects import DagSerialization  # noqa: E402


def refused(*_, **__):
    raise AssertionError("a DAG file opened a connection while it was parsed")


socket.socket.connect = refused
socket.create_connection = refused
sqlite3.connect = refused


def main() -> int:
    """Parse twice. Prints what each DAG is, whether both parses agree, and what it took."""
    began = time.process_time()
    from oppbridge.airflow import dags

    first = dags()
    took = time.process_time() - began
    told = {id: DagSerialization.serialize_dag(dag) for id, dag in first.items()}
    again = {id: DagSerialization.serialize_dag(dag) for id, dag in dags().items()}
    shown = {
        id: {
            "tasks": {one.task_id: sorted(one.downstream_task_ids) for one in dag.tasks},
            "pools": {one.task_id: one.pool for one in dag.tasks},
            "retries": {one.task_id: one.retries for one in dag.tasks},
            "alone": dag.max_active_runs,
            "catchup": dag.catchup,
        }
        for id, dag in first.items()
    }
    same = json.dumps(told, default=str) == json.dumps(again, default=str)
    print(json.dumps({"dags": shown, "same": same, "cpu": took}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
