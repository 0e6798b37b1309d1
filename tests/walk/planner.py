"""Somebody who plans, waits, applies, and takes runs back: what is undone is done again in the end."""

from __future__ import annotations

import random
from typing import Any

from oppbridge.bridge.applying import keep
from oppbridge.engine import judge, watch
from oppbridge.engine.apply import apply
from oppbridge.engine.behind import UNDO
from oppbridge.engine.release import release
from oppbridge.engine.undo import plan_undo
from oppbridge.errors import OppBridgeError
from oppbridge.store import plans


class Planner:
    """Works on a world's store beside the runs; `undone` are runs to be done again."""

    def __init__(self, dice: random.Random, world: Any, people: Any) -> None:
        self.dice, self.world, self.people = dice, world, people
        self.forget()

    def forget(self) -> None:
        """The store was lost, and every plan and run with it."""
        self.shown: list[str] = []
        self.runs: list[int] = []
        self.undone: list[int] = []

    def something(self) -> None:
        """A plan, an old plan applied, a run undone, or all that was undone released."""
        what = self.dice.random()
        if what < 0.6 or not self.runs:
            self.shown.append(self._plan())
            for _ in range(self.dice.randint(0, 2)):
                self.people.edit()
            self._apply(self.dice.choice(self.shown))
        elif what < 0.9:
            run = self.dice.choice(self.runs)
            self.undone.append(run)
            digest = self._undo(run)
            if self.dice.random() < 0.4:
                self.world.crms[self.people.side()].faults.lose_answer(1)
            for _ in range(self.dice.randint(0, 2)):
                self.people.edit()
            self._apply(digest)
        else:
            self.release()

    def release(self) -> None:
        """Have everything that was undone be done again."""
        for run in list(self.undone):
            line = self.world.line(f"{UNDO}{run}")
            try:
                release(line, run)
                self.undone.remove(run)
            finally:
                line.finish()

    def _plan(self) -> str:
        line = self.world.line()
        try:
            watch(line, line.flow.entities)
            judge(line, line.flow.entities)
        finally:
            line.finish()
        return keep(self.world.store, "walk", "walker").digest

    def _undo(self, run: int) -> str:
        line = self.world.line(f"{UNDO}{run}")
        try:
            watch(line, line.flow.entities)
            plan_undo(line, run)
        finally:
            line.finish()
        return keep(self.world.store, f"{UNDO}{run}", "walker").digest

    def _apply(self, digest: str) -> None:
        with self.world.store.read() as tx:
            plan, items = plans.find(tx, digest), plans.items(tx, digest)
        line = self.world.line(plan.flow)
        try:
            apply(line, items)
        except OppBridgeError:
            pass
        finally:
            if line.run_id is not None:
                self.runs.append(line.run_id)
