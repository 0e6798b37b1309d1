"""One small company in both systems, in agreement; every case begins from exactly there."""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from oppbridge.bridge import Bridge
from oppbridge.engine import Report
from oppbridge.sandbox import Sandbox
from oppbridge.sandbox.database import Database
from oppbridge.sandbox.generate import Size, generate_company, generate_sales
from tests.chaos import oracles
from tests.chaos.people import busy
from tests.docs.worlds import DEMO, give_secrets

TINY = Size(
    accounts=4,
    prospects=1,
    contacts=1,
    products=3,
    competitors=1,
    opportunities=3,
    quotes=2,
    orders=1,
)
SEED = 7
FLOW = "quote-to-cash"
HASTE = """      patience: 4
      connect_within: 0.4
      answer_within: 0.4
"""


@dataclass
class Kept:
    """A twin's rows and its row version, to go back to."""

    rows: bytes
    last: int


@dataclass
class Place:
    """The running systems, OppBridge's folder, and the state that cases begin from."""

    sandbox: Sandbox
    folder: Path
    kept: dict[str, Kept] = field(default_factory=dict)
    before: oracles.Raw = field(default_factory=dict)
    calm: oracles.Raw = field(default_factory=dict)
    told: oracles.View = field(default_factory=dict)

    @property
    def config(self) -> Path:
        """The configuration."""
        return self.folder / "oppbridge.yaml"

    @property
    def store(self) -> Path:
        """The store's file."""
        return self.folder / "oppbridge.db"

    def forget(self) -> None:
        """Remove OppBridge's folder."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def databases(self) -> dict[str, Database]:
        """The twins' databases."""
        twin: Any = self.sandbox.services["scm"]
        return {"dataverse": self.sandbox.dataverse.database, "scm": twin.twin.rows.database}

    def configure(self, text: str | None = None) -> None:
        """Write the configuration; the demo's, in haste, unless another is given."""
        if text is None:
            text = DEMO.read_text(encoding="utf-8").format(**self.sandbox.ready())
            text = text.replace("      secret:", HASTE + "      secret:")
        self.config.write_text(text, encoding="utf-8")

    def run(self) -> Report:
        """One run, as the command line does it."""
        with Bridge.open(self.config) as bridge:
            return bridge.run(FLOW)

    def keep(self) -> None:
        """Remember how everything is now."""
        self.kept = {
            name: Kept(_sql(one).serialize(), one.versions.last)
            for name, one in self.databases().items()
        }
        _whole(self.store)
        shutil.copy(self.store, self.folder / "kept.db")

    def restore(self) -> None:
        """Everything as it was kept; no faults, no limits, no counts."""
        self.sandbox.faults.clear()
        for name, one in self.databases().items():
            with one.lock:
                _sql(one).deserialize(self.kept[name].rows)
                one.versions.last = self.kept[name].last
        for left in self.folder.glob("oppbridge.db*"):
            left.unlink()
        shutil.copy(self.folder / "kept.db", self.store)
        self.configure()
        self.sandbox.counters.reset()
        gates_opened()


def _sql(database: Database) -> sqlite3.Connection:
    return database._sql


def _whole(store: Path) -> None:
    """Everything in the store's one file."""
    with sqlite3.connect(store) as found:
        found.execute("pragma wal_checkpoint(truncate)")
    found.close()


def gates_opened() -> None:
    """No Retry-After of an earlier case is waited for."""
    from oppbridge.http import gate

    gate._gates.clear()


def quiet(place: Place, most: int = 8) -> list[Report]:
    """Run until a run writes nothing."""
    done: list[Report] = []
    for _ in range(most):
        done.append(place.run())
        if not done[-1].wrote and done[-1].outcome in ("done", "waiting", "dead"):
            return done
    raise AssertionError(f"never rests: {done[-1].to_json()}")


def begun() -> Place:
    """A company that both systems agree on."""
    logging.getLogger("urllib3").setLevel(logging.ERROR)
    sandbox = Sandbox.start()
    sandbox.limit("dataverse", factor=1000)
    give_secrets(sandbox)
    os.environ.pop("OPPBRIDGE_CONFIG", None)
    place = Place(sandbox, Path(tempfile.mkdtemp(prefix="oppbridge-chaos-")))
    place.configure()
    generate_company(sandbox, SEED, TINY)
    quiet(place)
    generate_sales(sandbox, SEED, TINY)
    quiet(place)
    place.keep()
    place.before = oracles.raw(sandbox)
    busy(sandbox)
    quiet(place)
    place.calm, place.told = oracles.raw(sandbox), oracles.sales(sandbox)[0]
    assert not oracles.differences(sandbox), oracles.differences(sandbox)
    return place
