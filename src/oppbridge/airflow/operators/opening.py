"""What every operator shares: which flow of which configuration, and how a report ends a task."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

from ...errors import ConfigError, Throttled, Unavailable
from ..links import RunLink
from ..outline import place

if TYPE_CHECKING:
    from ...bridge import Bridge
    from ...engine import Report

NAMED = 5
"""So many dead letters are named in the error; the page and `oppbridge dead` list all."""


class BridgeOperator(BaseOperator):
    """Works on one flow.

    :param flow: the flow's name in the configuration (templated).
    :param config: path of `oppbridge.yaml` (templated); `$OPPBRIDGE_CONFIG` where not given.
    """

    template_fields: Sequence[str] = ("flow", "config")
    operator_extra_links = (RunLink(),)
    ui_color = "#dbe7f3"

    def __init__(self, *, flow: str, config: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.flow = flow
        self.config = config

    def opened(self) -> Bridge:
        """The configuration, open; a context manager."""
        from ...bridge import Bridge

        return Bridge.open(place(self.config))


def run_key(context: Any) -> str:
    """Names the DAG run, whatever the try: what its tasks write is one run of OppBridge."""
    run = context["dag_run"]
    return f"{run.dag_id}/{run.run_id}"


def counts_of(report: Report) -> dict[str, Any]:
    """What goes into XCom: numbers and the run's id, never a record."""
    counted = {
        name: report.total(name)
        for name in ("observed", "created", "updated", "deleted", "waiting", "held", "dead")
    }
    return {"run": report.run, "outcome": report.outcome, **counted}


def ended(report: Report) -> dict[str, Any]:
    """The counts of a report. What a run could not do is raised.

    Raises ConfigError where someone must act, Throttled or Unavailable where trying again helps.
    """
    if report.stopped:
        raise ConfigError("; ".join(report.stopped))
    if report.problems:
        said = "; ".join(report.problems)
        raise Unavailable(said) if report.after is None else Throttled(said, report.after)
    return counts_of(report)


def within(bridge: Bridge, report: Report) -> None:
    """Raise ConfigError, naming some, where a run leaves more dead letters than its flow allows."""
    allowed = bridge.limit(report.flow)
    if report.total("dead") <= allowed:
        return
    letters = bridge.dead(report.flow)
    named = "; ".join(
        f"{one.id} {one.system}/{one.entity} {one.key or one.uid}: {one.why}"
        for one in letters[:NAMED]
    )
    more = f"; and {len(letters) - NAMED} more" if len(letters) > NAMED else ""
    raise ConfigError(f"{len(letters)} dead letters, {allowed} allowed: {named}{more}")
