"""A plan in the few words that fit into a request for approval: counts, digest, first differences.

What Airflow stores and shows to whoever may look is counts, keys and field names. Values stay in
the store; the page, which asks who looks, shows them.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...bridge.plans import Plan, PlannedWrite

FIRST = 10
LONGEST = 200


def body(plan: Plan, link: str = "") -> str:
    """Markdown: what is asked."""
    said = [f"Plan `{plan.digest}` of flow `{plan.flow}`", "", "| what | how many |", "|---|---|"]
    said += [f"| {what} | {count} |" for what, count in tally(plan).items()]
    said += ["", f"The first {min(FIRST, len(plan.writes))}:", "", *differences(plan)]
    if link:
        said += ["", f"[All of it, with values]({link})"]
    return "\n".join(said)


def tally(plan: Plan) -> dict[str, int]:
    """By action, entity and system, how many."""
    counted = Counter(f"{one.action} {one.entity} in {one.system or 'both'}" for one in plan.writes)
    return dict(sorted(counted.items()))


def differences(plan: Plan) -> list[str]:
    """The first writes, a Markdown line each."""
    return [_line(one) for one in plan.writes[:FIRST]]


def _line(one: PlannedWrite) -> str:
    fields = ", ".join(sorted(one.fields)) or "the whole record"
    why = f" ({one.why})" if one.why else ""
    name = one.key or one.uid
    return "- " + _escaped(f"{one.action} {one.entity} {name} in {one.system}: {fields}{why}")


def _escaped(text: str) -> str:
    """No key or reason of a foreign system may be Markdown, HTML or a link here."""
    cut = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
    return "".join(f"\\{c}" if c in "\\`*_{}[]()<>#|!&" else c for c in cut if c.isprintable())
