"""Which links a full reading has shown so far: one bit a link, a megabit is 125 KB."""

from __future__ import annotations

import zlib
from collections.abc import Iterable


class Sweep:
    """A set of link ids that stays small and can be stored between pages."""

    __slots__ = ("_bits",)

    def __init__(self, bits: bytearray | None = None) -> None:
        self._bits = bits if bits is not None else bytearray()

    @classmethod
    def parse(cls, text: bytes | None) -> Sweep:
        """Undo `text`; None is empty."""
        return cls(bytearray(zlib.decompress(text))) if text else cls()

    def text(self) -> bytes:
        """The set in a form the store keeps."""
        return zlib.compress(bytes(self._bits), 1)

    def add(self, ids: Iterable[int]) -> None:
        """Mark these links as shown."""
        for id in ids:
            place = id >> 3
            if place >= len(self._bits):
                self._bits.extend(bytes(max(place + 1 - len(self._bits), 1024)))
            self._bits[place] |= 1 << (id & 7)

    def __contains__(self, id: int) -> bool:
        place = id >> 3
        return place < len(self._bits) and bool(self._bits[place] & (1 << (id & 7)))
