"""The environment's metadata as the contract describes tables."""

from __future__ import annotations

from oppbridge.contract import Description

from .desk import Desk, Entity


def describe(desk: Desk, entity: Entity) -> Description:
    """The columns of the entity's table and of its parts."""
    raise NotImplementedError
