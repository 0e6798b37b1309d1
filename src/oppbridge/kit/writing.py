"""Checks of writing: receipts, what is touched and what is not, values kept exactly."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from ..contract import Action, Receipt, Write
from ..errors import Gone, Reject
from ..mapping import FieldMap
from ..records import Scalar
from .samples import note, notes
from .trial import Trial


class WritingChecks:
    """Each write has its receipt, does what it says and nothing else."""

    def test_receipts_answer_the_batch_in_order(self, trial: Trial, entity: str) -> None:
        writes = [trial.rows.creation(entity) for _ in range(5)]
        receipts = list(trial.line.write(entity, writes))
        assert all(isinstance(receipt, Receipt) for receipt in receipts)
        assert [receipt.id for receipt in receipts] == [write.id for write in writes]
        for write, receipt in zip(writes, receipts, strict=True):
            [change] = trial.line.fetch(entity, [receipt.key])
            shown = trial.maps[entity].read(change.row)
            sent = trial.maps[entity].read({**change.row, **write.row})
            field = note(trial.shapes[entity])
            assert shown[field] == sent[field], "the receipt names another row"

    def test_no_writes_no_receipts(self, trial: Trial, entity: str) -> None:
        assert list(trial.line.write(entity, [])) == []

    def test_one_bad_write_does_not_sink_the_others(self, trial: Trial, entity: str) -> None:
        for at in range(3):
            writes = [trial.rows.creation(entity) for _ in range(2)]
            writes.insert(at, missing(trial, entity))
            receipts = list(trial.line.write(entity, writes))
            assert [receipt.id for receipt in receipts] == [write.id for write in writes]
            sunk = receipts.pop(at)
            assert isinstance(sunk.error, Reject), f"the bad write got {sunk.error!r}"
            assert all(receipt.error is None and receipt.key for receipt in receipts)

    def test_takes_as_many_calls_at_once_as_it_says(self, trial: Trial, entity: str) -> None:
        at_once = min(trial.spec.limits.parallel, 8)
        if at_once < 2:
            pytest.skip(f"{trial.spec.name} takes one call at a time")
        writes = [[trial.rows.creation(entity)] for _ in range(at_once)]
        with ThreadPoolExecutor(at_once) as threads:
            receipts = list(threads.map(lambda batch: trial.line.write(entity, batch), writes))
        assert [r.id for [r] in receipts] == [write.id for [write] in writes]
        assert all(receipt.error is None for [receipt] in receipts)
        assert len({receipt.key for [receipt] in receipts}) == at_once

    def test_a_created_row_shows_what_was_sent(self, trial: Trial, entity: str) -> None:
        compiled, values = trial.maps[entity], trial.rows.values(entity)
        shown = trial.shown(entity, trial.rows.make(entity, values))
        for field, expected in compiled.predict(values).items():
            if field in compiled.readable:
                assert shown[field] == expected, field

    def test_writes_only_the_columns_it_was_given(self, trial: Trial, entity: str) -> None:
        [key] = trial.rows.seed(entity, 1)
        field, before = note(trial.shapes[entity]), trial.shown(entity, key)
        row = trial.maps[entity].write({field: "Rewritten"})
        receipt = trial.write(entity, trial.rows.change(entity, key, row))
        assert receipt.error is None
        assert receipt.key == key
        assert trial.shown(entity, key) == {**before, field: "Rewritten"}

    def test_leaves_alone_what_others_changed_meanwhile(self, trial: Trial, entity: str) -> None:
        free = notes(trial.shapes[entity])
        if len(free) < 2:
            pytest.skip(f"the map of {entity} has no two text fields to edit")
        [key] = trial.rows.seed(entity, 1)
        write = trial.rows.change(entity, key, trial.maps[entity].write({free[0]: "Ours"}))
        trial.rows.edit(entity, key, {free[1]: "Theirs"})
        assert trial.write(entity, write).error is None
        shown = trial.shown(entity, key)
        assert (shown[free[0]], shown[free[1]]) == ("Ours", "Theirs")

    def test_an_emptied_field_is_empty(self, trial: Trial, entity: str) -> None:
        compiled, shape = trial.maps[entity], trial.shapes[entity]
        values = trial.rows.values(entity)
        field = next((f for f in values if may_be_emptied(shape.fields[f])), None)
        if field is None:
            pytest.skip(f"the map of {entity} has no text field that may be empty")
        key = trial.rows.make(entity, values)
        receipt = trial.write(entity, trial.rows.change(entity, key, compiled.write({field: None})))
        assert receipt.error is None
        assert trial.shown(entity, key).get(field) is None

    def test_an_update_of_a_row_that_is_gone_says_so(self, trial: Trial, entity: str) -> None:
        assert isinstance(trial.write(entity, missing(trial, entity)).error, Gone)

    def test_a_deleted_row_is_gone(self, trial: Trial, entity: str) -> None:
        key, other = trial.rows.seed(entity, 2)
        receipt = trial.write(entity, trial.rows.removal(key))
        if entity in trial.kept:
            assert isinstance(receipt.error, Reject), "a system that keeps it refuses"
            return
        assert receipt.error is None
        assert [change.key for change in trial.line.fetch(entity, [key, other])] == [other]

    def test_deleting_twice_is_harmless(self, trial: Trial, entity: str) -> None:
        if entity in trial.kept:
            pytest.skip(f"{entity} is never deleted")
        [key] = trial.rows.seed(entity, 1)
        trial.write(entity, trial.rows.removal(key))
        again = trial.write(entity, trial.rows.removal(key)).error
        assert again is None or isinstance(again, Gone)

    def test_a_reference_to_nothing_is_refused(self, trial: Trial, entity: str) -> None:
        compiled, origin = trial.maps[entity], str(uuid.uuid4())
        fields = [f for f in sorted(compiled.references) if "/" not in f and f in compiled.writable]
        if not fields:
            pytest.skip(f"the map of {entity} writes no reference")
        target = compiled.references[fields[0]]
        [nowhere] = trial.rows.seed(target, 1)
        if target in trial.kept:
            pytest.skip(f"{target} is never deleted")
        trial.write(target, trial.rows.removal(nowhere))
        values = {**trial.rows.values(entity), fields[0]: nowhere}
        receipt = trial.write(entity, trial.rows.creation(entity, values, origin=origin))
        assert isinstance(receipt.error, Reject)


class ExactnessChecks:
    """What is written is what is shown: amounts, dates, instants, words, letters."""

    def test_money_is_kept_to_the_cent(self, trial: Trial, entity: str) -> None:
        keeps(trial, entity, "money")

    def test_quantities_are_kept(self, trial: Trial, entity: str) -> None:
        keeps(trial, entity, "decimal")

    def test_dates_do_not_move(self, trial: Trial, entity: str) -> None:
        keeps(trial, entity, "date")

    def test_instants_do_not_move(self, trial: Trial, entity: str) -> None:
        keeps(trial, entity, "instant")

    def test_choices_are_kept(self, trial: Trial, entity: str) -> None:
        keeps(trial, entity, "choice")

    def test_letters_are_kept(self, trial: Trial, entity: str) -> None:
        keeps(trial, entity, "text")


def keeps(trial: Trial, entity: str, lens: str) -> None:
    """Try every sample of this lens on a field of the header, or else of a part."""
    shape, fixed = trial.shapes[entity], trial.rows.samples.fixed.get(entity, {})

    def free(name: str, mapped: FieldMap) -> bool:
        return mapped.lens == lens and mapped.direction == "both" and name not in fixed

    header = [f for f, mapped in shape.fields.items() if free(f, mapped) and roomy(mapped)]
    if header:
        field = note(shape) if lens == "text" else header[0]
        for tried in trial.rows.samples.tries(entity, field, shape.fields[field]):
            key = trial.rows.make(entity, {**trial.rows.values(entity), field: tried})
            assert trial.shown(entity, key)[field] == tried
        return
    for collection, inner in shape.collections.items():
        for field, mapped in inner.fields.items():
            if free(f"{collection}/*/{field}", mapped) and roomy(mapped):
                for tried in trial.rows.samples.tries(entity, f"{collection}/*/{field}", mapped):
                    kept = _kept_in_part(trial, entity, collection, {field: tried})
                    assert kept == tried
                return
    pytest.skip(f"the map of {entity} has no free {lens} field")


def _kept_in_part(trial: Trial, entity: str, collection: str, given: dict[str, Scalar]) -> Scalar:
    values = {**trial.rows.part_values(entity, collection), **given}
    key = trial.rows.make(entity, parts=[(collection, values)])
    [field] = given
    found = [v for p, v in trial.shown(entity, key).items() if p.endswith(f"/{field}")]
    assert len(found) == 1, f"one part was sent, {len(found)} are shown with {field}"
    return found[0]


def roomy(mapped: FieldMap) -> bool:
    """Whether free text fits."""
    return mapped.lens != "text" or mapped.length is None or mapped.length >= 10


def may_be_emptied(mapped: FieldMap) -> bool:
    """Whether a text field can be emptied by an update."""
    return (
        mapped.lens == "text"
        and mapped.direction == "both"
        and not mapped.required
        and not mapped.create_only
    )


def missing(trial: Trial, entity: str) -> Write:
    """An update of a row that is not there any more, or never was where nothing is deleted."""
    row = trial.maps[entity].write({note(trial.shapes[entity]): "Nobody"})
    if entity in trial.kept:
        return Write(str(uuid.uuid4()), Action.UPDATE, str(uuid.uuid4()), str(uuid.uuid4()), row)
    [key] = trial.rows.seed(entity, 1)
    write = trial.rows.change(entity, key, row)
    assert trial.write(entity, trial.rows.removal(key)).error is None
    return write
