"""Says how the systems that hold one record differ. Pure: links and values in, differences out.

A system stands for the agreed value of a field, except where it lags, and where it shows something
else than it did. So what a system rounds or cuts short is no difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ...errors import Invalid
from ...merge import PRESENCE
from ...records.scalars import Scalar
from ...store import Record
from ..flow import EntityFlow, Member
from ..plan import updatable
from ..translate import News
from .finding import Difference, Kind


@dataclass(frozen=True, slots=True)
class Standing:
    """One record as its systems show it now: `news` by system."""

    flow: EntityFlow
    record: Record
    news: Mapping[str, News]

    def differences(self) -> Iterator[Difference]:
        """Every system that differs, in the flow's order."""
        live = [name for name, one in self.news.items() if not one.link.gone]
        if self.record.agreed and PRESENCE not in self.record.agreed:
            for name in live:
                yield self._told(Kind.EXTRA, name)
            return
        if not live:
            return
        for name, member in self.flow.members.items():
            if name not in live and self._wants(member):
                yield self._told(Kind.MISSING, name)
        yield from self._fields(live)

    def _wants(self, member: Member) -> bool:
        """Whether a system without the record should have it, or its deletion be heard of."""
        one = self.news.get(member.system.name)
        if one is not None:
            if self.flow.deletions == "ignore":
                return False
            if one.changed.get(PRESENCE, True) is None:
                return True
        if not (member.writes and member.creates):
            return False
        values = dict(self.record.agreed) or self._only()
        try:
            return member.admits is None or member.admits(values)
        except Invalid:
            return True

    def _only(self) -> dict[str, Scalar]:
        """What a record nobody has decided yet says of itself."""
        return {p: v for one in self.news.values() for p, v in one.changed.items() if v is not None}

    def _fields(self, live: Sequence[str]) -> Iterator[Difference]:
        by_system: dict[str, dict[str, Mapping[str, Scalar]]] = {}
        for path in sorted({p for name in live for p in self._doubtful(name)}):
            values = {name: self._stands(name, path) for name in live if self._counts(name, path)}
            if len(set(values.values())) > 1:
                for name in self._blamed(values, path):
                    by_system.setdefault(name, {})[path] = values
        for name, fields in by_system.items():
            yield self._told(Kind.DIFFERENT, name, fields)

    def _doubtful(self, name: str) -> Iterator[str]:
        """Paths in which a system may differ: it lags and could be told, or shows another value."""
        one = self.news[name]
        yield from (p for p in one.link.lag if p != PRESENCE and self._tellable(name, p))
        for path in one.changed:
            if path != PRESENCE and any(self._tellable(other, path) for other in self.news):
                yield path

    def _counts(self, name: str, path: str) -> bool:
        one = self.news[name]
        told = path not in one.link.lag or path in one.changed or self._tellable(name, path)
        return told and self.flow.members[name].shows(self.flow.entity, path)

    def _stands(self, name: str, path: str) -> Scalar:
        one = self.news[name]
        if path in one.changed:
            return one.changed[path]
        agreed = self.record.agreed.get(path)
        return one.link.lag.get(path) if path in one.link.lag else agreed

    def _blamed(self, values: Mapping[str, Scalar], path: str) -> list[str]:
        """The systems that do not stand for what is agreed."""
        agreed = self.record.agreed.get(path)
        return [name for name, value in values.items() if value != agreed]

    def _tellable(self, name: str, path: str) -> bool:
        member = self.flow.members[name]
        return member.writes and updatable(member.map(self.flow.entity), path)

    def _told(
        self, kind: Kind, name: str, fields: Mapping[str, Mapping[str, Scalar]] | None = None
    ) -> Difference:
        one = self.news.get(name)
        key = one.link.key if one else None
        uid = self.record.uid
        return Difference(kind, self.flow.entity, name, key, uid, fields or {})
