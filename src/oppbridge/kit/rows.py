"""Rows made and changed to try a connector with: their values, and the writes that bring them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from ..contract import Action, Part, Receipt, Write
from ..mapping import CompiledMap, EntityMap
from ..records import Scalar
from .samples import Samples

Values = Mapping[str, Scalar]
Parts = Sequence[tuple[str, Values]]


class Person(Protocol):
    """Edits a row as a person would, past the connector: the given native columns."""

    def __call__(self, entity: str, key: str, row: Mapping[str, Any]) -> None:
        """Carry the edit out."""
        ...


@dataclass(slots=True)
class Rows:
    """Makes rows through a connector's line, each different from all others."""

    line: Any
    batch: int
    samples: Samples
    person: Person | None
    shapes: Mapping[str, EntityMap]
    maps: Mapping[str, CompiledMap]
    _origins: dict[str, str] = field(default_factory=dict)
    _targets: dict[str, str] = field(default_factory=dict)

    def values(self, entity: str) -> dict[str, Scalar]:
        """Header values for one more row; required references point at rows made for it."""
        compiled = self.maps[entity]
        found = self.samples.header(self.shapes[entity])
        for name, target in compiled.references.items():
            if "/" not in name and name in compiled.required:
                found[name] = self.target(target)
        return found

    def part_values(self, entity: str, collection: str) -> dict[str, Scalar]:
        """Values for one more part, required references included."""
        shape = self.shapes[entity]
        found = self.samples.part(shape, collection)
        for name, mapped in shape.collections[collection].fields.items():
            if mapped.lens == "reference" and mapped.required and mapped.entity:
                found[name] = self.target(mapped.entity)
        return found

    def creation(
        self, entity: str, values: Values | None = None, parts: Parts = (), origin: str = ""
    ) -> Write:
        """The write that makes one more row."""
        compiled, uid = self.maps[entity], origin or str(uuid.uuid4())
        row = compiled.created(self.values(entity) if values is None else values)
        if compiled.origin:
            row[compiled.origin] = uid
        made = [self.new_part(entity, collection, given) for collection, given in parts]
        return Write(f"create {uid}", Action.CREATE, uid, None, row, made)

    def new_part(self, entity: str, collection: str, values: Values) -> Part:
        """A part to be created."""
        row = self.maps[entity].created_part(collection, values)
        native = self.maps[entity].collections[collection]
        return Part(native, Action.CREATE, str(uuid.uuid4()), None, row)

    def seed(self, entity: str, count: int) -> list[str]:
        """The keys of this many new rows."""
        writes = [self.creation(entity) for _ in range(count)]
        return [self._made(write, receipt) for write, receipt in self._sent(entity, writes)]

    def make(self, entity: str, values: Values | None = None, parts: Parts = ()) -> str:
        """The key of one new row with these values and parts."""
        write = self.creation(entity, values, parts)
        [(_, receipt)] = self._sent(entity, [write])
        return self._made(write, receipt)

    def target(self, entity: str) -> str:
        """The key of a row to point at."""
        if entity not in self._targets:
            self._targets[entity] = self.make(entity)
        return self._targets[entity]

    def change(
        self, entity: str, key: str, row: Mapping[str, Any], parts: Sequence[Part] = (), **how: Any
    ) -> Write:
        """The write that updates a row, with what the system shows of it now."""
        [shown] = self.line.fetch(entity, [key])
        origin = self._origins.get(key) or str(uuid.uuid4())
        id = f"update {uuid.uuid4()}"
        return Write(
            id, Action.UPDATE, origin, key, row, parts, current=dict(shown.row or {}), **how
        )

    def removal(self, key: str, **how: Any) -> Write:
        """The write that deletes a row."""
        origin = self._origins.get(key) or str(uuid.uuid4())
        return Write(f"delete {uuid.uuid4()}", Action.DELETE, origin, key, {}, **how)

    def edit(self, entity: str, key: str, values: Values) -> None:
        """Someone edits a row: a person where the system lets us play one, else the connector."""
        row = self.maps[entity].write(values)
        if self.person is not None:
            self.person(entity, key, row)
            return
        [receipt] = self.line.write(entity, [self.change(entity, key, row)])
        assert receipt.error is None, f"the edit did not go through: {receipt.error}"

    def _sent(self, entity: str, writes: Sequence[Write]) -> list[tuple[Write, Receipt]]:
        size = self.batch
        receipts: list[Receipt] = []
        for start in range(0, len(writes), size):
            receipts.extend(self.line.write(entity, writes[start : start + size]))
        return list(zip(writes, receipts, strict=True))

    def _made(self, write: Write, receipt: Receipt) -> str:
        assert receipt.error is None, f"the row was not created: {receipt.error}"
        assert receipt.key, "a receipt of a create gives the key"
        self._origins[receipt.key] = write.origin
        return receipt.key
