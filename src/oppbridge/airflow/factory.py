"""Builds every DAG of a configuration, or the one that Airflow is asking for."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

from airflow.sdk import DAG, get_parsing_context

from . import asking, serving, syncing
from .outline import Outline, outlines

PER_FLOW: dict[str, Callable[[Outline], DAG]] = {
    "oppbridge_sync": syncing.sync,
    "oppbridge_compare": syncing.compare,
    "oppbridge_approve": asking.approve,
}
FOR_ALL: dict[str, Callable[[list[Outline]], DAG]] = {
    "oppbridge_migrate": serving.migrate,
    "oppbridge_replay": serving.replay,
    "oppbridge_rescore": serving.rescore,
    "oppbridge_health": serving.health,
}


def build(config: str | os.PathLike[str] | None = None) -> dict[str, DAG]:
    """DAGs by id: three for each flow, `oppbridge_sync__FLOW` and so on, and four that serve all.

    Where Airflow parses for the sake of one DAG, as it does when a task starts, only that one.
    """
    flows = outlines(config)
    wanted = get_parsing_context().dag_id
    return {id: make() for id, make in _all(flows) if wanted in (None, id)}


def _all(flows: list[Outline]) -> Iterator[tuple[str, Callable[[], DAG]]]:
    for one in flows:
        for prefix, make in PER_FLOW.items():
            yield f"{prefix}__{one.name}", lambda make=make, one=one: make(one)  # type: ignore[misc]
    for id, serve in FOR_ALL.items():
        yield id, lambda serve=serve: serve(flows)  # type: ignore[misc]
