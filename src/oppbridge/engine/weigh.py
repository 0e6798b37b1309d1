"""Adds what others know to decided records: enrichers' values, then score and reasons.

Neither ever holds a record back: what fails, hangs or gives nonsense is named in the report.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType

from ..decision import Observed, Subject
from ..records.scalars import Scalar
from ..records.values import known_field
from ..store import cursors, records
from .docket import Decision
from .flow import EntityFlow
from .line import Line

ENRICH_SECONDS = 10.0


def weigh(line: Line, flow: EntityFlow, decisions: Sequence[Decision]) -> dict[str, str]:
    """Let the flow's enrichers and scorer add to the merged values.

    Returns what the scorer learned, by name, to be kept together with the decisions.
    """
    for enricher in flow.enrichers:
        deadline = line.moment() + timedelta(seconds=ENRICH_SECONDS)
        name = type(enricher).__name__
        try:
            added = enricher.enrich([_subject(one) for one in decisions], deadline)
        except Exception as exc:  # noqa: BLE001 - a plugin may raise anything; the records go on
            line.report.notice(f"enricher {name} failed: {type(exc).__name__}: {exc}")
            continue
        _add(line, flow, decisions, added, name)
    if flow.scorer is not None and decisions:
        return _score(line, flow, decisions)
    return {}


def _score(line: Line, flow: EntityFlow, decisions: Sequence[Decision]) -> dict[str, str]:
    scorer, name = flow.scorer, f"{line.flow.name}/{flow.entity}"
    assert scorer is not None
    with line.store.read() as tx:
        learned = records.recall(tx, name)
        history = cursors.observed(tx, [one.record.id for one in decisions])
    subjects = [_subject(one, history.get(one.record.id, ())) for one in decisions]
    scored = scorer(subjects, line.moment(), learned)
    if scored.problem is not None:
        line.report.notice(f"{line.flow.name}: records go on unscored: {scored.problem}")
    _add(line, flow, decisions, scored.values, "the scorer")
    now = scored.learned
    return {name: now} if now is not None and now != learned else {}


def _subject(one: Decision, history: Sequence[Observed] = ()) -> Subject:
    return Subject(
        one.record.entity,
        one.record.uid,
        MappingProxyType(one.merged.values),
        MappingProxyType(one.base),
        tuple(history),
    )


def _add(
    line: Line,
    flow: EntityFlow,
    decisions: Sequence[Decision],
    added: Sequence[Mapping[str, Scalar]],
    who: str,
) -> None:
    if len(added) != len(decisions):
        line.report.notice(f"{who} answered {len(added)} of {len(decisions)} records; left out")
        return
    for one, values in zip(decisions, added, strict=True):
        for path, value in values.items():
            if not known_field(flow.entity, path):
                line.report.notice(f"{who} gave {path!r}, which {flow.entity} does not have")
            elif value is None:
                one.merged.values.pop(path, None)
            else:
                one.merged.values[path] = value
                one.added[path] = f"{who} gave it"
