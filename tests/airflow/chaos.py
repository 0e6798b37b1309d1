"""`make airflow-chaos RUNS=n`: a real Airflow whose processes are killed, cleared and doubled.

Every run begins with an edit on each side and meets one trouble. At the end of each, the systems
must agree by their own rows, with nothing twice, and no DAG run may be green that did not carry
the edits over.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tests.chaos import oracles

from .ground import FLOW, Ground
from .living import Living, living

SYNC = f"oppbridge_sync__{FLOW}"
TASKS = ("observe_sales", "observe_scm", "decide", "deliver_sales", "deliver_scm", "conclude")
Trouble = Callable[[Living, random.Random], list[str]]


def calm(airflow: Living, dice: random.Random) -> list[str]:
    """Nothing happens."""
    return [airflow.trigger(SYNC)]


def worker(airflow: Living, dice: random.Random) -> list[str]:
    """A task and its worker are killed as soon as it runs."""
    run, task = airflow.trigger(SYNC), dice.choice(TASKS)
    airflow.until(lambda: airflow.states(SYNC, run).get(task) in ("running", "success"), 120, task)
    time.sleep(dice.random() * 1.5)
    airflow.kill_task(SYNC, run, task)
    return [run]


def scheduler(airflow: Living, dice: random.Random) -> list[str]:
    """The scheduler and all its workers are killed; a new one starts."""
    run = airflow.trigger(SYNC)
    time.sleep(dice.random() * 6)
    airflow.kill("scheduler")
    airflow.launch("scheduler", "-s")
    return [run]


def cleared(airflow: Living, dice: random.Random) -> list[str]:
    """All tasks are cleared while they run."""
    run = airflow.trigger(SYNC)
    time.sleep(dice.random() * 6)
    body = {"dry_run": False, "dag_run_id": run, "only_failed": False, "reset_dag_runs": True}
    airflow.call("POST", f"/api/v2/dags/{SYNC}/clearTaskInstances", json=body)
    return [run]


def doubled(airflow: Living, dice: random.Random) -> list[str]:
    """Somebody triggers twice, and the command line runs beside it."""
    runs = [airflow.trigger(SYNC), airflow.trigger(SYNC)]
    time.sleep(dice.random() * 4)
    airflow.ground.oppbridge("run", FLOW)
    return runs


TROUBLES: dict[str, Trouble] = {
    "calm": calm,
    "worker killed": worker,
    "scheduler killed": scheduler,
    "cleared": cleared,
    "doubled": doubled,
}


def lived(airflow: Living, number: int, dice: random.Random, trouble: Trouble) -> list[str]:
    """One run under trouble; what is wrong at its end, in words."""
    sandbox, phone = airflow.ground.sandbox, f"+1 555 {number:04}"
    one = min(sandbox.dataverse.rows("account"), key=lambda row: row["name"])
    sandbox.dataverse.edit("account", one["accountid"], {"telephone1": phone})
    sandbox.dataverse.put(
        "account", {"name": f"Chaos {number}", "telephone1": phone}
        | {"transactioncurrencyid@odata.bind": _currency(sandbox)},
    )  # fmt: skip
    said = [
        f"{run} ended as {state}: {airflow.states(SYNC, run)}"
        for run in trouble(airflow, dice)
        if (state := airflow.run_of(SYNC, run, 300)["state"]) != "success"
    ]
    return said + oracles.differences(sandbox)


def _currency(sandbox) -> str:
    from tests.chaos.people import currency

    return next(iter(currency("USD").values()))


def main() -> int:
    """Live through the troubles in turn; a line for each kind at the end."""
    parser = argparse.ArgumentParser(prog="python -m tests.airflow.chaos")
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    dice, tally = random.Random(asked.seed), Counter[str]()
    with tempfile.TemporaryDirectory(prefix="oppbridge-airflow-") as folder:
        ground = Ground.prepared(Path(folder))
        ground.more["AIRFLOW__CORE__DEFAULT_TASK_RETRY_DELAY"] = "5"
        try:
            with living(ground, SYNC) as airflow:
                airflow.run_of(SYNC, airflow.trigger(SYNC))
                for number in range(asked.runs):
                    name = list(TROUBLES)[number % len(TROUBLES)]
                    said = lived(airflow, number, dice, TROUBLES[name])
                    tally[name] += 1
                    tally[f"{name}, wrong"] += bool(said)
                    for line in said:
                        print(f"run {number} ({name}): {line}", flush=True)
        finally:
            ground.sandbox.stop()
    for name in TROUBLES:
        print(f"airflow chaos, {name}: {tally[name]} runs, {tally[f'{name}, wrong']} wrong")
    return int(any(count for name, count in tally.items() if name.endswith("wrong")))


if __name__ == "__main__":
    sys.exit(main())
