"""Creates, updates and deletes: the steps every write goes through, in the service's own order.

clear, initial values, set each sent property, default the rest, validate, number, write, follow up.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..database import Duplicate, Row
from .draft import Draft, Rules, Twin
from .refusals import NAMESPACE, Malformed, Missing, Moved, label, told
from .schema import Column, Entity
from .values import accept

_LEGAL = ("LegalEntities", "LegalEntityId")


class Writer:
    """Carries out writes inside a transaction the caller opened."""

    def __init__(self, twin: Twin, rules: Mapping[str, Rules]) -> None:
        self._twin = twin
        self._rules = rules

    def rules(self, entity: Entity) -> Rules:
        """The rules of the table behind an entity set."""
        return self._rules.get(entity.table, Rules())

    def create(
        self,
        entity: Entity,
        body: Mapping[str, Any],
        company: str,
        companies: tuple[str, ...] | None,
    ) -> Row:
        """Write a new row and return it whole. `company` is used where the body names none."""
        if "create" not in entity.access:
            raise Malformed(f"The entity set '{entity.name}' does not support insert operations.")
        sent = self._sent(entity, body, creating=True)
        company = sent.get("dataAreaId") or company if entity.by_company else ""
        rules = self.rules(entity)
        draft = Draft(entity, company, sent, None, self._twin.rows.fillers[entity.name])
        if entity.by_company:
            self._check_company(company, companies)
            draft.new["dataAreaId"] = company
        draft.new.update(rules.initial)
        draft.new.update(sent)
        self._pass(draft, rules)
        try:
            self._twin.rows.insert(entity.name, draft.new)
        except Duplicate as problem:
            shown = ", ".join(
                f"{label(name)}: {draft.get(name)}" for name in entity.key if name != "dataAreaId"
            )
            raise told("exists", label=entity.title, table=entity.table, key=shown) from problem
        rules.after(self._twin, draft)
        row = self._twin.rows.get(entity.name, draft.key())
        if row is None:
            raise Missing
        return row

    def update(
        self, entity: Entity, key: tuple[Any, ...], body: Mapping[str, Any], if_match: str = ""
    ) -> None:
        """Change the sent columns of a row. Raises `Missing` and `Moved`."""
        if "update" not in entity.access:
            raise Malformed(f"The entity set '{entity.name}' does not support update operations.")
        old = self._twin.rows.get(entity.name, key)
        if old is None:
            raise Missing
        self._guard(entity, key, if_match)
        sent = self._sent(entity, body, creating=False, old=old)
        rules = self.rules(entity)
        draft = Draft(
            entity, old.get("dataAreaId", ""), sent, old, self._twin.rows.fillers[entity.name]
        )
        draft.new.update(sent)
        self._pass(draft, rules)
        changed = {name: value for name, value in draft.new.items() if value != old[name]}
        if changed:
            self._twin.rows.update(entity.name, key, changed)
            draft.new = changed
            rules.after(self._twin, draft)

    def replace(
        self, entity: Entity, key: tuple[Any, ...], body: Mapping[str, Any], if_match: str = ""
    ) -> None:
        """Change a row so that every column which can be written and is not sent is empty again."""
        empty = self._twin.rows.fillers[entity.name]
        whole = {
            column.name: empty[column.name]
            for column in entity.columns.values()
            if column.editable and not column.hidden and column.name not in entity.key
        }
        self.update(entity, key, {**whole, **body}, if_match)

    def delete(self, entity: Entity, key: tuple[Any, ...], if_match: str = "") -> None:
        """Remove a row unless something depends on it."""
        if "delete" not in entity.access:
            raise Malformed(f"The entity set '{entity.name}' does not support delete operations.")
        row = self._twin.rows.get(entity.name, key)
        if row is None:
            raise Missing
        self._guard(entity, key, if_match)
        rules = self.rules(entity)
        rules.deletable(self._twin, row)
        self._twin.rows.delete(entity.name, key)
        rules.deleted(self._twin, row)

    def _pass(self, draft: Draft, rules: Rules) -> None:
        rules.defaults(self._twin, draft)
        for column in draft.entity.columns.values():
            if column.mandatory and (draft.old is None or column.name in draft.new):
                draft.require(column.name)
        self._check_references(draft)
        rules.check(self._twin, draft)
        rules.before(self._twin, draft)

    def _guard(self, entity: Entity, key: tuple[Any, ...], if_match: str) -> None:
        if if_match in ("", "*") or not self._twin.assumptions.checks_if_match:
            return
        if self._twin.rows.etag(entity.name, key) != if_match:
            raise Moved

    def _check_company(self, company: str, companies: tuple[str, ...] | None) -> None:
        known = self._twin.rows.exists(_LEGAL[0], {_LEGAL[1]: company})
        if not known or (companies is not None and company.lower() not in companies):
            raise told("company", company=company)

    def _sent(
        self, entity: Entity, body: Mapping[str, Any], *, creating: bool, old: Row | None = None
    ) -> Row:
        """The body's values by column; refuses unknown columns, wrong types, read-only columns."""
        out: Row = {}
        assumed = self._twin.assumptions
        for name, value in body.items():
            if "@odata." in name:
                continue
            column = entity.columns.get(name)
            if column is None or column.hidden:
                raise Malformed(_unknown(entity, name))
            kept = accept(
                value, column, entity, self._twin.rows.schema, cut=not assumed.refuses_long_text
            )
            if self._may_write(column, entity, kept, creating=creating, old=old):
                out[name] = kept
            elif assumed.refuses_read_only and (old is None or old[name] != kept):
                raise told("read_only", field=label(name))
        return out

    def _may_write(
        self, column: Column, entity: Entity, value: Any, *, creating: bool, old: Row | None
    ) -> bool:
        if creating:
            return column.creatable
        return column.editable and column.name not in entity.key

    def _check_references(self, draft: Draft) -> None:
        for reference in draft.entity.references:
            if reference.column not in draft.new or not draft.has(reference.column):
                continue
            target = self._twin.rows.schema.entities[reference.entity]
            value = draft.get(reference.column)
            where = {"dataAreaId": draft.company} if target.by_company else {}
            if not self._twin.rows.exists(reference.entity, {**where, reference.key: value}):
                raise told(
                    "related", value=value, field=label(reference.column), table=target.title
                )


def _unknown(entity: Entity, name: str) -> str:
    if name in entity.navigation:
        return (
            f"Deep insert is not supported: the navigation property '{name}' cannot be "
            "part of the body."
        )
    return (
        f"The property '{name}' does not exist on type '{NAMESPACE}.{entity.type}'. Make "
        "sure to only use property "
        "names that are defined by the type."
    )
