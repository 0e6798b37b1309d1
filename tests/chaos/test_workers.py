"""Workers in processes of their own, on one PostgreSQL store, killed at any moment and tried again."""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from oppbridge.bridge import Bridge
from oppbridge.sandbox import Sandbox
from oppbridge.sandbox.generate import generate_company
from tests.chaos import oracles, people
from tests.chaos.place import FLOW, TINY
from tests.docs.worlds import DEMO, ROOT

pytestmark = [pytest.mark.integration, pytest.mark.postgres]
STAGES = (
    ("observe", ("sales",), ("scm",)),
    ("decide", ()),
    ("deliver", ("sales",), ("scm",)),
    ("conclude", ()),
)
TRIES = 6


@pytest.fixture
def company(monkeypatch):
    with Sandbox.start() as found:
        found.limit("dataverse", factor=1000)
        generate_company(found, 7, TINY)
        monkeypatch.setenv("DEMO_SECRET", found.ready()["client_secret"])
        yield found


@pytest.fixture
def config(company, postgres):
    with tempfile.TemporaryDirectory(prefix="oppbridge-workers-") as folder:
        path = Path(folder) / "oppbridge.yaml"
        text = DEMO.read_text(encoding="utf-8").format(**company.ready())
        path.write_text(f"store: {{url: '{postgres.fresh()}'}}\n{text}", encoding="utf-8")
        with Bridge.open(path):
            pass
        yield path


def begun(config, stage, run, systems):
    words = [sys.executable, "-m", "tests.chaos.working", str(config), stage, run, *systems]
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    return subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env={**os.environ, "PYTHONPATH": path}, start_new_session=True,
    )  # fmt: skip


def shared(config, run, dice, kills):
    """One run by several workers at a time; how many of them were killed."""
    died = 0
    for stage, *groups in STAGES:
        left = dict.fromkeys(groups, 0)
        while left:
            working = {systems: begun(config, stage, run, systems) for systems in left}
            if died < kills and dice.random() < 0.7:
                time.sleep(0.3 + dice.random() * 1.5)
                victim = working[dice.choice(list(working))]
                if victim.poll() is None:
                    os.kill(victim.pid, signal.SIGKILL)
                    died += 1
            for systems, worker in working.items():
                told, _ = worker.communicate(timeout=120)
                left[systems] += 1
                if worker.returncode == 0:
                    del left[systems]
                else:
                    assert worker.returncode in (4, -signal.SIGKILL), told
                    assert left[systems] < TRIES, told
    return died


@pytest.mark.parametrize("seed", [1, 2])
def test_workers_that_are_killed_lose_and_double_nothing(company, config, seed, monkeypatch):
    dice = random.Random(seed)
    killed = shared(config, "one", dice, 3)
    monkeypatch.setattr(people, "CUSTOMER", company.dataverse.rows("account")[0]["name"])
    people.add_quote(company)
    people.add_products(company)
    killed += shared(config, "two", dice, 3)
    assert killed >= 2
    with Bridge.open(config) as bridge:
        assert [one["outcome"] for one in bridge.runs(FLOW)] == ["done", "done"]
        assert bridge.run(FLOW).wrote == 0
    assert oracles.differences(company) == []
