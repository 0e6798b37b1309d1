"""The files connector: CSV and Parquet, read and written. Its maps are the user's own."""

from __future__ import annotations

from collections.abc import Mapping

from ...contract import Connector, ConnectorSpec, Limits, Selection, Trait
from .settings import EntityFile, PartsFile, Settings

__all__ = ["SPEC", "EntityFile", "PartsFile", "Settings"]


def _open(settings: Settings, selections: Mapping[str, Selection]) -> Connector:
    from .folder import Folder

    return Folder(settings, selections)


SPEC = ConnectorSpec(
    name="files",
    settings=Settings,
    open=_open,
    maps={},
    traits=frozenset({Trait.KEYED_CREATES, Trait.GUARDED_UPDATES, Trait.ECHOED_WRITES}),
    limits=Limits(page=1000, batch=5000, parallel=1),
)
