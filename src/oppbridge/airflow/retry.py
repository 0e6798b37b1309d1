"""Tries a task again when the service said so, and not at all where someone must act first."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import RetryDecision, RetryPolicy

from ..errors import OppBridgeError, Retry, Stop, Throttled

if TYPE_CHECKING:
    from airflow.sdk import Context

LONGEST = 3600.0
"""Seconds. A service that asks for more is tried after an hour, and says so again."""


class RetryAfterPolicy(RetryPolicy):
    """Waits exactly as long as the service said; fails at once where waiting mends nothing.

    `Throttled` carries the seconds (Retry-After). Any other `Retry` takes the task's own delay.
    `Stop` (configuration, access, a changed schema) and `Reject` fail: a person must act.
    """

    def evaluate(
        self,
        exception: BaseException,
        try_number: int,
        max_tries: int,
        context: Context | None = None,
    ) -> RetryDecision:
        """Decide by the kind of error."""
        if isinstance(exception, Throttled):
            wait = min(exception.after, LONGEST)
            return RetryDecision.retry(timedelta(seconds=wait), f"the service asked for {wait:g} s")
        if isinstance(exception, Retry) or not isinstance(exception, OppBridgeError):
            return RetryDecision.default()
        kind = "someone must act" if isinstance(exception, Stop) else "trying again mends nothing"
        return RetryDecision.fail(f"{kind}: {exception}")

    def serialize(self) -> dict[str, Any]:
        """It has no settings."""
        return {}

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> RetryAfterPolicy:
        """The policy; there is nothing in `data`."""
        return cls(**data)
