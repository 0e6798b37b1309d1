"""A small company in both systems, and an Airflow of its own beside it: what its tests stand on."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from oppbridge.sandbox import Sandbox
from oppbridge.sandbox.generate import generate_company
from tests.chaos.place import TINY
from tests.docs.worlds import DEMO, ROOT

FLOW = "quote-to-cash"
KEY = "the key that events come with"
SCHEDULE = """    schedule: {every: "*/30 * * * *", compare: "0 3 * * *", escalate_to: [boss]}
"""


def free_port() -> int:
    """A port nobody listens at."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@dataclass
class Ground:
    """The running systems, the folder that is AIRFLOW_HOME, and what processes are told."""

    sandbox: Sandbox
    folder: Path
    more: dict[str, str] = field(default_factory=dict)

    @classmethod
    def prepared(cls, folder: Path) -> Ground:
        """Systems of a small company, a configuration, an Airflow database."""
        sandbox = Sandbox.start()
        sandbox.limit("dataverse", factor=1000)
        generate_company(sandbox, 7, TINY)
        found = cls(sandbox, folder)
        found.configure()
        found.airflow("db", "migrate")
        return found

    @property
    def config(self) -> Path:
        """The configuration."""
        return self.folder / "oppbridge.yaml"

    def configure(self, gates: str = "", store: str = "") -> None:
        """Write the demo's configuration with a schedule, a key for events, little patience."""
        text = DEMO.read_text(encoding="utf-8").format(**self.sandbox.ready())
        text = text.replace("      secret:", "      patience: 4\n      secret:")
        text = text.replace("  sales:\n", "  sales:\n    webhook: {env: EVENT_KEY}\n", 1)
        self.config.write_text(store + text + gates + SCHEDULE, encoding="utf-8")

    @property
    def env(self) -> dict[str, str]:
        """What every process of this Airflow is told."""
        own = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
        own.pop("PYTHONDONTWRITEBYTECODE", None)
        return own | {
            "AIRFLOW_HOME": str(self.folder),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "False",
            "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
            "AIRFLOW__CORE__TEST_CONNECTION": "Enabled",
            "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
            "AIRFLOW__API_AUTH__JWT_SECRET": "j" * 80,
            "OPPBRIDGE_CONFIG": str(self.config),
            "EVENT_KEY": KEY,
            "DEMO_SECRET": self.sandbox.ready()["client_secret"],
            "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, [own.get("PYTHONPATH")])]),
            **self.more,
        }

    def airflow(self, *words: str, within: float = 120) -> str:
        """What one command of Airflow prints."""
        return self.python("-m", "airflow", *words, within=within)

    def python(self, *words: str, within: float = 120) -> str:
        """What one program prints. Raises AssertionError with all of it where it fails."""
        done = subprocess.run(
            [sys.executable, *words], env=self.env, capture_output=True, text=True,
            timeout=within, check=False, cwd=self.folder,
        )  # fmt: skip
        assert done.returncode == 0, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def asked(self, *words: str, within: float = 120) -> Any:
        """What a program of these tests answers: the last line it prints, as JSON."""
        return json.loads(self.python(*words, within=within).strip().splitlines()[-1])

    def oppbridge(self, *words: str) -> Any:
        """What a command of OppBridge says with `--json`."""
        done = subprocess.run(
            [sys.executable, "-m", "oppbridge.cli", *words, "--config", str(self.config), "--json"],
            env=self.env, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.stdout, done.stderr
        return json.loads(done.stdout)


def password() -> str:
    """A password of the test's own making."""
    return secrets.token_urlsafe(12)
