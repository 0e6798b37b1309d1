"""OppBridge under Airflow: DAGs from configuration, operators, connections, a page, approvals.

Airflow is an extra (`pip install oppbridge[airflow]`); nothing outside this package imports it.
A DAG file needs two lines:

    from oppbridge.airflow import dags  # airflow reads files that name a dag
    globals().update(dags("/etc/oppbridge/oppbridge.yaml"))
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import os

__all__ = ["dags"]


def dags(config: str | os.PathLike[str] | None = None) -> Mapping[str, Any]:
    """Every DAG of a configuration by its id, `$OPPBRIDGE_CONFIG` where no path is given.

    Reads the names of flows and systems and the schedules, and nothing else: no system, store or
    database is asked. Raises ConfigError for a file that cannot be read.
    """
    from .factory import build

    return build(config)
