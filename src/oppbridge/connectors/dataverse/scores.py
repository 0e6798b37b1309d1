"""Scores of opportunities: rows of `msdyn_predictivescores`, keyed by the row they score.

Source: "Populate predictive scores", Dynamics 365 Sales documentation: an own model upserts by the
alternate key (msdyn_entityid, msdyn_entitytype).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .bulk import Message, Target, run_bulk
from .desk import Entity
from .jobs import Job, Run, operation, run_batches

_SET = "msdyn_predictivescores"
_ONE = "msdyn_predictivescore"


@dataclass(frozen=True, slots=True)
class Scored:
    """The score columns for the row `key`; `id` is that of the write."""

    id: str
    key: str
    columns: Mapping[str, Any]


def write_scores(run: Run, entity: Entity, scored: Sequence[Scored]) -> None:
    """Upsert the scores, many at a time; a score that is refused refuses its write."""
    by_id = {one.id: one for one in scored}
    targets = [
        Target(one.id, one.key, {"@odata.id": f"{_SET}{_key(entity, one)}", **one.columns})
        for one in scored
    ]
    left = run_bulk(run, Message("UpsertMultiple", _SET, _ONE), targets)
    run_batches(run, [_single(entity, by_id[target.id]) for target in left])


def _single(entity: Entity, one: Scored) -> Job:
    path = f"{_SET}{_key(entity, one)}"
    return Job(one.id, [operation("PATCH", path, dict(one.columns))])


def _key(entity: Entity, one: Scored) -> str:
    return f"(msdyn_entityid='{one.key}',msdyn_entitytype='{entity.table.logical}')"
