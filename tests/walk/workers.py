"""A run that several workers share, in turns as random as they may come; some are tried twice."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from oppbridge.engine import Line, Share, carry_on, conclude, watch, weigh_all
from oppbridge.errors import Unavailable

Step = Callable[[Line, Sequence[Any]], object]


class Workers:
    """Each works on one system; at any moment another may begin, or the same work be tried anew.

    `moment` is called whenever others could come in between: after every page and batch, and
    while a system is just serving a write.
    """

    def __init__(self, dice: random.Random, world: Any) -> None:
        self.dice, self.world = dice, world
        self.key = f"run {next(world.seconds)}"
        self.waiting: list[Callable[[], None]] = []
        self.reports: list[Any] = []
        self.depth = 0
        self.doubled = False

    def run(self) -> bool:
        """Observe, decide, deliver, conclude. Whether all of it was done, by one try each."""
        names = sorted(self.world.crms)
        self._stage("observe", watch, [[name] for name in names])
        self._stage("decide", weigh_all, [names])
        self._stage("deliver", carry_on, [[name] for name in names])
        self._stage("conclude", conclude, [names])
        return not self.doubled and all(one.outcome == "done" for one in self.reports)

    def moment(self) -> None:
        """Others may come in between."""
        if self.depth < 3 and self.waiting and self.dice.random() < 0.3:
            self.waiting.pop()()

    def _stage(self, name: str, step: Step, groups: list[list[str]]) -> None:
        self.waiting = [self._work(name, step, one) for one in groups]
        if self.dice.random() < 0.25:
            again = self._work(name, step, self.dice.choice(groups))
            self.waiting.append(self._noted(again))
        self.dice.shuffle(self.waiting)
        while self.waiting:
            self.waiting.pop()()

    def _noted(self, again: Callable[[], None]) -> Callable[[], None]:
        def work() -> None:
            self.doubled = True
            again()

        return work

    def _work(self, name: str, step: Step, systems: list[str]) -> Callable[[], None]:
        def work() -> None:
            line = self.world.line()
            line.share = Share(
                self.key, f"{name} {systems}", frozenset(systems), last=name == "conclude"
            )
            line.recall()
            line.progress = lambda *_: self.moment()
            self.depth += 1
            try:
                with suppress(Unavailable):  # a later try of it is under way, or has ended
                    step(line, line.chosen())
            finally:
                self.depth -= 1
                line.finish()
                self.reports.append(line.report)
                self.world.ran(line)

        return work
