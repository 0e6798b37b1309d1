"""A run in a process of its own that is killed at one point: SIGKILL, nothing is cleaned up."""

from __future__ import annotations

import functools
import importlib
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from oppbridge.bridge import Bridge
from tests.chaos.case import told_of
from tests.chaos.place import FLOW

BEFORE, AFTER = "before", "after"


@dataclass(frozen=True, slots=True)
class Point:
    """Where the process dies: before or after a function is called, inside of which other one."""

    module: str
    name: str
    when: str
    inside: str = ""  # the step that must be under way
    reading: bool = False  # the post is the one that is read, not the one that is written


POINTS = {
    "page-read": Point("engine.observe", "_take", BEFORE, "observe", reading=True),
    "staged": Point("engine.observe", "_take", AFTER, "observe", reading=True),
    "planned": Point("engine.run", "decide", AFTER),
    "intent": Point("engine.deliver", "send", BEFORE, "deliver"),
    "sent": Point("http.session", "Session._sent", AFTER, "send"),
    "answered": Point("engine.deliver", "send", AFTER, "deliver"),
    "confirmed": Point("engine.deliver", "_event", BEFORE, "deliver"),
    "cross-reference": Point("store.links", "insert", AFTER, "settle"),
    "fingerprint": Point("store.links", "update", AFTER, "settle"),
    "dead-letter": Point("store.writes", "move", AFTER, "settle"),
    "cursor": Point("store.cursors", "move", AFTER, "observe", reading=True),
    "report": Point("store.runs", "finish", BEFORE),
    "found-out": Point("engine.recover", "_resend", BEFORE, "recover"),
    "sent-again": Point("engine.recover", "send", AFTER, "recover"),
    "settled-again": Point("engine.recover", "settle", AFTER, "recover"),
}
STEPS = (  # module, function, the step it is; the first of its arguments that is a post counts
    ("engine.run", "observe", "observe"),
    ("engine.run", "recover", "recover"),
    ("engine.run", "deliver", "deliver"),
    ("engine.deliver", "send", "send"),
    ("engine.deliver", "settle", "settle"),
)


@dataclass(frozen=True, slots=True)
class Where:
    """Which record and which way: an entity, the system that is read and the one written."""

    entity: str
    source: str
    target: str


class _Watch:
    """What is under way in this process; kills it at the point it waits for."""

    def __init__(self, point: Point, where: Where, signal: int) -> None:
        self.point, self.where, self.signal = point, where, signal
        self.met = False
        self.under_way: list[tuple[str, str, str]] = []

    def step(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(real)
        def entered(*words: Any, **named: Any) -> Any:
            post = next(one for one in words if hasattr(one, "member"))
            self.under_way.append((name, post.system, post.entity))
            try:
                return real(*words, **named)
            finally:
                self.under_way.pop()

        return entered

    def deadly(self, real: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(real)
        def dying(*words: Any, **named: Any) -> Any:
            if self.point.when == BEFORE and self.due(words):
                self.strike()
            found = real(*words, **named)
            if self.point.when == AFTER and self.due(words):
                self.strike()
            return found

        return dying

    def strike(self) -> None:
        """SIGKILL: as the kernel ends a process. SIGSTOP: as one that sleeps, until it wakes."""
        if not self.met:
            self.met = True
            os.kill(os.getpid(), self.signal)

    def due(self, words: tuple[Any, ...]) -> bool:
        """Whether this call is the one: of the entity and system, in the step, and a write."""
        if self.point.name == "decide":
            return bool(words[1].entity == self.where.entity)
        if self.point.name == "Session._sent" and words[1].repeatable:
            return False
        if self.point.name == "move" and self.point.module == "store.writes":
            return any(one.state == "dead" for one in words[1])
        if not self.point.inside:
            return True
        system = self.where.source if self.point.reading else self.where.target
        return (self.point.inside, system, self.where.entity) in self.under_way


def _run(config: Path, point: str, where: Where, signal: int) -> None:
    watch = _Watch(POINTS[point], where, signal)
    for module, name, step in STEPS:
        _replace(module, name, functools.partial(watch.step, step))
    _replace(watch.point.module, watch.point.name, watch.deadly)
    with Bridge.open(config) as bridge:
        told = told_of(lambda: bridge.run(FLOW))
    sys.exit(0 if told.outcome in ("done", "retry", "waiting") else 1)


def _replace(module: str, name: str, change: Callable[[Callable[..., Any]], Any]) -> None:
    owner: Any = importlib.import_module(f"oppbridge.{module}")
    *outer, last = name.split(".")
    for part in outer:
        owner = getattr(owner, part)
    setattr(owner, last, change(getattr(owner, last)))


def _child(config: Path, point: str, where: Where, kind: int) -> Any:
    context = get_context("forkserver")
    context.set_forkserver_preload(["tests.chaos.dying", "oppbridge.bridge.lines"])
    child = context.Process(target=_run, args=(config, point, where, kind))
    child.start()
    return child


def killed(config: Path, point: str, where: Where) -> bool:
    """Whether a run was killed at a point; False when it never came there."""
    child = _child(config, point, where, signal.SIGKILL)
    child.join(60)
    return bool(child.exitcode == -signal.SIGKILL)


@contextmanager
def asleep(config: Path, point: str, where: Where) -> Iterator[None]:
    """A run of another process that sleeps at a point; at the end it wakes and goes on.

    It may end well, or be told that somebody else was at work; a defect in it fails the case.
    """
    child = _child(config, point, where, signal.SIGSTOP)
    until = time.monotonic() + 60
    while _state(child.pid) != "T":
        assert child.is_alive(), f"the run never came to {point}"
        assert time.monotonic() < until, f"the run did not come to {point} in a minute"
        time.sleep(0.01)
    try:
        yield
    finally:
        os.kill(child.pid, signal.SIGCONT)
        child.join(60)
    assert child.exitcode == 0, f"who slept ended with {child.exitcode}"


def _state(pid: int) -> str:
    stat = Path(f"/proc/{pid}/stat")
    return stat.read_text().rpartition(")")[2].split()[0] if stat.exists() else "?"


__all__ = ["POINTS", "Where", "asleep", "killed"]
