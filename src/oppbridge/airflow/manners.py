"""What all DAGs of OppBridge have in common: retries, and what does not run at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import AssetOrTimeSchedule, CronTriggerTimetable

from .assets import inbox
from .outline import Outline
from .retry import RetryAfterPolicy

START = datetime(2020, 1, 1, tzinfo=UTC)
TAGS = ["oppbridge"]


def tries() -> dict[str, Any]:
    """Default arguments: four more tries, as late as the service says, else ever later."""
    return {
        "retries": 4,
        "retry_delay": timedelta(seconds=30),
        "retry_exponential_backoff": 2.0,
        "max_retry_delay": timedelta(minutes=15),
        "retry_policy": RetryAfterPolicy(),
    }


def alone(**more: Any) -> dict[str, Any]:
    """A DAG of which one run is active at a time and none is made up for."""
    return {
        "start_date": START,
        "catchup": False,
        "max_active_runs": 1,
        "tags": TAGS,
        "default_args": tries(),
        **more,
    }


def cron(text: str) -> CronTriggerTimetable:
    """A moment, not a window: what is read is what a cursor says."""
    return CronTriggerTimetable(text, timezone="UTC")


def when_due(flow: Outline) -> Any:
    """At its hours, and whenever something may be new."""
    look = inbox(flow.name)
    if flow.schedule.every is None:
        return [look]
    return AssetOrTimeSchedule(timetable=cron(flow.schedule.every), assets=[look])
