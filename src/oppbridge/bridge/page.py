"""A plan as one page that needs nothing else: no script, no outside asset, everything escaped."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import groupby

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ..records.scalars import Scalar
from .plans import Plan, PlannedWrite


@dataclass(frozen=True, slots=True)
class Group:
    """The writes of one entity in one system."""

    system: str
    entity: str
    writes: list[PlannedWrite]
    counts: Counter[str]


def page(plan: Plan) -> str:
    """The plan as HTML, for whoever approves it."""
    pages = Environment(
        loader=PackageLoader("oppbridge.bridge"), autoescape=True, undefined=StrictUndefined
    )
    pages.filters["value"] = _value
    return pages.get_template("plan.html").render(plan=plan, groups=_groups(plan))


def _groups(plan: Plan) -> list[Group]:
    def place(write: PlannedWrite) -> tuple[str, str]:
        return write.system or "a person's to settle", write.entity

    out: list[Group] = []
    for (system, entity), found in groupby(sorted(plan.writes, key=place), place):
        listed = list(found)
        counts = Counter("held" if one.state == "held" else one.action for one in listed)
        out.append(Group(system, entity, listed, counts))
    return out


def _value(value: Scalar) -> str | Markup:
    if value is None:
        return Markup('<span class="none">nothing</span>')
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
