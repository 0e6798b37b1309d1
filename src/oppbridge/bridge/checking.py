"""Looks at everything a run needs, and writes nothing: sign-in, permissions, metadata, maps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ..contract import Describer
from ..engine import System
from ..errors import AccessDenied, OppBridgeError, Retry
from .assembly import Assembly


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know before a run.

    `severity` is error, warning or ok; `kind` says of what: access, unreachable, configuration,
    map, or nothing in particular.
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


def check(assembly: Assembly, names: Sequence[str]) -> list[Finding]:
    """Open these systems, read their metadata, and hold the maps against it."""
    out: list[Finding] = []
    for name in names:
        try:
            with assembly.opened([name]) as systems:
                out += _system(assembly, systems[name])
        except OppBridgeError as exc:
            out.append(Finding("error", name, "", str(exc), _advice(exc), _kind(exc)))
    return out


def check_maps(assembly: Assembly, system: str, entity: str | None) -> list[Finding]:
    """Hold the maps of one system against its live metadata."""
    with assembly.opened([system]) as systems:
        return list(_maps(assembly, systems[system], entity))


def _system(assembly: Assembly, system: System) -> Iterable[Finding]:
    yield from _maps(assembly, system, None)
    yield Finding("ok", system.name, "", "signed in, and read the metadata its maps need")


def _maps(assembly: Assembly, system: System, only: str | None) -> Iterable[Finding]:
    from ..mapping.check import check_map

    if not isinstance(system.connector, Describer):
        yield Finding("warning", system.name, "", "its connector cannot describe its tables")
        return
    maps = assembly.maps(system.name)
    natives = {entity: one.native for entity, one in maps.items()}
    for entity, one in maps.items():
        if only in (None, entity):
            described = system.connector.describe(entity)
            for found in check_map(one, described, natives):
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
