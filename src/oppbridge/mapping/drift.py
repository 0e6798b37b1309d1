"""What a table has become since a map was last found to fit it, as far as the map uses it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from ..contract import Column, Description
from .shape import EntityMap
from .uses import Use, codes, part_uses, uses


class Kind(StrEnum):
    """In what way a table is another than before."""

    TABLE = "table"  # gone, or under another name
    GONE = "gone"
    RENAMED = "renamed"  # gone, and one like it is new
    RETYPED = "retyped"
    NARROWED = "narrowed"
    COARSER = "coarser"
    READ_ONLY = "read-only"
    REQUIRED = "required"
    OPTION_GONE = "option gone"
    TARGET_GONE = "target gone"
    ADDED = "added"
    OPTION_ADDED = "option added"
    WIDENED = "widened"
    MANDATORY = "mandatory"  # and the map fills it, unless the record has nothing


NOTICES = frozenset({Kind.ADDED, Kind.OPTION_ADDED, Kind.WIDENED, Kind.MANDATORY})
ABSENT = frozenset({Kind.TABLE, Kind.GONE, Kind.RENAMED})


@dataclass(frozen=True, slots=True)
class Drift:
    """One thing that changed. `column` is empty for the table itself; `field` where no field is."""

    kind: Kind
    table: str
    column: str
    field: str
    message: str
    advice: str = ""

    @property
    def stops(self) -> bool:
        """Whether the map must not be used before somebody has looked at it."""
        return self.kind not in NOTICES

    @property
    def absent(self) -> bool:
        """Whether the map asks for something that is not there."""
        return self.kind in ABSENT


@dataclass(frozen=True, slots=True)
class Part:
    """What a system does with an entity in any flow, and which native tables entities have."""

    writes: bool = True
    creates: bool = True
    natives: Mapping[str, str] | None = None


def drifts(map: EntityMap, was: Description, now: Description, part: Part) -> list[Drift]:
    """What changed, what stops first. Nothing for a table that is not there yet."""
    if was.assumed or now.assumed:
        return []
    found = list(_of_table(was, now, uses(map), part))
    for name, collection in map.collections.items():
        inner, other = was.collections.get(collection.at), now.collections.get(collection.at)
        if inner is not None and other is not None:
            if not (inner.assumed or other.assumed):
                found += _of_table(inner, other, part_uses(map, name, collection), part)
        elif inner is not None:
            found.append(absent_table(was.native, collection.at, name))
    return sorted(found, key=lambda one: (not one.stops, one.table, one.column, one.kind))


def absent_table(
    table: str, collection: str = "", field: str = "", message: str = "is gone"
) -> Drift:
    """A table, or a collection of its parts, that is not there any more."""
    return Drift(Kind.TABLE, table, collection, field, message, "correct the map")


def _of_table(
    was: Description, now: Description, used: Mapping[str, Use], part: Part
) -> Iterator[Drift]:
    if was.native != now.native:
        message = f"is called {now.native} now"
        yield Drift(Kind.TABLE, was.native, "", "", message, "correct `native` in the map")
    for name, old in was.columns.items():
        use, new = used.get(name), now.columns.get(name)
        if use is None:
            continue
        if new is None:
            yield _gone(was, now, old, use)
            continue
        for kind, message, advice in _of_column(old, new, use, part):
            yield Drift(kind, now.native, name, use.told, message, advice)
    for name, new in now.columns.items():
        old_one = was.columns.get(name)
        use = used.get(name, Use())
        if new.required and new.creatable and not (old_one and old_one.required):
            yield from _required(now.native, new, use, part)
        elif old_one is None:
            yield Drift(Kind.ADDED, now.native, name, use.told, "is new")


def _gone(was: Description, now: Description, old: Column, use: Use) -> Drift:
    fresh = [new for name, new in now.columns.items() if name not in was.columns]
    alike = [new.name for new in fresh if _facets(new) == _facets(old)]
    if len(alike) == 1:
        message, advice = f"is gone; {alike[0]}, which is new, is just like it", f"map {alike[0]}"
        return Drift(Kind.RENAMED, was.native, old.name, use.told, message, advice)
    advice = "map another column, or take it out of the map"
    return Drift(Kind.GONE, was.native, old.name, use.told, "is gone", advice)


def _facets(column: Column) -> object:
    choices = column.choices and tuple(sorted(column.choices))
    return column.kind, column.length, column.precision, choices, column.target, column.updatable


Found = Iterator[tuple[Kind, str, str]]


def _of_column(old: Column, new: Column, use: Use, part: Part) -> Found:
    if old.kind != new.kind:
        yield Kind.RETYPED, f"is {new.kind}, and was {old.kind}", f"use a lens for {new.kind}"
        return
    yield from _length(old, new, use)
    yield from _precision(old, new, use)
    yield from _range(old, new, use, part)
    yield from _choices(old, new, use)
    yield from _targets(old, new, use, part)
    if part.writes:
        yield from _rights(old, new, use, part)


def _length(old: Column, new: Column, use: Use) -> Found:
    if old.length == new.length:
        return
    told = f"holds {_many(new.length)} characters, and held {_many(old.length)}"
    mapped = [field.length for field in use.fields.values()]
    longest = _most(mapped, old.length)
    if new.length is not None and (longest is None or longest > new.length):
        yield Kind.NARROWED, told, f"set `length: {new.length}`"
    elif new.length is None or (old.length is not None and new.length > old.length):
        yield Kind.WIDENED, told, ""


def _precision(old: Column, new: Column, use: Use) -> Found:
    if old.precision == new.precision:
        return
    told = f"keeps {_many(new.precision)} decimal places, and kept {_many(old.precision)}"
    mapped = [None if field.scale else field.precision for field in use.fields.values()]
    finest = _most(mapped, old.precision)
    if new.precision is not None and (finest is None or finest > new.precision):
        yield Kind.COARSER, told, f"set `precision: {new.precision}`"
    elif new.precision is None or (old.precision is not None and new.precision > old.precision):
        yield Kind.WIDENED, told, ""


def _most(mapped: list[int | None], native: int | None) -> int | None:
    """The most that can have come this way: what the maps let through, within the column."""
    widest = None if not mapped or None in mapped else max(one for one in mapped if one is not None)
    bounds = [one for one in (widest, native) if one is not None]
    return min(bounds, default=None)


def _many(count: int | None) -> str:
    return "any number of" if count is None else str(count)


def _range(old: Column, new: Column, use: Use, part: Part) -> Found:
    told = f"takes {_bound(new.minimum)} to {_bound(new.maximum)}, "
    told += f"and took {_bound(old.minimum)} to {_bound(old.maximum)}"
    low, high = _lowest(new) - _lowest(old), _highest(old) - _highest(new)
    if low > 0 or high > 0:
        if use.writes and part.writes:
            yield Kind.NARROWED, told, "see whether your values fit"
    elif low < 0 or high < 0:
        yield Kind.WIDENED, told, ""


_FAR = 1e300  # a difference of infinities would be no number


def _lowest(column: Column) -> float:
    return -_FAR if column.minimum is None else column.minimum


def _highest(column: Column) -> float:
    return _FAR if column.maximum is None else column.maximum


def _bound(value: float | None) -> str:
    return "anything" if value is None else f"{value:g}"


def _choices(old: Column, new: Column, use: Use) -> Found:
    if old.choices is None or new.choices is None:
        return
    had, has = _options(old.choices), _options(new.choices)
    mapped = {name: codes(field, new.name) for name, field in use.fields.items()}
    for code in sorted(had.keys() - has.keys()):
        if any(known is None or code in known for known in mapped.values()):
            yield Kind.OPTION_GONE, f"can no longer be {had[code]}", "take it out of `words`"
    for code in sorted(has.keys() - had.keys()):
        message = f"can now be {has[code]}"
        if _without_word(use, mapped, code):
            message += ", for which the map has no word: rows with it are set aside"
        yield Kind.OPTION_ADDED, message, ""


def _options(choices: Mapping[str, str]) -> dict[str, str]:
    """By code as maps compare it, each option in words."""
    return {
        code.lower(): code if code == label else f"{code} ({label})"
        for code, label in choices.items()
    }


def _without_word(use: Use, mapped: Mapping[str, set[str] | None], code: str) -> bool:
    return any(
        known is not None and code not in known and use.fields[name].otherwise is None
        for name, known in mapped.items()
        if use.fields[name].reads
    )


def _targets(old: Column, new: Column, use: Use, part: Part) -> Found:
    if not old.target or not new.target:
        return
    wanted = {table for one in use.targets if (table := (part.natives or {}).get(one))}
    gone = (set(old.target) - set(new.target)) & wanted
    if gone:
        told = f"no longer points at {', '.join(sorted(gone))}, but at {', '.join(new.target)}"
        yield Kind.TARGET_GONE, told, "map another column"
    for table in sorted(set(new.target) - set(old.target)):
        yield Kind.WIDENED, f"may point at {table} too", ""


def _rights(old: Column, new: Column, use: Use, part: Part) -> Found:
    if not use.writes:
        return
    if old.updatable and not new.updatable and not use.create_only:
        yield Kind.READ_ONLY, "cannot be changed any more", "set `direction: read`"
    elif old.creatable and not new.creatable and part.creates:
        yield Kind.READ_ONLY, "cannot be set on create any more", "set `direction: read`"
    elif (new.updatable, new.creatable) > (old.updatable, old.creatable):
        yield Kind.WIDENED, "may be written now", ""


def _required(table: str, new: Column, use: Use, part: Part) -> Iterator[Drift]:
    if use.given or not (part.writes and part.creates):
        return
    if use.written:
        message = "is mandatory now: creates that leave it empty will be refused"
        yield Drift(Kind.MANDATORY, table, new.name, use.told, message)
        return
    advice = "map a field to it, or a constant"
    message = "is mandatory now, and nothing writes it"
    yield Drift(Kind.REQUIRED, table, new.name, use.told, message, advice)
