"""The trouble that can be made in the system under test, and how a check asks for it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from enum import StrEnum
from typing import Protocol


class Trouble(StrEnum):
    """What the system does to every call for a while. Keep the waits it asks for short."""

    DENIED = "denied"  # it refuses who we are (401 or 403)
    THROTTLED = "throttled"  # it asks us to wait (429)
    UNAVAILABLE = "unavailable"  # it is out of order and does nothing (503)
    ANSWER_LOST = "answer lost"  # it carries writes out, and their answers never arrive


class Troublemaker(Protocol):
    """Makes trouble for as long as the block lasts."""

    def __call__(self, kind: Trouble) -> AbstractContextManager[object]:
        """Begin; the end of the block ends it."""
        ...
