"""People who work in both CRMs at random, and a ledger of what they did."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from oppbridge.kit.crm import FakeCrm
from oppbridge.kit.documents import PartCall
from oppbridge.kit.faults import Refused

from .vocabulary import (
    CURRENCIES,
    FIELDS,
    LINE_FIELDS,
    LINES,
    Field,
    column,
    line_column,
    list_column,
    tag_column,
)


@dataclass
class Ledger:
    """Edits since both sides last rested: (kind, mark, field) -> [(side, value)]."""

    born: set[tuple[str, str]] = field(default_factory=set)
    removed: set[tuple[str, str]] = field(default_factory=set)
    edits: dict[tuple[str, str, str], list[tuple[str, Any]]] = field(default_factory=dict)
    shaken: bool = False  # the store was lost: what was not carried over yet is contested
    recent: dict[tuple[str, str, str], list[tuple[str, Any]]] = field(default_factory=dict)
    meddled: dict[tuple[str, str, str], list[tuple[str, Any]]] = field(default_factory=dict)
    hidden: set[tuple[str, str, str]] = field(default_factory=set)  # edits not visible at once
    firm: dict[tuple[str, str, str], tuple[str, Any, int]] = field(default_factory=dict)

    def rest(self) -> None:
        """Both sides agree: what was edited before is history."""
        for kept in (self.edits, self.removed, self.recent, self.meddled, self.hidden, self.firm):
            kept.clear()
        self.shaken = False

    def ran(self, winner: str, *, clean: bool) -> None:
        """A run has ended. After a clean one, some contested fields have one right answer.

        An edit made at the very moment of a write is the newest, and stands. Where both sides had
        edited since the run before, the policy's winner stands.
        """
        for key, edits in self.meddled.items() if clean else ():
            removed = edits[-1][1] is None and " " in key[2]  # an edit outweighs a removal
            alone = len({side for side, _ in edits}) == 1
            if alone and not removed and key not in self.hidden:
                self.firm[key] = (*edits[-1], len(self.edits[key]))
        for key, edits in self.recent.items() if clean else ():
            won = [value for side, value in edits if side == winner]
            contested = won and len({side for side, _ in edits}) == 2
            if (
                contested
                and key not in self.hidden
                and key not in self.meddled
                and " " not in key[2]
            ):
                self.firm[key] = (winner, won[-1], len(self.edits[key]))
        self.recent.clear()
        self.meddled.clear()


@dataclass
class People:
    """Everybody who works in the two CRMs."""

    dice: random.Random
    crms: dict[str, FakeCrm]
    ledger: Ledger = field(default_factory=Ledger)
    removable: tuple[str, ...] = ("sales", "deals")
    late: bool = False
    born: int = 0
    meddling: bool = False
    hiding: bool = False

    def side(self) -> str:
        """One of the two CRMs."""
        return self.dice.choice(sorted(self.crms))

    def add(self, side: str | None = None) -> None:
        """Somebody creates a row."""
        side = side or self.side()
        kind = self.dice.choice(list(FIELDS))
        self._bear(side, kind, self._mark(kind), late=self._late())

    def add_alike(self) -> None:
        """Two people create the same thing, each on one side, as if nobody had joined the two."""
        kind = self.dice.choice(list(FIELDS))
        mark = self._mark(kind)
        for side in sorted(self.crms):
            self._bear(side, kind, mark, late=False)

    def _mark(self, kind: str) -> str:
        """A birth mark nobody has: an address for people, who are matched by it."""
        self.born += 1
        return f"{kind[:2]}{self.born}" + ("@x.example" if kind == "people" else "")

    def _bear(self, side: str, kind: str, mark: str, *, late: bool) -> None:
        crm = self.crms[side]
        row = {tag_column(kind, side): mark}
        for name, one in FIELDS[kind].items():
            if name in ("name", "last") or self.dice.random() < 0.4:
                value = self._value(crm, side, kind, one)
                row |= _spelled(one, side, value)
                if value is not None:  # what is left empty at first says nothing
                    self._note(kind, mark, name, side, value)
        parts = [self._new_line(crm, side) for _ in range(self.dice.randint(0, 2))]
        parts = [part for part in parts if part] if kind in LINES else []
        crm.add(kind, row, self._named(kind, side, parts), late=late)
        self.hiding = False
        self.ledger.born.add((kind, mark))

    def edit(self, side: str | None = None, only: tuple[str, str] | None = None) -> None:
        """Somebody edits a field, or a line, of a row that is there."""
        side = side or self.side()
        crm = self.crms[side]
        kind, id = only or self._pick(crm)
        if not id:
            return
        row = next((r for r in crm.rows(kind) if r["id"] == id), None)
        if row is None:
            return
        if kind in LINES and self.dice.random() < 0.4:
            self._edit_lines(crm, side, kind, row)
            return
        name = self.dice.choice(list(FIELDS[kind]))
        one = FIELDS[kind][name]
        value = self._value(crm, side, kind, one)
        crm.edit(kind, id, _spelled(one, side, value), late=self._late())
        if value is None and not row[column(one, side)]:
            return  # clearing what is empty is no edit
        self._note(kind, row[tag_column(kind, side)], name, side, value)
        self.hiding = False

    def quarrel(self) -> None:
        """Two people edit the same field of the same row, one on each side."""
        kind = self.dice.choice(list(FIELDS))
        held = {
            side: {row[tag_column(kind, side)]: row for row in crm.rows(kind)}
            for side, crm in self.crms.items()
        }
        both = sorted(set.intersection(*(set(rows) for rows in held.values())))
        if not both:
            return
        mark = self.dice.choice(both)
        name = self.dice.choice([n for n, f in FIELDS[kind].items() if f.kind not in FIELDS])
        for side in self.dice.sample(sorted(held), 2):
            one, crm = FIELDS[kind][name], self.crms[side]
            value = self._value(crm, side, kind, one)
            crm.edit(kind, held[side][mark]["id"], _spelled(one, side, value))
            self._note(kind, mark, name, side, value)

    def remove(self) -> None:
        """Somebody deletes a row."""
        side = self.side()
        crm = self.crms[side]
        kind = self.dice.choice(self.removable)
        rows = crm.rows(kind)
        if not rows:
            return
        row = self.dice.choice(rows)
        try:
            crm.remove(kind, row["id"])
        except Refused:
            return
        mark = row[tag_column(kind, side)]
        self.ledger.removed.add((kind, mark))
        for key in self.ledger.edits:  # gone with the row by the same hand
            if key[:2] == (kind, mark):
                self.ledger.edits[key].append(("nobody", None))
                self.ledger.recent.pop(key, None)
                self.ledger.meddled.pop(key, None)

    def _pick(self, crm: FakeCrm) -> tuple[str, str]:
        kind = self.dice.choice(list(FIELDS))
        rows = crm.rows(kind)
        return kind, self.dice.choice(rows)["id"] if rows else ""

    def _edit_lines(self, crm: FakeCrm, side: str, kind: str, row: Any) -> None:
        at, mark = list_column(kind, side), row[tag_column(kind, side)]
        lines = row[at]
        what = self.dice.random()
        if what < 0.3 or not lines:
            fresh = self._new_line(crm, side)
            if fresh:
                crm.edit(kind, row["id"], {}, self._named(kind, side, [fresh]))
                self._note(kind, mark, f"line {fresh[line_column(side)]}", side, 1)
            return
        line = self.dice.choice(lines)
        tag = line[line_column(side)]
        if what < 0.45:
            crm.edit(kind, row["id"], {}, [PartCall(at, "delete", line["id"])])
            self._note(kind, mark, f"line {tag}", side, None)
            for name in LINE_FIELDS:
                self._note(kind, mark, f"line {tag} {name}", side, None)
            return
        name = self.dice.choice(["count", "price"])
        value = self._value(crm, side, kind, LINE_FIELDS[name])
        change = _spelled(LINE_FIELDS[name], side, value)
        crm.edit(kind, row["id"], {}, [PartCall(at, "update", line["id"], change)])
        self._note(kind, mark, f"line {tag} {name}", side, value)
        self._note(kind, mark, f"line {tag}", side, 1)

    def _new_line(self, crm: FakeCrm, side: str) -> dict[str, Any] | None:
        items = crm.rows("items")
        if not items:
            return None
        row = {line_column(side): f"l{self.dice.randrange(10**9)}"}
        row[column(LINE_FIELDS["item"], side)] = self.dice.choice(items)["id"]
        for name in ("count", "price"):
            row |= _spelled(LINE_FIELDS[name], side, self._value(crm, side, "", LINE_FIELDS[name]))
        return row

    def _named(self, kind: str, side: str, rows: list[dict[str, Any]]) -> list[PartCall]:
        return [PartCall(list_column(kind, side), "create", None, row) for row in rows]

    def _late(self) -> bool:
        self.hiding = self.late and self.dice.random() < 0.2
        return self.hiding

    def _note(self, kind: str, mark: str, name: str, side: str, value: Any) -> None:
        ledger, key = self.ledger, (kind, mark, name)
        now = ledger.meddled if self.meddling else ledger.recent
        for book in (ledger.edits, now):
            book.setdefault(key, []).append((side, value))
        if self.hiding:
            ledger.hidden.add(key)

    def _value(self, crm: FakeCrm, side: str, kind: str, one: Field) -> Any:
        dice = self.dice
        if one.kind == "text":
            return f"x{dice.randrange(10**6)}" + "y" * (20 if dice.random() < 0.2 else 0)
        if one.kind == "number":
            return Decimal(dice.randrange(1, 10**6)) / 100
        if one.kind == "whole":
            return dice.randrange(1, 100)
        if one.kind == "day":
            return f"2026-{dice.randrange(1, 13):02d}-{dice.randrange(1, 29):02d}"
        if one.kind == "choice":
            words = crm.dialect.kinds[kind].columns[column(one, side)].choices or {}
            return dice.choice(list(words))
        rows = crm.rows(one.kind)
        return dice.choice(rows)["id"] if rows and dice.random() < 0.8 else None


def _spelled(one: Field, side: str, value: Any) -> dict[str, Any]:
    name = column(one, side)
    if one.kind == "number":
        shown: Any = str(value) if side == "north" else float(value)
        return {name: shown} | ({CURRENCIES[name]: "EUR"} if name in CURRENCIES else {})
    if one.kind == "day" and side == "south":
        value = f"{value}T12:00:00Z"
    if one.kind == "text":
        value = value[: 40 if side == "north" else one.size]
    if one.kind == "choice" and side == "south":
        value = int(value)
    return {name: value}
