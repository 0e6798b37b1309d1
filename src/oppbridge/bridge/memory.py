"""How often Python looks for cycles of garbage while rows stream through."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_SELDOM = (50_000, 50, 100)


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Look for cycles less often for a while.

    A run makes millions of small mappings and hardly a cycle; looking for them at Python's own
    pace took 17 % of an initial load's CPU time.
    """
    before = gc.get_threshold()
    gc.set_threshold(*_SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*before)
