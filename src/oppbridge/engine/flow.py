"""A flow as the engine runs it: opened systems, members with their part, rules by field."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from ..contract import ConnectorSpec, Finder, Trait
from ..decision import Clash, Enricher, Gate, Policy
from ..match.rules import MatchRules
from ..merge import PRESENCE
from ..records.values import Values, pattern
from .waves import Wave

if TYPE_CHECKING:
    from ..mapping import CompiledMap
    from ..scoring.guard import Guarded


@dataclass(frozen=True, slots=True)
class System:
    """One configured installation, opened."""

    name: str
    connector: Any
    spec: ConnectorSpec
    maps: Mapping[str, CompiledMap]

    def promises(self, entity: str, trait: Trait) -> bool:
        """Whether its connector promises `trait` for `entity`."""
        return self.spec.promises(entity, trait)

    def finds_creates(self, entity: str) -> bool:
        """Whether a create whose answer was lost is made once all the same."""
        keyed = self.promises(entity, Trait.KEYED_CREATES)
        return keyed or (
            isinstance(self.connector, Finder) and self.maps[entity].origin is not None
        )


@dataclass(frozen=True, slots=True)
class Member:
    """One system's part in moving one entity.

    `owns` lists the only fields (`*`, `lines/*/price`) whose edits elsewhere do not count, as far
    as the system has a place for them; `admits` says which records it gets.
    """

    system: System
    reads: bool = True
    writes: bool = True
    creates: bool = True
    owns: tuple[str, ...] = ()
    admits: Callable[[Values], bool] | None = None

    def map(self, entity: str) -> CompiledMap:
        """The compiled map of the entity."""
        return self.system.maps[entity]

    def is_sole_owner(self, entity: str, kind: str) -> bool:
        """Whether a path may be changed by this system only: it owns it, and can tell of it."""
        if not any(fnmatchcase(kind, owned) for owned in self.owns):
            return False
        kinds = self.map(entity)
        collection, slash, rest = kind.partition("/")
        if slash and rest == "*":
            return collection in kinds.collections
        return kind == PRESENCE or kind in kinds.readable

    def shows(self, entity: str, path: str) -> bool:
        """Whether the system has a place for a path that can be read back."""
        kinds, kind = self.map(entity), pattern(path)
        collection, slash, rest = kind.partition("/")
        return collection in kinds.collections if slash and rest == "*" else kind in kinds.readable


@dataclass(frozen=True, slots=True)
class EntityFlow:
    """How one entity moves in a flow. `deletions` is hold, propagate or ignore."""

    entity: str
    members: Mapping[str, Member]
    policy: tuple[str, Policy]
    policies: Mapping[str, tuple[str, Policy]] = field(default_factory=dict)
    owners: Mapping[str, str] = field(default_factory=dict)
    owner_of_all: str | None = None
    deletions: str = "hold"
    match: MatchRules = field(default_factory=MatchRules)
    remembered: bool = False
    scorer: Guarded | None = None
    enrichers: Sequence[Enricher] = ()
    gates: Sequence[tuple[str, Gate]] = ()
    waves: Sequence[Wave] = ()

    def needs(self) -> set[str]:
        """The entities that a record must point at in some system that is written to."""
        maps = [m.map(self.entity) for m in self.members.values() if m.writes]
        return {
            target
            for one in maps
            for path, target in one.references.items()
            if path not in one.optional_references and path in one.writable
        }

    def sole_owner(self, path: str) -> str | None:
        """The only system whose edits of this path count, or None."""
        wanted = pattern(path)
        for name, member in self.members.items():
            if member.is_sole_owner(self.entity, wanted):
                return name
        return None

    def owner(self, path: str) -> str | None:
        """The system said to own this path, for policies."""
        return self.owners.get(pattern(path)) or self.sole_owner(path) or self.owner_of_all

    def policy_of(self, path: str) -> tuple[str, Policy]:
        """The named policy that settles clashes on this path."""
        return self.policies.get(pattern(path), self.policy)


@dataclass(frozen=True, slots=True)
class Ruled:
    """An entity's rules for one record: its waves, and what people have ruled about it."""

    flow: EntityFlow
    rulings: Mapping[str, str]
    waves: Sequence[Wave] = ()

    def sole_owner(self, path: str) -> str | None:
        """See `EntityFlow.sole_owner`; the first wave that covers the path comes before it."""
        wave = self._wave(path)
        if wave is None:
            return self.flow.sole_owner(path)
        return wave.owner if wave.alone else None

    def owner(self, path: str) -> str | None:
        """See `EntityFlow.owner`; the first wave that covers the path comes before it."""
        wave = self._wave(path)
        return self.flow.owner(path) if wave is None else wave.owner

    def _wave(self, path: str) -> Wave | None:
        return next((one for one in self.waves if self._holds(one, path)), None)

    def _holds(self, wave: Wave, path: str) -> bool:
        """Whether a wave covers a path that its owner can tell of."""
        member = self.flow.members[wave.owner]
        there = path == PRESENCE or member.shows(self.flow.entity, path)
        return there and wave.covers(path)

    def winner(self, clash: Clash) -> tuple[str | None, str]:
        """A person's ruling first, then the policy of the path."""
        if clash.path in self.rulings:
            return self.rulings[clash.path], "ruling"
        name, policy = self.flow.policy_of(clash.path)
        return policy(clash), name


@dataclass(frozen=True, slots=True)
class Brake:
    """What a run may do to one entity in one system without asking; None is no limit.

    `changed` is the percentage of the rows there that may be updated or deleted.
    """

    creates: int | None = None
    changed: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    """Which entities move between which systems, in the order they are moved."""

    name: str
    entities: Sequence[EntityFlow]
    brake: Brake = field(default_factory=Brake)

    def systems(self) -> dict[str, System]:
        """Every system that takes part, by name."""
        members = [m for one in self.entities for m in one.members.values()]
        return {member.system.name: member.system for member in members}

    def dependents(self, entity: str) -> list[str]:
        """The other entities that cannot do without one: some system requires them to point at it.

        And those that cannot do without these.
        """
        found = {entity}
        while True:
            more = {one.entity for one in self.entities if one.needs() & found} | found
            if more == found:
                return [one.entity for one in self.entities if one.entity in found - {entity}]
            found = more

    def entity(self, name: str) -> EntityFlow | None:
        """How one entity moves, None where it does not."""
        return next((one for one in self.entities if one.entity == name), None)
