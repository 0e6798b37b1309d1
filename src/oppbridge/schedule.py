"""When a flow runs by itself and whom it asks: the part of a configuration that Airflow reads.

It stands alone because DAG files are parsed often: nothing else of a configuration is imported.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class ScheduleSection(BaseModel):
    """When Airflow runs a flow, and whom it asks."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    every: str | None = Field(
        None, max_length=100, description="Cron expression of the runs, in UTC; an event starts one"
        " as well. Empty: only events and people do."
    )  # fmt: skip
    compare: str | None = Field(
        "0 2 * * *", max_length=100, description="Cron expression of the full comparison, in UTC."
    )
    within: int = Field(120, ge=1, description="Minutes after which a run counts as stuck.")
    silent: int = Field(
        180, ge=1, description="Minutes without a finished run after which the health check fails."
    )
    approvers: tuple[str, ...] = Field(
        (), description="Airflow users who may answer for held writes; empty: whoever may edit."
    )
    escalate_to: tuple[str, ...] = Field(
        (), description="Airflow users who answer where an approver escalates."
    )
