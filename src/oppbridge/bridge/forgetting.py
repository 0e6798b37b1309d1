"""Forgets a person: takes a record out of the store, and shows that nothing of it is left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ..config.sections import RetentionSection
from ..errors import ConfigError
from ..records.values import personal
from ..store import (
    Link,
    Record,
    Store,
    Tx,
    audit,
    cursors,
    forgetting,
    links,
    records,
    runs,
    sending,
    writes,
)

LEAST = 4  # characters of a word that is looked for: shorter ones stand everywhere


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What went, and the proof: how many words were looked for, and where one still stands.

    A word that is `left` stands in somebody else's record: a namesake, a shared telephone.
    """

    entity: str
    uid: str
    erased: Mapping[str, int]
    searched: int
    left: Mapping[str, int]

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)


def forget(store: Store, system: str, key: str, entities: Sequence[str], by: str) -> Forgotten:
    """Erase the record behind a native key whose rows are gone everywhere.

    Raises ConfigError while a row still stands, Unavailable while a run is under way.
    """
    with store.write() as tx:
        record, held = _found(tx, system, key, entities)
        lease = runs.acquire(tx, {f"system:{one.system}" for one in held}, store.clock())
        words = _words(tx, record, held)
        erased = forgetting.erase(tx, record.id)
        if reports := forgetting.scrub(tx, words):
            erased["run"] = reports
        told = {"entity": record.entity, "uid": record.uid, "erased": erased}
        audit.note(tx, store.clock(), by, "forgot", told)
        runs.release(tx, lease)
    store.compact()
    with store.read() as tx:
        left = forgetting.traces(tx, words)
    return Forgotten(record.entity, record.uid, erased, len(words), left)


def purge(store: Store, retention: RetentionSection) -> dict[str, int]:
    """Take out what is older than it may be. Returns how many rows went, by table."""
    days = retention.model_dump()
    if not any(days.values()):
        return {}
    with store.write() as tx:
        gone = forgetting.purge(tx, store.clock(), days)
        if gone:
            audit.note(tx, store.clock(), "retention", "purged", {"days": days, "rows": gone})
    return gone


def _found(tx: Tx, system: str, key: str, entities: Sequence[str]) -> tuple[Record, Sequence[Link]]:
    rows = [one for entity in entities for one in links.by_key(tx, system, entity, [key]).values()]
    if not rows:
        raise ConfigError(f"{system} has shown no row with the key {key!r}")
    id = rows[0].record_id
    held = links.of_records(tx, [id])[id]
    if there := [one for one in held if not one.gone]:
        told = ", ".join(f"{one.system} ({one.key})" for one in there)
        raise ConfigError(
            f"it still stands in {told}: have it deleted there and run the flow; "
            "it would be learned anew"
        )
    if sending.under_way(tx, [id]):
        raise ConfigError("a write about it is under way, or in doubt: run the flow first")
    return records.by_id(tx, [id])[id], held


def _words(tx: Tx, record: Record, held: Sequence[Link]) -> list[str]:
    """What the store knows of a person, in words to look for."""
    told: list[Mapping[str, Any]] = [record.agreed]
    told += [values for one in held for values in (one.shown, one.news, one.lag) if values]
    told += [one.values for one in cursors.observed(tx, [record.id]).get(record.id, [])]
    for row in writes.values_of(tx, record.id):
        told += row
    return sorted(set(_personal(record.entity, told)))


def _personal(entity: str, known: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    names = personal(entity)
    for values in known:
        for path, value in values.items():
            told = path in names or path.startswith(("custom/", "custom."))
            if told and isinstance(value, str) and len(value) >= LEAST:
                yield value
