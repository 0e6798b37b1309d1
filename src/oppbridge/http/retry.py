"""The retry rules: what is tried again, after which wait, and for how long at most.

Only what is known not to have been done is tried again (see `trouble`): a write that may have
happened is Unsure, which leaves it to the engine to look first.
"""

from __future__ import annotations

from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    stop_before_delay,
    wait_random_exponential,
)

from oppbridge.errors import Throttled, Unavailable

_GROWING = wait_random_exponential(multiplier=0.5, max=20)


FIRST_TRIES = 3  # of a system that has never answered: its address may be wrong


def rules(patience: float, *, known: bool = True) -> Retrying:
    """Try again while the next try would begin within `patience` seconds of the first.

    A system that is not `known` to answer is only asked `FIRST_TRIES` times.
    """
    weary = stop_before_delay(patience)
    return Retrying(
        retry=retry_if_exception_type((Throttled, Unavailable)),
        wait=server_first,
        stop=weary if known else weary | stop_after_attempt(FIRST_TRIES),
        reraise=True,
    )


def server_first(state: RetryCallState) -> float:
    """The wait the server asked for; without one, random and growing up to 20 seconds."""
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, Throttled):
        return error.after
    return _GROWING(state)
