"""Checks of the promises a connector makes: each trait, tested where it is promised."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from ..contract import Receipt, Trait, Write
from ..errors import Stale
from .parts import document
from .reading import FEW
from .samples import note
from .trial import Trial, latest


class KeyedCreateChecks:
    """The same origin never creates twice."""

    def test_a_create_sent_twice_makes_one_row(self, trial: Trial, entity: str) -> None:
        trial.needs(entity, Trait.KEYED_CREATES)
        before, write = set(latest(trial.walk(entity))), trial.rows.creation(entity)
        first, again = trial.write(entity, write), trial.write(entity, write)
        assert first.error is None
        assert again.error is None
        assert first.key == again.key
        assert set(latest(trial.walk(entity))) - before == {first.key}

    def test_twins_in_one_batch_make_one_row(self, trial: Trial, entity: str) -> None:
        trial.needs(entity, Trait.KEYED_CREATES)
        before, write = set(latest(trial.walk(entity))), trial.rows.creation(entity)
        first, again = trial.line.write(entity, [write, write])
        assert first.key == again.key
        assert set(latest(trial.walk(entity))) - before == {first.key}

    def test_a_create_sent_again_says_that_the_row_existed(self, trial: Trial, entity: str) -> None:
        trial.needs(entity, Trait.KEYED_CREATES)
        write = trial.rows.creation(entity)
        first, again = trial.write(entity, write), trial.write(entity, resent(write))
        assert not first.existed, "a new row did not exist"
        assert again.existed
        assert again.error is None

    def test_another_process_creates_no_twin_either(self, trial: Trial, entity: str) -> None:
        trial.needs(entity, Trait.KEYED_CREATES)
        before, write = set(latest(trial.walk(entity))), trial.rows.creation(entity)
        first = trial.write(entity, write)
        [again] = trial.reopened().write(entity, [resent(write)])
        assert first.key == again.key
        assert set(latest(trial.walk(entity))) - before == {first.key}

    def test_a_create_sent_again_has_its_parts_once(self, trial: Trial, entity: str) -> None:
        trial.needs(entity, Trait.KEYED_CREATES)
        for collection, native in trial.maps[entity].collections.items():
            parts = [(collection, trial.rows.part_values(entity, collection)) for _ in range(2)]
            write = trial.rows.creation(entity, parts=parts)
            first, again = trial.write(entity, write), trial.write(entity, resent(write))
            assert first.parts == again.parts
            [change] = trial.line.fetch(entity, [first.key])
            assert len(change.row[native]) == 2

    def test_creates_of_other_origin_are_rows_of_their_own(self, trial: Trial, entity: str) -> None:
        first, other = trial.line.write(entity, [trial.rows.creation(entity) for _ in range(2)])
        assert first.key != other.key
        assert not first.existed
        assert not other.existed


class GuardChecks:
    """A row that has moved since is not touched."""

    def test_a_write_with_an_old_version_is_stale(self, trial: Trial, entity: str) -> None:
        trial.needs(entity, Trait.GUARDED_UPDATES)
        [key] = trial.rows.seed(entity, 1)
        field, version = note(trial.shapes[entity]), version_of(trial, entity, key)
        trial.rows.edit(entity, key, {field: "Meanwhile"})
        row = trial.maps[entity].write({field: "Too late"})
        receipt = trial.write(entity, trial.rows.change(entity, key, row, version=version))
        assert isinstance(receipt.error, Stale)
        assert trial.shown(entity, key)[field] == "Meanwhile"

    def test_a_write_with_the_version_shown_goes_through(self, trial: Trial, entity: str) -> None:
        trial.needs(entity, Trait.GUARDED_UPDATES)
        [key] = trial.rows.seed(entity, 1)
        field = note(trial.shapes[entity])
        for text in ("Once", "Twice"):
            row, version = trial.maps[entity].write({field: text}), version_of(trial, entity, key)
            receipt = trial.write(entity, trial.rows.change(entity, key, row, version=version))
            assert receipt.error is None
            assert trial.shown(entity, key)[field] == text

    def test_parts_are_guarded_like_their_document(self, trial: Trial, entity: str) -> None:
        trial.needs(entity, Trait.GUARDED_UPDATES)
        for collection, native in trial.maps[entity].collections.items():
            key = document(trial, entity, collection, 1)
            version = version_of(trial, entity, key)
            trial.rows.edit(entity, key, {note(trial.shapes[entity]): "Meanwhile"})
            values = trial.rows.part_values(entity, collection)
            part = trial.rows.new_part(entity, collection, values)
            write = trial.rows.change(entity, key, {}, [part], version=version)
            assert isinstance(trial.write(entity, write).error, Stale)
            [change] = trial.line.fetch(entity, [key])
            assert len(change.row[native]) == 1

    def test_a_delete_with_an_old_version_is_stale(self, trial: Trial, entity: str) -> None:
        trial.needs(entity, Trait.GUARDED_UPDATES)
        if entity in trial.kept:
            pytest.skip(f"{entity} is never deleted")
        [key] = trial.rows.seed(entity, 1)
        version = version_of(trial, entity, key)
        trial.rows.edit(entity, key, {note(trial.shapes[entity]): "Meanwhile"})
        receipt = trial.write(entity, trial.rows.removal(key, version=version))
        assert isinstance(receipt.error, Stale)
        assert trial.line.fetch(entity, [key]), "it was deleted"


class EchoChecks:
    """Receipts carry the row as stored."""

    def test_a_create_echoes_the_row_as_stored(self, trial: Trial, entity: str) -> None:
        trial.needs(entity, Trait.ECHOED_WRITES)
        collections = trial.maps[entity].collections
        parts = [(name, trial.rows.part_values(entity, name)) for name in collections]
        echoes(trial, entity, trial.write(entity, trial.rows.creation(entity, parts=parts)))

    def test_an_update_echoes_the_row_as_stored(self, trial: Trial, entity: str) -> None:
        trial.needs(entity, Trait.ECHOED_WRITES)
        [key] = trial.rows.seed(entity, 1)
        row = trial.maps[entity].write({note(trial.shapes[entity]): "Echo"})
        echoes(trial, entity, trial.write(entity, trial.rows.change(entity, key, row)))

    def test_changed_parts_are_echoed_as_stored(self, trial: Trial, entity: str) -> None:
        trial.needs(entity, Trait.ECHOED_WRITES)
        for collection in trial.maps[entity].collections:
            key = document(trial, entity, collection, 1)
            values = trial.rows.part_values(entity, collection)
            part = trial.rows.new_part(entity, collection, values)
            echoes(trial, entity, trial.write(entity, trial.rows.change(entity, key, {}, [part])))


class FeedChecks:
    """Full readings, deletions, and feeds that show only what moved."""

    def test_a_reading_from_the_beginning_is_a_full_one(self, trial: Trial, entity: str) -> None:
        trial.rows.seed(entity, 5)
        pages = list(trial.walk(entity, FEW))
        assert [page.first for page in pages] == [True] + [False] * (len(pages) - 1)
        assert all(page.sweep for page in pages)

    def test_a_full_reading_shows_every_row_though_edited_meanwhile(
        self, trial: Trial, entity: str
    ) -> None:
        keys, field = trial.rows.seed(entity, 6), note(trial.shapes[entity])
        shown: set[str] = set()
        for number, page in enumerate(trial.walk(entity, FEW)):
            shown |= {change.key for change in page.changes}
            moved = sorted(shown & set(keys))[:1]  # one not shown yet would come again anyway
            if moved and number < len(keys):
                trial.rows.edit(entity, moved[0], {field: f"Page {number}"})
        assert set(keys) <= shown

    def test_deletions_appear_in_the_feed(self, trial: Trial, entity: str) -> None:
        trial.needs(entity, Trait.DELETIONS)
        gone, stays = trial.rows.seed(entity, 2)
        cursor = [page.cursor for page in trial.walk(entity, FEW)][-1]
        trial.write(entity, trial.rows.removal(gone))
        found = latest(trial.walk(entity, FEW, cursor))
        assert gone in found, "the deletion is not shown"
        assert found[gone].row is None
        assert stays not in found or found[stays].row is not None

    def test_rows_deleted_between_pages_are_known_to_be_gone(
        self, trial: Trial, entity: str
    ) -> None:
        trial.needs(entity, Trait.DELETIONS)
        keys = trial.rows.seed(entity, 6)
        known = latest(iter([page := trial.line.changes(entity, None, FEW)]))
        gone = [*list(known)[:1], *(key for key in keys if key not in known)][:2]
        for key in gone:
            assert trial.write(entity, trial.rows.removal(key)).error is None
        cursor = page.cursor
        for _ in range(2):  # to the end, and once more: a reading under way may be a snapshot
            pages = list(trial.walk(entity, FEW, cursor))
            known, cursor = known | latest(iter(pages)), pages[-1].cursor
        alive = {key for key, change in known.items() if change.row is not None}
        assert set(keys) - set(gone) <= alive
        assert not alive & set(gone)

    def test_a_full_reading_does_not_show_what_is_deleted(self, trial: Trial, entity: str) -> None:
        if entity in trial.kept:
            pytest.skip(f"{entity} is never deleted")
        gone, stays = trial.rows.seed(entity, 2)
        trial.write(entity, trial.rows.removal(gone))
        found = latest(trial.walk(entity))
        assert gone not in found or found[gone].row is None
        assert found[stays].row is not None

    def test_a_delta_feed_shows_what_moved_and_little_else(
        self, trial: Trial, entity: str, clock: Callable[[int], None]
    ) -> None:
        trial.needs(entity, Trait.DELTA_FEED)
        keys = trial.rows.seed(entity, 8)
        cursor = [page.cursor for page in trial.walk(entity)][-1]
        clock(3600)
        cursor = [page.cursor for page in trial.walk(entity, cursor=cursor)][-1]
        trial.rows.edit(entity, keys[3], {note(trial.shapes[entity]): "Moved"})
        assert set(latest(trial.walk(entity, cursor=cursor))) == {keys[3]}

    def test_a_forgotten_cursor_starts_a_full_reading(
        self, trial: Trial, entity: str, forget: Callable[[], None]
    ) -> None:
        keys = trial.rows.seed(entity, 5)
        cursors = [page.cursor for page in trial.walk(entity, FEW)]
        trial.rows.edit(entity, keys[0], {note(trial.shapes[entity]): "Moved"})
        forget()
        pages = list(trial.walk(entity, FEW, cursors[-1]))
        assert pages[0].first
        assert all(page.sweep for page in pages)
        assert set(keys) <= {change.key for page in pages for change in page.changes}


def resent(write: Write) -> Write:
    """The same write, sent again because it was never answered."""
    return replace(write, again=True)


def version_of(trial: Trial, entity: str, key: str) -> str:
    """The version of a row as shown now."""
    [change] = trial.line.fetch(entity, [key])
    assert change.version, "a guarded row has a version"
    return str(change.version)


def echoes(trial: Trial, entity: str, receipt: Receipt) -> None:
    """The receipt holds the row exactly as a reader gets it."""
    assert receipt.error is None
    assert receipt.row is not None, "the receipt holds no row"
    [change] = trial.line.fetch(entity, [receipt.key])
    digest = trial.maps[entity].digest
    assert digest(receipt.row) == digest(change.row), f"{receipt.row} echoed, {change.row} stored"
    assert receipt.version == change.version
