"""Checks of documents: their parts are created, updated and deleted one by one."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from ..contract import Action, Part
from ..mapping import FieldMap
from ..records import Scalar
from .rows import Values
from .trial import Trial


class PartChecks:
    """Only the given parts are touched, and of them only the given columns."""

    def test_a_document_is_created_with_its_parts(self, trial: Trial, entity: str) -> None:
        for collection in collections(trial, entity):
            given = [trial.rows.part_values(entity, collection) for _ in range(3)]
            write = trial.rows.creation(entity, parts=[(collection, values) for values in given])
            receipt = trial.write(entity, write)
            assert receipt.error is None
            assert receipt.key
            shown = shown_parts(trial, entity, receipt.key, collection)
            assert set(receipt.parts) == {part.id for part in write.parts}
            for part, values in zip(write.parts, given, strict=True):
                assert_shows(trial, (entity, collection), shown[receipt.parts[part.id]], values)
            assert len(shown) == 3

    def test_a_part_added_later_leaves_the_others_alone(self, trial: Trial, entity: str) -> None:
        for collection in collections(trial, entity):
            key = document(trial, entity, collection, 2)
            before = shown_parts(trial, entity, key, collection)
            values = trial.rows.part_values(entity, collection)
            part = trial.rows.new_part(entity, collection, values)
            receipt = trial.write(entity, trial.rows.change(entity, key, {}, [part]))
            assert receipt.error is None
            after = shown_parts(trial, entity, key, collection)
            assert_shows(trial, (entity, collection), after.pop(receipt.parts[part.id]), values)
            assert after == before

    def test_an_updated_part_changes_only_as_told(self, trial: Trial, entity: str) -> None:
        for collection in collections(trial, entity):
            field = a_field(trial, entity, collection)
            key = document(trial, entity, collection, 2)
            before = shown_parts(trial, entity, key, collection)
            part, values = next(iter(before)), trial.rows.part_values(entity, collection)
            update = to_update(trial, (entity, collection), part, {field: values[field]})
            assert trial.write(entity, trial.rows.change(entity, key, {}, [update])).error is None
            told = trial.maps[entity].predict_part(collection, {field: values[field]})
            after = shown_parts(trial, entity, key, collection)
            assert after == {**before, part: {**before[part], **told}}

    def test_a_deleted_part_leaves_the_others_alone(self, trial: Trial, entity: str) -> None:
        for collection in collections(trial, entity):
            key = document(trial, entity, collection, 3)
            before = shown_parts(trial, entity, key, collection)
            part = list(before)[1]
            gone = Part(trial.maps[entity].collections[collection], Action.DELETE, part, part, {})
            assert trial.write(entity, trial.rows.change(entity, key, {}, [gone])).error is None
            del before[part]
            assert shown_parts(trial, entity, key, collection) == before

    def test_several_parts_change_in_one_write(self, trial: Trial, entity: str) -> None:
        for collection in collections(trial, entity):
            field = a_field(trial, entity, collection)
            key = document(trial, entity, collection, 2)
            first, second = shown_parts(trial, entity, key, collection)
            values = trial.rows.part_values(entity, collection)
            native = trial.maps[entity].collections[collection]
            parts = [
                trial.rows.new_part(entity, collection, values),
                to_update(trial, (entity, collection), first, {field: values[field]}),
                Part(native, Action.DELETE, second, second, {}),
            ]
            receipt = trial.write(entity, trial.rows.change(entity, key, {}, parts))
            assert receipt.error is None
            shown = shown_parts(trial, entity, key, collection)
            assert set(shown) == {first, receipt.parts[parts[0].id]}
            assert shown[first][field] == shown[receipt.parts[parts[0].id]][field]

    def test_a_changed_part_shows_in_the_feed(self, trial: Trial, entity: str) -> None:
        for collection in collections(trial, entity):
            key = document(trial, entity, collection, 1)
            cursor = [page.cursor for page in trial.walk(entity)][-1]
            values = trial.rows.part_values(entity, collection)
            part = trial.rows.new_part(entity, collection, values)
            trial.write(entity, trial.rows.change(entity, key, {}, [part]))
            changes = [c for page in trial.walk(entity, cursor=cursor) for c in page.changes]
            rows = [change.row for change in changes if change.key == key]
            assert rows, "a document whose part was added is not shown again"
            native = trial.maps[entity].collections[collection]
            assert rows[-1] is not None
            assert len(rows[-1][native]) == 2


def collections(trial: Trial, entity: str) -> list[str]:
    """The collections of the entity that can be written; skips where there are none."""
    compiled = trial.maps[entity]
    found = [
        name
        for name in compiled.collections
        if any(path.startswith(f"{name}/*/") for path in compiled.writable)
    ]
    if not found:
        pytest.skip(f"the map of {entity} writes no parts")
    return found


def document(trial: Trial, entity: str, collection: str, count: int) -> str:
    """The key of a new row with this many parts."""
    values = [(collection, trial.rows.part_values(entity, collection)) for _ in range(count)]
    return trial.rows.make(entity, parts=values)


def shown_parts(
    trial: Trial, entity: str, key: str, collection: str
) -> dict[str, dict[str, Scalar]]:
    """The values of a row's parts as shown, by native key, without what only the system sets."""
    compiled = trial.maps[entity]
    found: dict[str, dict[str, Scalar]] = {}
    for path, value in trial.shown(entity, key).items():
        name, _, rest = path.partition("/")
        if name != collection or not rest:
            continue
        part, _, field = rest.partition("/")
        fields = found.setdefault(part.replace("%2F", "/").replace("%25", "%"), {})
        if field and f"{collection}/*/{field}" in compiled.writable:
            fields[field] = value
    return found


def assert_shows(
    trial: Trial, where: tuple[str, str], shown: Mapping[str, Scalar], values: Values
) -> None:
    """The part shows these values, as the map predicts them."""
    entity, collection = where
    for field, expected in trial.maps[entity].predict_part(collection, values).items():
        if f"{collection}/*/{field}" in trial.maps[entity].readable:
            assert shown[field] == expected, f"{collection} {field}"


def to_update(trial: Trial, where: tuple[str, str], key: str, values: Values) -> Part:
    """A part to be updated."""
    entity, collection = where
    compiled = trial.maps[entity]
    row = compiled.write_part(collection, values)
    return Part(compiled.collections[collection], Action.UPDATE, key, key, row)


def a_field(trial: Trial, entity: str, collection: str) -> str:
    """A field of the part that an update can set to something new."""
    inner = trial.shapes[entity].collections[collection]

    def free(mapped: FieldMap) -> bool:
        return mapped.direction == "both" and not mapped.create_only

    values = trial.rows.part_values(entity, collection)
    order = ("text", "decimal", "money", "integer", "date")
    ranked = [
        (order.index(mapped.lens), name)
        for name, mapped in inner.fields.items()
        if name in values and mapped.lens in order and free(mapped)
    ]
    if not ranked:
        pytest.skip(f"the map of {entity} updates nothing in {collection}")
    return min(ranked)[1]
