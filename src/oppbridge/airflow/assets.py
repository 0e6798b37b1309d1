"""The assets that join the DAGs: what may be new, what is the same again, what waits for a person.

An event means "look now". It never carries data.
"""

from __future__ import annotations

from airflow.sdk import Asset, AssetAlias


def inbox(flow: str) -> Asset:
    """Something may be new for a flow: a webhook's event, an answer to a held write."""
    return Asset(name=f"oppbridge-inbox-{flow}", uri=f"oppbridge://inbox/{flow}")


def synced(flow: str) -> Asset:
    """The systems of a flow agree again."""
    return Asset(name=f"oppbridge-synced-{flow}", uri=f"oppbridge://synced/{flow}")


def held(flow: str) -> Asset:
    """Writes of a flow wait for a person."""
    return Asset(name=f"oppbridge-held-{flow}", uri=f"oppbridge://held/{flow}")


def holding(flow: str) -> AssetAlias:
    """What a run names to say that something is held: only then `held` has an event."""
    return AssetAlias(f"oppbridge-holding-{flow}")


def looking() -> AssetAlias:
    """What a task names that has one of several flows look again."""
    return AssetAlias("oppbridge-looking")
