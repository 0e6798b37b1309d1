"""A run in a process of its own that is killed at one point: SIGKILL, nothing is cleaned up."""

from __future__ import annotations

import functools
import importlib
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from oppbridge.bridge import Bridge
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

    def __init__(self, point: Point, where: Where) -> None:
        self.point, self.where = point, where
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
                die()
            found = real(*words, **named)
            if self.point.when == AFTER and self.due(words):
                die()
            return found

        return dying

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


def die() -> None:
    """As the kernel ends a process that uses too much memory, or a machine that goes down."""
    os.kill(os.getpid(), signal.SIGKILL)


def _run(config: Path, point: str, where: Where) -> None:
    watch = _Watch(POINTS[point], where)
    for module, name, step in STEPS:
        _replace(module, name, functools.partial(watch.step, step))
    _replace(watch.point.module, watch.point.name, watch.deadly)
    with Bridge.open(config) as bridge:
        bridge.run(FLOW)


def _replace(module: str, name: str, change: Callable[[Callable[..., Any]], Any]) -> None:
    owner: Any = importlib.import_module(f"oppbridge.{module}")
    *outer, last = name.split(".")
    for part in outer:
        owner = getattr(owner, part)
    setattr(owner, last, change(getattr(owner, last)))


def killed(config: Path, point: str, where: Where) -> bool:
    """Whether a run was killed at a point; False when it never came there."""
    context = get_context("forkserver")
    context.set_forkserver_preload(["tests.chaos.dying", "oppbridge.bridge.lines"])
    child = context.Process(target=_run, args=(config, point, where))
    child.start()
    child.join(60)
    return child.exitcode == -signal.SIGKILL


__all__ = ["POINTS", "Where", "killed"]
