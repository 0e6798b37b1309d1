"""A real Airflow: api-server and scheduler with LocalExecutor on loopback, asked over REST."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import requests

from .ground import Ground, free_port, password

USERS = {"admin": "admin", "boss": "op", "eve": "viewer"}


class Living:
    """One Airflow that runs. Its users are `USERS`, by role."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.passwords = {name: password() for name in USERS}
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.tokens: dict[str, str] = {}
        self.session = requests.Session()
        self.session.trust_env = False

    def configure(self) -> None:
        """Addresses, users and paces, in the environment of every process."""
        kept = self.ground.folder / "passwords.json"
        kept.write_text(json.dumps(self.passwords), encoding="utf-8")
        self.ground.more |= {
            "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{self.base}/execution/",
            "AIRFLOW__CORE__PARALLELISM": "8",
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": ",".join(
                f"{name}:{role}" for name, role in USERS.items()
            ),
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(kept),
            "AIRFLOW__API__HOST": "127.0.0.1",
            "AIRFLOW__API__PORT": str(self.port),
            "AIRFLOW__API__BASE_URL": self.base,
            "AIRFLOW__API__WORKERS": "1",
            "AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT": "30",
            "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.2",
            "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "20",
            "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "5",
            "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_THRESHOLD": "10",
            "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "10",
        }

    def start(self, *dags: str) -> None:
        """Start all of it; ready when it answers. Only these DAGs are not paused."""
        self.configure()
        self.ground.airflow("dags", "reserialize")
        self.launch("api-server")
        self.until(self._healthy, 90, "the api-server answers")
        for dag in dags:
            answer = self.call("PATCH", f"/api/v2/dags/{dag}", json={"is_paused": False})
            assert answer.status_code == 200, answer.text
        self.launch("scheduler", "-s")

    def launch(self, *words: str) -> None:
        """Start one component in a process group of its own."""
        with (self.ground.folder / f"{words[0]}.log").open("ab") as log:
            self.processes[words[0]] = subprocess.Popen(
                [sys.executable, "-m", "airflow", *words], env=self.ground.env, stdout=log,
                stderr=log, start_new_session=True, cwd=self.ground.folder,
            )  # fmt: skip

    def kill(self, name: str) -> None:
        """End a component and all its children without a word."""
        process = self.processes.pop(name)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        """End all of it, politely at first."""
        for process in self.processes.values():
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        for name, process in list(self.processes.items()):
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)
            self.kill(name)

    def call(self, method: str, path: str, user: str = "admin", **more: Any) -> requests.Response:
        """Ask the api-server as one of the users."""
        token = self.tokens.get(user) or self._sign_in(user)
        headers = {"Authorization": f"Bearer {token}", **more.pop("headers", {})}
        return self.session.request(
            method, self.base + path, headers=headers, timeout=60, allow_redirects=False, **more
        )

    def ask(self, path: str, user: str = "admin") -> Any:
        """What the REST API answers."""
        answer = self.call("GET", f"/api/v2{path}", user)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:500]}"
        return answer.json()

    def trigger(self, dag: str, **conf: Any) -> str:
        """Start a run of a DAG; its id."""
        body = {"logical_date": None, "conf": conf}
        answer = self.call("POST", f"/api/v2/dags/{dag}/dagRuns", json=body)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["dag_run_id"])

    def run_of(self, dag: str, run: str, within: float = 120) -> dict[str, Any]:
        """A run of a DAG once it has ended."""

        def ended() -> Any:
            found = self.ask(f"/dags/{dag}/dagRuns/{run}")
            return found if found["state"] in ("success", "failed") else None

        return self.until(ended, within, f"{dag} {run} ends")

    def states(self, dag: str, run: str) -> dict[str, str]:
        """By task, its state."""
        listed = self.ask(f"/dags/{dag}/dagRuns/{run}/taskInstances")["task_instances"]
        return {one["task_id"]: one["state"] for one in listed}

    def returned(self, dag: str, run: str, task: str) -> Any:
        """What a task returned."""
        return self.ask(
            f"/dags/{dag}/dagRuns/{run}/taskInstances/{task}/xcomEntries/return_value?deserialize=true"
        )["value"]

    def until(self, met: Callable[[], Any], within: float, what: str) -> Any:
        """What `met` gives once it gives something. Raises AssertionError after `within` s."""
        end = time.monotonic() + within
        while time.monotonic() < end:
            if found := met():
                return found
            time.sleep(0.3)
        raise AssertionError(f"not within {within} s: {what}")

    def kill_task(self, dag: str, run: str, task: str) -> None:
        """End a task's process and the worker that watches it, if it still runs, without a word."""
        told = self.ask(f"/dags/{dag}/dagRuns/{run}/taskInstances/{task}")
        with suppress(ProcessLookupError, FileNotFoundError):
            watching = Path(f"/proc/{told['pid']}/stat").read_text().rpartition(")")[2].split()[1]
            for pid in (int(watching), int(told["pid"])):
                os.kill(pid, signal.SIGKILL)

    def logs(self) -> str:
        """The end of what every component wrote."""
        logs = sorted(self.ground.folder.glob("*.log"))
        return "\n".join(
            f"== {one.name}\n{one.read_text(errors='replace')[-1500:]}" for one in logs
        )

    def _healthy(self) -> bool:
        with suppress(requests.ConnectionError):
            return self.session.get(f"{self.base}/api/v2/monitor/health", timeout=5).ok
        return False

    def _sign_in(self, user: str) -> str:
        given = {"username": user, "password": self.passwords[user]}
        answer = self.session.post(f"{self.base}/auth/token", json=given, timeout=60)
        assert answer.status_code == 201, answer.text
        self.tokens[user] = str(answer.json()["access_token"])
        return self.tokens[user]


@contextmanager
def living(ground: Ground, *dags: str) -> Iterator[Living]:
    """An Airflow that runs as long as the block, with these DAGs switched on."""
    found = Living(ground)
    try:
        found.start(*dags)
        yield found
    finally:
        found.stop()
