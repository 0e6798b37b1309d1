"""Calls other people's code without waiting for it longer than promised."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

T = TypeVar("T")


def within(seconds: float, call: Callable[[], T]) -> T:
    """What `call` returns or raises; TimeoutError when it takes longer than `seconds`.

    The call runs in a thread of its own. An overdue one cannot be ended: it is left behind, and
    does not keep the program from ending.
    """
    future: Future[T] = Future()

    def work() -> None:
        try:
            future.set_result(call())
        except BaseException as exc:
            future.set_exception(exc)

    Thread(target=work, name="oppbridge-deadline", daemon=True).start()
    return future.result(timeout=seconds)
