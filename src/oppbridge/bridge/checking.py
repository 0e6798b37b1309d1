"""Looks at everything a run needs, and writes nothing: sign-in, permissions, metadata, maps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ..contract import Describer, Description
from ..engine import System
from ..errors import AccessDenied, OppBridgeError, Retry
from ..store import Store, described
from ..store.described import Described
from .assembly import Assembly
from .drifting import Look, look_at, place, stamp_of


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know before a run.

    `severity` is error, warning or ok; `kind` says of what: access, unreachable, configuration,
    map, schema (a table that is not what it was), or nothing in particular.
    """

    severity: str
    system: str
    entity: str
    message: str
    advice: str = ""
    kind: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)


def check(assembly: Assembly, store: Store, flows: Sequence[str], *, accept: bool) -> list[Finding]:
    """Open these flows' systems, read their metadata, and hold the maps against it.

    What their tables look like is kept, unless it is no longer what a map was made for: that takes
    `accept`, and a map that asks for nothing that is gone.
    """
    out: list[Finding] = []
    entities = [one for flow in flows for one in assembly.section(flow).entities.values()]
    for name in {system: None for one in entities for system in one.systems}:
        try:
            with assembly.opened([name]) as systems:
                out += _system(assembly, store, systems[name], accept=accept)
        except OppBridgeError as exc:
            out.append(Finding("error", name, "", str(exc), _advice(exc), _kind(exc)))
    return out


def check_maps(assembly: Assembly, system: str, entity: str | None) -> list[Finding]:
    """Hold the maps of one system against its live metadata."""
    with assembly.opened([system]) as systems:
        return list(_maps(assembly, systems[system], entity))


def _system(assembly: Assembly, store: Store, system: System, *, accept: bool) -> Iterable[Finding]:
    if isinstance(system.connector, Describer):
        with store.read() as tx:
            known = described.digests(tx)
        stamp, keeping = stamp_of(system), list[Described]()
        for entity in assembly.maps(system.name):
            look = look_at(assembly, store, known, system, entity, stamp)
            if look.description is not None:
                yield from _map(assembly, system, entity, look.description)
            yield from _drifted(assembly, system, entity, look, accept=accept)
            kept = not look.stops or (accept and not any(one.absent for one in look.stops))
            if kept and look.fresh is not None:
                keeping.append(look.fresh)
        if keeping:
            with store.write() as tx:
                described.keep(tx, keeping, store.clock())
    else:
        yield _undescribed(system)
    yield Finding("ok", system.name, "", "signed in, and read the metadata its maps need")


def _drifted(
    assembly: Assembly, system: System, entity: str, look: Look, *, accept: bool
) -> Iterable[Finding]:
    file = assembly.map_file(system.name, entity)
    for one in look.drifts:
        message = f"{place(one)} ({one.field or '-'} in {file}) {one.message}"
        if not one.stops:
            yield Finding("ok", system.name, entity, message, one.advice, "schema")
        elif not accept or one.absent:
            advice = one.advice if one.absent else f"{one.advice}, or accept it with --accept"
            yield Finding("error", system.name, entity, message, advice, "schema")
        else:
            yield Finding("ok", system.name, entity, f"accepted: {message}", "", "schema")


def _maps(assembly: Assembly, system: System, only: str | None) -> Iterable[Finding]:
    if not isinstance(system.connector, Describer):
        yield _undescribed(system)
        return
    for entity in assembly.maps(system.name):
        if only in (None, entity):
            yield from _map(assembly, system, entity, system.connector.describe(entity))


def _undescribed(system: System) -> Finding:
    return Finding("warning", system.name, "", "its connector cannot describe its tables")


def _map(
    assembly: Assembly, system: System, entity: str, description: Description
) -> Iterable[Finding]:
    from ..mapping.check import check_map

    maps = assembly.maps(system.name)
    natives = {name: one.native for name, one in maps.items()}
    for found in check_map(maps[entity], description, natives):
        where = f"{found.field or '-'} ({found.column or '-'})"
        message = f"{where}: {found.message}"
        yield Finding(found.severity, system.name, entity, message, found.advice, "map")


def _kind(exc: OppBridgeError) -> str:
    if isinstance(exc, AccessDenied):
        return "access"
    return "unreachable" if isinstance(exc, Retry) else "configuration"


def _advice(exc: OppBridgeError) -> str:
    if isinstance(exc, AccessDenied):
        return "check client id, secret and the application user's security roles"
    return ""
