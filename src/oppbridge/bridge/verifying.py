"""Verifies a flow: without `repair` nothing is stored either, so it needs no lease and no run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..errors import ConfigError
from ..nearest import suggestion

if TYPE_CHECKING:
    from ..engine import Line
    from ..engine.verification import Verification


def verified(line: Line, entities: Sequence[str] | None, *, repair: bool) -> Verification:
    """What comparing came to. Raises ConfigError for an entity the flow does not move."""
    from ..engine.verification import verify

    there = [one.entity for one in line.flow.entities]
    for name in entities or ():
        if name not in there:
            hint = suggestion(name, there)
            raise ConfigError(f"the flow moves no {name!r}{hint} (it moves {', '.join(there)})")
    if not repair:
        return verify(line, entities)
    try:
        return verify(line, entities, repair=True)
    finally:
        line.finish()
