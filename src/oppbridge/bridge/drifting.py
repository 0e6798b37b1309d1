"""Compares what systems' tables look like now with what they looked like, before any write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..contract import Describer, Description, Surveyor
from ..engine import Line, System
from ..errors import Reject, Retry, SchemaDrift, Stop
from ..store import Store, described
from ..store.described import Described
from .assembly import Assembly

if TYPE_CHECKING:
    from ..mapping.drift import Drift

Known = Mapping[tuple[str, str], tuple[str, str | None]]


@dataclass(frozen=True, slots=True)
class Look:
    """One entity's table as it is now, None where it is gone, and what changed since it was kept.

    `fresh` is what to keep, None where there is nothing new.
    """

    description: Description | None
    drifts: Sequence[Drift] = ()
    fresh: Described | None = None

    @property
    def stops(self) -> list[Drift]:
        """What the map must not be used for."""
        return [one for one in self.drifts if one.stops]


def survey(assembly: Assembly, line: Line, only: Sequence[str] | None = None) -> None:
    """Bar the entities whose map no longer fits a system's table; note what is merely new.

    What is seen is kept with the run's end, unless the entity is barred.
    """
    with line.store.read() as tx:
        known = described.digests(tx)
    for name, system in line.flow.systems().items():
        entities = [one.entity for one in line.chosen(only) if name in one.members]
        if not isinstance(system.connector, Describer) or not entities:
            continue
        try:
            _survey(assembly, line, system, entities, known)
        except Retry as exc:
            line.report.trouble(f"{name}: {exc}")
            line.out.add(name)
        except (Stop, Reject) as exc:
            line.stop(name, f"{name}: {exc}", exc)


def _survey(
    assembly: Assembly, line: Line, system: System, entities: Sequence[str], known: Known
) -> None:
    stamp = stamp_of(system)
    for entity in entities:
        if stamp is not None and known.get((system.name, entity), ("", None))[1] == stamp:
            continue
        look = look_at(assembly, line.store, known, system, entity, stamp)
        if look.stops:
            others = line.flow.dependents(entity)
            line.barred |= {entity, *others}
            for one in look.stops:
                line.report.stop(told(assembly, system.name, entity, others, one))
            continue
        if look.drifts:
            line.report.notice(noted(system.name, look.drifts))
        if look.fresh is not None:
            line.described.append(look.fresh)


def stamp_of(system: System) -> str | None:
    """What the system says of its metadata as a whole."""
    return system.connector.survey() if isinstance(system.connector, Surveyor) else None


def look_at(
    assembly: Assembly, store: Store, known: Known, system: System, entity: str, stamp: str | None
) -> Look:
    """Describe an entity's table and hold it against what was kept of it."""
    from ..mapping.drift import absent_table, drifts
    from ..mapping.snapshot import description_of, digest_of, text_of

    try:
        description = system.connector.describe(entity)
    except SchemaDrift as exc:
        native = system.maps[entity].native
        return Look(None, [absent_table(native, message=f"cannot be used ({exc})")])
    if description.assumed:
        return Look(description)
    text = text_of(description)
    digest = digest_of(text)
    if known.get((system.name, entity)) == (digest, stamp):
        return Look(description)
    fresh = Described(system.name, entity, text, digest, stamp)
    before = known.get((system.name, entity), (digest, None))[0]
    if before == digest:
        return Look(description, (), fresh)
    with store.read() as tx:
        was = description_of(described.text(tx, system.name, entity))
    part = assembly.part(system.name, entity)
    found = drifts(assembly.maps(system.name)[entity], was, description_of(text), part)
    return Look(description, found, fresh)


def told(assembly: Assembly, system: str, entity: str, others: Sequence[str], one: Drift) -> str:
    """A stop in words: what, where, who stands still, and what to do."""
    file = assembly.map_file(system, entity)
    where = f"{one.field} in {file}" if one.field else file
    with_it = f", and with it {', '.join(others)}" if others else ""
    what = f"{system}: {place(one)} ({where}) {one.message}: {entity} stands still{with_it}"
    if one.absent:
        return f"{what}; {one.advice}"
    return f"{what}; {one.advice}, or run `oppbridge check --accept`"


def noted(system: str, found: Sequence[Drift]) -> str:
    """Everything that is merely new in one table, in one line."""
    said = "; ".join(f"{one.column} {one.message}" for one in found)
    return f"{system}: {found[0].table}: {said}"


def place(one: Drift) -> str:
    """Table and column."""
    return f"{one.table}.{one.column}" if one.column else one.table
