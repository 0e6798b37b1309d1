"""Which links a full reading has shown so far: one byte a link, packed well where it is stored."""

from __future__ import annotations

import zlib
from collections.abc import Iterable


class Sweep:
    """A set of link ids that costs next to nothing and can be stored between pages."""

    __slots__ = ("_marks",)

    def __init__(self, marks: bytearray | None = None) -> None:
        self._marks = marks if marks is not None else bytearray()

    @classmethod
    def parse(cls, text: bytes | None) -> Sweep:
        """Undo `text`; None is empty."""
        return cls(bytearray(zlib.decompress(text))) if text else cls()

    def text(self) -> bytes:
        """The set in a form the store keeps."""
        return zlib.compress(self._marks, 1)

    def add(self, ids: Iterable[int]) -> None:
        """Mark these links as shown."""
        chosen = list(ids)
        if not chosen:
            return
        marks, top = self._marks, max(chosen)
        if top >= len(marks):
            marks.extend(bytes(top + 1024 - len(marks)))
        for id in chosen:
            marks[id] = 1

    def missing(self, ids: Iterable[int]) -> list[int]:
        """Those of these links that were not shown."""
        marks, size = self._marks, len(self._marks)
        return [id for id in ids if id >= size or not marks[id]]

    def __contains__(self, id: int) -> bool:
        return not self.missing((id,))
