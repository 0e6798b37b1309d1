"""Checks that every name in a configuration means something: systems, entities, fields."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..errors import ConfigError
from ..match.rules import DOMAIN
from ..nearest import suggestion
from ..records import ENTITIES
from ..records.fields import references
from ..records.values import collections, known_field, model
from .filters import compile_filter
from .problems import Key, problem
from .sections import Configuration, EntitySection, FlowSection, MatchSection, ShortMatch

Found = tuple[list[Key], str]


def unknown_names(found: Configuration) -> list[str]:
    """One line for each name that means nothing."""
    problems: list[Found] = []
    for name, system in found.systems.items():
        problems += [
            (["systems", name, "maps", entity], _no_entity(entity))
            for entity in system.maps
            if entity not in ENTITIES
        ]
    for name, flow in found.flows.items():
        problems += _flow(["flows", name], flow, found.systems)
    return [problem(found.path, path, message) for path, message in problems]


def _flow(path: list[Key], flow: FlowSection, systems: Iterable[str]) -> Iterator[Found]:
    for entity, section in flow.entities.items():
        here: list[Key] = [*path, "entities", entity]
        if entity not in ENTITIES:
            yield here, _no_entity(entity)
            continue
        yield from _systems(here, section, list(systems))
        yield from _idle(here, section)
        yield from _fields(here, entity, section)
        yield from _filters(here, entity, section)
    for index, part in enumerate(flow.enrichers):
        system = part.settings.get("system")
        if isinstance(system, str) and system not in systems:
            hint = suggestion(system, systems)
            yield [*path, "enrichers", index, "system"], f"there is no system {system!r}{hint}"


def _no_entity(entity: str) -> str:
    have = ", ".join(ENTITIES)
    return f"there is no entity {entity!r}{suggestion(entity, ENTITIES)} (there are {have})"


def _systems(path: list[Key], section: EntitySection, systems: list[str]) -> Iterator[Found]:
    for name in section.systems:
        if name not in systems:
            hint = suggestion(name, systems)
            yield [*path, "systems", name], f"there is no system {name!r}{hint}"
    owners: list[tuple[list[Key], str]] = []
    if section.owner is not None:
        owners.append((["owner"], section.owner))
    for field, rule in section.fields.items():
        if rule.owner is not None:
            owners.append((["fields", field, "owner"], rule.owner))
    owners += [(["waves", i, "owner"], wave.owner) for i, wave in enumerate(section.waves)]
    for inner, owner in owners:
        if owner not in section.systems:
            hint = suggestion(owner, section.systems)
            yield [*path, *inner], f"{owner!r} does not take part here{hint}"


def _idle(path: list[Key], section: EntitySection) -> Iterator[Found]:
    """An entity that no system gives or takes does not move."""
    parts = section.systems.values()
    if not any(part.reads for part in parts):
        yield [*path, "systems"], "no system reads: nobody's edits would count"
    if not any(part.writes for part in parts):
        yield [*path, "systems"], "no system writes: nobody would receive a change"


def _fields(path: list[Key], entity: str, section: EntitySection) -> Iterator[Found]:
    named: list[tuple[list[Key], str]] = [(["fields", name], name) for name in section.fields]
    for system, part in section.systems.items():
        named += [
            (["systems", system, "owns", index], name)
            for index, name in enumerate(part.owns)
            if name != "*"
        ]
    named += [
        (["waves", place, "fields", index], name)
        for place, wave in enumerate(section.waves)
        for index, name in enumerate(wave.fields)
        if name != "*"
    ]
    valid = _spellings(entity)
    yield from _match(path, entity, section.match)
    for inner, name in named:
        if name not in valid and not (known_field(entity, name) and name.startswith("custom.")):
            yield [*path, *inner], f"{name!r} is no field of {entity}{suggestion(name, valid)}"


def _match(path: list[Key], entity: str, section: MatchSection) -> Iterator[Found]:
    """Fields to match by: what has one value that means the same in every system."""
    exact: list[Key] = ["match"] if isinstance(section, ShortMatch) else ["match", "exact"]
    named: list[tuple[list[Key], str]] = [([*exact, i], n) for i, n in enumerate(section.exact)]
    if section.fuzzy is not None:
        named += [(["match", "fuzzy", "fields", name], name) for name in section.fuzzy.fields]
    fields = model(entity).model_fields
    valid = [name for name in fields if name != "custom" and name not in collections(entity)]
    if {"website", "email"} & set(fields):
        valid.append(DOMAIN)
    for inner, name in named:
        if name in references(model(entity)):
            yield [*path, *inner], f"{name!r} points at another record; match by what is its own"
        elif name not in valid and not name.startswith("custom."):
            yield [*path, *inner], f"{name!r} is no field of {entity}{suggestion(name, valid)}"


def _spellings(entity: str) -> list[str]:
    """Every way to name fields of an entity: `name`, `lines`, `lines/*`, `lines/*/price`."""
    names = [name for name in model(entity).model_fields if name != "custom"]
    for collection, part in collections(entity).items():
        names += [f"{collection}/*", *(f"{collection}/*/{name}" for name in part.model_fields)]
    return names


def _filters(path: list[Key], entity: str, section: EntitySection) -> Iterator[Found]:
    told: list[tuple[list[Key], str | None]] = [
        (["systems", system, "filter"], part.filter) for system, part in section.systems.items()
    ]
    told += [(["waves", place, "when"], wave.when) for place, wave in enumerate(section.waves)]
    for inner, text in told:
        try:
            if text is not None:
                compile_filter(text, entity)
        except ConfigError as exc:
            yield [*path, *inner], str(exc)
