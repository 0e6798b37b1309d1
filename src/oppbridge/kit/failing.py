"""Checks of failing: trouble is told in OppBridge's words, and no answer lost makes a twin."""

from __future__ import annotations

from typing import Any

import pytest

from ..contract import Receipt, Trait, Write
from ..errors import AccessDenied, OppBridgeError, Retry, Throttled, Unavailable, Unsure
from .introduction import secrets_of
from .parts import collections
from .promises import resent
from .samples import note
from .trial import Trial, latest
from .trouble import Trouble, Troublemaker

TOLD: dict[Trouble, type[OppBridgeError]] = {
    Trouble.DENIED: AccessDenied,
    Trouble.THROTTLED: Throttled,
    Trouble.UNAVAILABLE: Unavailable,
}


class FailureChecks:
    """Each error says what the engine does next."""

    @pytest.mark.parametrize("kind", list(TOLD))
    def test_trouble_in_reading_is_told_in_our_words(
        self, trial: Trial, entity: str, trouble: Troublemaker, kind: Trouble
    ) -> None:
        [key] = trial.rows.seed(entity, 1)
        with trouble(kind), pytest.raises(TOLD[kind]) as changing:
            trial.line.changes(entity, None, 2)
        with trouble(kind), pytest.raises(TOLD[kind]) as fetching:
            trial.line.fetch(entity, [key])
        for error in (changing.value, fetching.value):
            assert not isinstance(error, Throttled) or error.after > 0

    @pytest.mark.parametrize("kind", list(TOLD))
    def test_trouble_in_writing_is_told_in_our_words(
        self, trial: Trial, entity: str, trouble: Troublemaker, kind: Trouble
    ) -> None:
        writes = [trial.rows.creation(entity) for _ in range(2)]
        before = set(latest(trial.walk(entity)))
        with trouble(kind):
            told = outcome(trial, entity, writes)
        assert all(isinstance(error, (TOLD[kind], Retry)) for error in told), told
        assert set(latest(trial.walk(entity))) == before, "it was said to have failed, and did not"

    def test_reading_goes_on_after_trouble(
        self, trial: Trial, entity: str, trouble: Troublemaker
    ) -> None:
        made = set(trial.rows.seed(entity, 3))
        with trouble(Trouble.UNAVAILABLE), pytest.raises(OppBridgeError):
            trial.line.changes(entity, None, 2)
        assert made <= set(latest(trial.walk(entity, 2)))

    def test_errors_do_not_show_secrets(
        self, trial: Trial, entity: str, settings: Any, trouble: Troublemaker
    ) -> None:
        for kind in TOLD:
            with trouble(kind), pytest.raises(OppBridgeError) as caught:
                trial.line.changes(entity, None, 2)
            cause = caught.value.__cause__
            for secret in secrets_of(settings):
                assert secret not in f"{caught.value!r}{caught.value}{cause!r}"

    def test_opening_asks_for_no_rows(
        self, trial: Trial, entity: str, trouble: Troublemaker
    ) -> None:
        with trouble(Trouble.UNAVAILABLE):
            line = trial.reopened()
        assert list(line.fetch(entity, [])) == []


class LostAnswerChecks:
    """A write whose answer was lost is not known to have failed, and is done once."""

    def test_a_lost_answer_to_a_create_makes_no_twin(
        self, trial: Trial, entity: str, trouble: Troublemaker
    ) -> None:
        trial.needs(entity, Trait.KEYED_CREATES)
        before, write = set(latest(trial.walk(entity))), trial.rows.creation(entity)
        with trouble(Trouble.ANSWER_LOST):
            [receipt] = trial.line.write(entity, [write])
        assert unsure_or_done(receipt)
        again = trial.write(entity, resent(write))
        assert again.error is None
        assert again.existed
        assert set(latest(trial.walk(entity))) - before == {again.key}

    def test_a_lost_answer_leaves_nobody_without_a_receipt(
        self, trial: Trial, entity: str, trouble: Troublemaker
    ) -> None:
        writes = [trial.rows.creation(entity) for _ in range(3)]
        with trouble(Trouble.ANSWER_LOST):
            receipts = trial.line.write(entity, writes)
        assert [receipt.id for receipt in receipts] == [write.id for write in writes]
        assert all(unsure_or_done(receipt) for receipt in receipts)

    def test_a_lost_answer_to_an_update_can_be_sent_again(
        self, trial: Trial, entity: str, trouble: Troublemaker
    ) -> None:
        [key] = trial.rows.seed(entity, 1)
        field = note(trial.shapes[entity])
        write = trial.rows.change(entity, key, trial.maps[entity].write({field: "Unanswered"}))
        with trouble(Trouble.ANSWER_LOST):
            [receipt] = trial.line.write(entity, [write])
        assert unsure_or_done(receipt)
        assert trial.write(entity, resent(write)).error is None
        assert trial.shown(entity, key)[field] == "Unanswered"

    def test_a_lost_answer_to_a_new_part_makes_no_twin(
        self, trial: Trial, entity: str, trouble: Troublemaker
    ) -> None:
        trial.needs(entity, Trait.KEYED_CREATES)
        for collection in collections(trial, entity):
            [key] = trial.rows.seed(entity, 1)
            values = trial.rows.part_values(entity, collection)
            part = trial.rows.new_part(entity, collection, values)
            write = trial.rows.change(entity, key, {}, [part])
            with trouble(Trouble.ANSWER_LOST):
                [receipt] = trial.line.write(entity, [write])
            assert unsure_or_done(receipt)
            again = trial.write(entity, resent(write))
            assert again.error is None
            [change] = trial.line.fetch(entity, [key])
            assert len(change.row[part.collection]) == 1
            assert again.parts[part.id]

    def test_a_lost_answer_to_a_delete_can_be_sent_again(
        self, trial: Trial, entity: str, trouble: Troublemaker
    ) -> None:
        if entity in trial.kept:
            pytest.skip(f"{entity} is never deleted")
        [key] = trial.rows.seed(entity, 1)
        write = trial.rows.removal(key)
        with trouble(Trouble.ANSWER_LOST):
            [receipt] = trial.line.write(entity, [write])
        assert unsure_or_done(receipt)
        assert trial.write(entity, resent(write)).error is None, "it is done: it is gone"
        assert list(trial.line.fetch(entity, [key])) == []


def outcome(trial: Trial, entity: str, writes: list[Write]) -> list[OppBridgeError | None]:
    """What became of each write; an error raised for the whole call counts for all."""
    try:
        receipts = trial.line.write(entity, writes)
    except OppBridgeError as error:
        return [error] * len(writes)
    assert [receipt.id for receipt in receipts] == [write.id for write in writes]
    return [receipt.error for receipt in receipts]


def unsure_or_done(receipt: Receipt) -> bool:
    """Whether the receipt admits that the write may have happened, or knows that it did."""
    return receipt.error is None or isinstance(receipt.error, Unsure)
