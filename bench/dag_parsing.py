"""What parsing the DAGs of 200 flows costs beside the same DAGs of Airflow's plain operators.

    python bench/dag_parsing.py [--rounds N]

CPU seconds within processes that have imported Airflow already. Plain means: as many DAGs and
tasks, the same schedules, assets, retries and arrows, and nothing read from a file.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from measuring.rounds import judged, load_average, spread

FLOWS = 200
EXAMPLE = Path(__file__).parents[1] / "config/oppbridge.yaml"
IMPORTED = """
import time, sys, warnings
warnings.simplefilter("ignore")
import airflow.providers.standard.operators.hitl
from airflow.sdk import DAG, BaseOperator, Asset, AssetAlias, AssetOrTimeSchedule
from airflow.sdk import CronTriggerTimetable, ExceptionRetryPolicy
began = time.process_time()
"""
OURS = """
from oppbridge.airflow import dags
assert len(dags(sys.argv[1])) == 604
print(time.process_time() - began)
"""
PLAIN = """
from datetime import UTC, datetime, timedelta
START = datetime(2020, 1, 1, tzinfo=UTC)
def asset(kind, name):
    return Asset(name=f"plain-{kind}-{name}", uri=f"plain://{kind}/{name}")
def cron(text):
    return CronTriggerTimetable(text, timezone="UTC")
def dag(id, schedule):
    given = {"retries": 4, "retry_delay": timedelta(seconds=30),
             "retry_exponential_backoff": 2.0, "max_retry_delay": timedelta(minutes=15),
             "retry_policy": ExceptionRetryPolicy(rules=[])}
    return DAG(id, schedule=schedule, start_date=START, catchup=False, max_active_runs=1,
               tags=["plain"], default_args=given, doc_md="plain")
for flow in range(200):
    due = AssetOrTimeSchedule(timetable=cron("*/15 * * * *"), assets=[asset("inbox", flow)])
    with dag(f"sync{flow}", due):
        decide = BaseOperator(task_id="decide")
        last = BaseOperator(task_id="last", outlets=[asset("synced", flow), AssetAlias(f"h{flow}")])
        for name in ("a", "b"):
            one = BaseOperator(task_id=f"observe{name}")
            two = BaseOperator(task_id=f"deliver{name}")
            one >> decide >> two >> last
    with dag(f"compare{flow}", cron("0 2 * * *")):
        BaseOperator(task_id="compare")
    with dag(f"approve{flow}", [asset("held", flow)]):
        airflow.providers.standard.operators.hitl.HITLOperator(
            task_id="ask", subject="s", options=["a", "b"],
            outlets=[asset("inbox", flow), AssetAlias(f"h{flow}")])
for name in ("rescore", "health"):
    with dag(name, cron("30 1 * * *")):
        for flow in range(200):
            BaseOperator(task_id=f"{name}{flow}", outlets=[asset("inbox", flow)])
print(time.process_time() - began)
"""


def many(folder: Path) -> Path:
    """A configuration of 200 flows, each as large as the example's."""
    text = EXAMPLE.read_text(encoding="utf-8")
    head, _, flow = text.partition("flows:\n  quote-to-cash:\n")
    flows = "".join(f"  flow-{number:03}:\n{flow}" for number in range(FLOWS))
    path = folder / "many.yaml"
    path.write_text(f"{head}flows:\n{flows}", encoding="utf-8")
    return path


def cost(script: str, path: Path, home: str) -> float:
    """CPU seconds, as the process itself tells them."""
    done = subprocess.run(
        [sys.executable, "-c", IMPORTED + script, str(path)], check=True, capture_output=True,
        text=True, env={**os.environ, "AIRFLOW_HOME": home},
    )  # fmt: skip
    return float(done.stdout.strip().splitlines()[-1])


def main() -> None:
    """Measure, interleaved, and print."""
    given = argparse.ArgumentParser()
    given.add_argument("--rounds", type=int, default=7)
    with tempfile.TemporaryDirectory() as home:
        path = many(Path(home))
        found: dict[str, list[float]] = {"ours": [], "plain": []}
        for _ in range(given.parse_args().rounds):
            found["plain"].append(cost(PLAIN, path, home))
            found["ours"].append(cost(OURS, path, home))
    print(f"parsing the DAGs of {FLOWS} flows; {load_average()}")
    for name, values in found.items():
        print(f"  {name}: {spread([1000 * one for one in values], ' ms CPU', 0)}")
    beyond = statistics.median(found["ours"]) - statistics.median(found["plain"])
    judged("ms beyond Airflow's own", 1000 * beyond, 300)


if __name__ == "__main__":
    main()
