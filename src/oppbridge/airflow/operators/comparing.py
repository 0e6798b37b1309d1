"""Compares the systems of a flow and fails where they differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...errors import ConfigError, Unavailable
from .opening import BridgeOperator

if TYPE_CHECKING:
    from airflow.sdk import Context

    from ...engine.verification import Verification

NAMED = 5
"""So many differences are named in the error; `oppbridge verify` lists all."""


class VerifyOperator(BridgeOperator):
    """Compare, without writing to any system.

    What differs and waits for a person is no failure: the approvals ask about it.

    :param repair: have the next run look at all that differs.
    """

    def __init__(self, *, repair: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.repair = repair

    def execute(self, context: Context) -> dict[str, Any]:
        """Compare. Returns whether all is equal and how much differs."""
        with self.opened() as bridge:
            found = bridge.verify(self.flow, repair=self.repair)
        if found.problems:
            raise Unavailable("; ".join(found.problems))
        if found.differences and not found.waits:
            raise ConfigError(_named(found))
        return {"equal": found.equal, "differences": len(found.differences)}


def _named(found: Verification) -> str:
    some = "; ".join(
        f"{one.kind.value} {one.entity} {one.key or one.uid} in {one.system}"
        for one in found.differences[:NAMED]
    )
    return f"{found.flow}: {len(found.differences)} differences: {some}"
