"""The retry rules: what is tried again, after which wait, and for how long at most.

Only what is known not to have been done is tried again (see `trouble`): a write that may have
happened is Unsure, which leaves it to the engine to look first.
"""

from __future__ import annotations

from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_before_delay,
    wait_random_exponential,
)

from oppbridge.errors import Throttled, Unavailable

_GROWING = wait_random_exponential(multiplier=0.5, max=20)


def rules(patience: float) -> Retrying:
    """Try again while the next try would begin within `patience` seconds of the first."""
    return Retrying(
        retry=retry_if_exception_type((Throttled, Unavailable)),
        wait=server_first,
        stop=stop_before_delay(patience),
        reraise=True,
    )


def server_first(state: RetryCallState) -> float:
    """The wait the server asked for; without one, random and growing up to 20 seconds."""
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, Throttled):
        return error.after
    return _GROWING(state)
