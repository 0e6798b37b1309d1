"""Checks of reading: pages, limits, cursors, and rows as asked for by key."""

from __future__ import annotations

import random
import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from ..contract import Change, Finder, Trait
from ..records import Scalar
from .samples import note
from .trial import MANY, Trial, latest

FEW, LOTS = 2, 30
SIZES = (1, 2, 3, MANY)


class ReadingChecks:
    """Whatever the page size and wherever it stops, a reader ends up knowing every row."""

    def test_pages_hold_what_the_contract_says(self, trial: Trial, entity: str) -> None:
        trial.rows.seed(entity, 3)
        for page in trial.walk(entity, FEW):
            assert isinstance(page.more, bool)
            assert isinstance(page.sweep, bool)
            for change in page.changes:
                assert isinstance(change, Change)
                assert isinstance(change.key, str)
                assert change.key, "a key is text, and not empty"
                assert change.row is None or isinstance(change.row, Mapping)
                assert change.version is None or isinstance(change.version, str)

    def test_reads_everything_whatever_the_page_size(self, trial: Trial, entity: str) -> None:
        made = set(trial.rows.seed(entity, 7))
        for size in SIZES:
            assert made <= set(latest(trial.walk(entity, size))), f"rows missing at {size} a page"

    def test_pages_keep_to_the_limit(self, trial: Trial, entity: str) -> None:
        trial.rows.seed(entity, 7)
        for size in (1, 2, 3):
            assert all(len(page.changes) <= size for page in trial.walk(entity, size))

    def test_a_cursor_given_again_reads_the_same_again(self, trial: Trial, entity: str) -> None:
        trial.rows.seed(entity, 7)
        pages = list(trial.walk(entity, FEW))
        cursors = [None, *(page.cursor for page in pages)]
        for cursor, page in reversed(list(zip(cursors, pages, strict=False))):
            again = trial.line.changes(entity, cursor, FEW)
            assert [c.key for c in again.changes] == [c.key for c in page.changes]

    def test_resumes_from_every_cursor_without_losing_any(self, trial: Trial, entity: str) -> None:
        trial.rows.seed(entity, 7)
        for size in (1, 2, 3):
            pages = list(trial.walk(entity, size))
            keys = [[change.key for change in page.changes] for page in pages]
            for at, page in enumerate(pages[:-1]):
                rest = set(latest(trial.walk(entity, size, page.cursor)))
                missing = {key for later in keys[at + 1 :] for key in later} - rest
                assert not missing, f"lost after page {at} of size {size}: {missing}"

    def test_resumes_in_another_process(self, trial: Trial, entity: str) -> None:
        made = set(trial.rows.seed(entity, 5))
        first = trial.line.changes(entity, None, FEW)
        other = trial.reopened()
        rest = latest(trial.walk(entity, FEW, first.cursor, other))
        assert made <= {change.key for change in first.changes} | set(rest)

    def test_sees_an_edit_made_after_the_last_page(self, trial: Trial, entity: str) -> None:
        keys = trial.rows.seed(entity, 4)
        cursor = [page.cursor for page in trial.walk(entity, FEW)][-1]
        field = note(trial.shapes[entity])
        edited = min(keys)  # feeds in order of (time, key) are behind it already
        trial.rows.edit(entity, edited, {field: "Edited later"})
        assert shows(trial, entity, cursor, edited)[field] == "Edited later"

    def test_sees_a_row_born_within_the_last_second(self, trial: Trial, entity: str) -> None:
        trial.rows.seed(entity, 4)
        cursor = [page.cursor for page in trial.walk(entity, FEW)][-1]
        origin = f"00000000{str(uuid.uuid4())[8:]}"  # sorts before those seen, if it is the key
        late = trial.write(entity, trial.rows.creation(entity, origin=origin)).key
        assert late in latest(trial.walk(entity, FEW, cursor))

    def test_never_loses_an_edit_wherever_it_stops(self, trial: Trial, entity: str) -> None:
        dice, keys = random.Random(7), trial.rows.seed(entity, 6)
        field, cursor = note(trial.shapes[entity]), None
        seen: dict[str, Change] = {}
        for step in range(40):
            if dice.random() < 0.5:
                trial.rows.edit(entity, dice.choice(keys), {field: f"Edit {step}"})
            page = trial.line.changes(entity, cursor, dice.choice((1, 2, 3)))
            seen |= {change.key: change for change in page.changes}
            cursor = page.cursor
        for _ in range(2):  # nobody edits any more: to the end, and once more
            for page in trial.walk(entity, FEW, cursor):
                seen |= {change.key: change for change in page.changes}
                cursor = page.cursor
        known = {key: values(trial, entity, seen[key])[field] for key in keys}
        assert known == {key: trial.shown(entity, key)[field] for key in keys}

    def test_sees_a_commit_that_shows_late(
        self, trial: Trial, entity: str, late_commit: Any
    ) -> None:
        early, *others = trial.rows.seed(entity, 4)
        field = note(trial.shapes[entity])
        row = trial.maps[entity].write({field: "Committed late"})
        with late_commit(entity, early, row):
            for key in others:
                trial.rows.edit(entity, key, {field: "Younger"})
            cursor = [page.cursor for page in trial.walk(entity, FEW)][-1]
        assert shows(trial, entity, cursor, early)[field] == "Committed late"

    def test_says_when_a_row_changed(self, trial: Trial, entity: str) -> None:
        trial.needs(entity, Trait.STAMPED)
        [key] = trial.rows.seed(entity, 1)
        [before] = trial.line.fetch(entity, [key])
        trial.rows.edit(entity, key, {note(trial.shapes[entity]): "Edited"})
        for change in (*latest(trial.walk(entity)).values(), *trial.line.fetch(entity, [key])):
            assert change.at is not None, f"{change.key} has no time"
            assert change.at.utcoffset() == timedelta(0), "times are in UTC and say so"
            assert change.key != key or change.at >= before.at, "an edit took the time back"

    def test_a_row_shows_every_selected_column(self, trial: Trial, entity: str) -> None:
        compiled = trial.maps[entity]
        parts = [(name, trial.rows.part_values(entity, name)) for name in compiled.collections]
        key = trial.rows.make(entity, parts=parts)
        for change in (latest(trial.walk(entity))[key], *trial.line.fetch(entity, [key])):
            missing = set(compiled.selection.columns) - set(change.row or {})
            assert not missing, f"columns not shown: {sorted(missing)}"
            for native, columns in compiled.selection.collections.items():
                for part in (change.row or {})[native]:
                    assert set(columns) <= set(part), f"columns of {native} not shown"


class FetchChecks:
    """Rows come by key and by column, those asked for and no others."""

    def test_fetches_what_is_asked_and_only_that(self, trial: Trial, entity: str) -> None:
        keys = trial.rows.seed(entity, 5)
        assert {change.key for change in trial.line.fetch(entity, keys[1:3])} == set(keys[1:3])

    def test_fetches_more_rows_than_fit_one_query(self, trial: Trial, entity: str) -> None:
        keys = trial.rows.seed(entity, LOTS)
        assert {change.key for change in trial.line.fetch(entity, keys)} == set(keys)

    def test_fetching_leaves_out_what_is_not_there(self, trial: Trial, entity: str) -> None:
        gone, key = trial.rows.seed(entity, 2)
        assert list(trial.line.fetch(entity, [])) == []
        if entity not in trial.kept:
            assert trial.write(entity, trial.rows.removal(gone)).error is None
            assert [change.key for change in trial.line.fetch(entity, [gone, key])] == [key]

    def test_fetch_and_feed_show_the_same(self, trial: Trial, entity: str) -> None:
        keys = trial.rows.seed(entity, 3)
        fed = latest(trial.walk(entity))
        for change in trial.line.fetch(entity, keys):
            shown = values(trial, entity, change)
            assert shown == values(trial, entity, fed[change.key])
            assert change.version == fed[change.key].version

    def test_finds_rows_by_their_origin(self, trial: Trial, entity: str) -> None:
        column = trial.maps[entity].origin
        if not isinstance(trial.line, Finder):
            pytest.skip(f"{trial.spec.name} finds nothing by column")
        if column is None:
            pytest.skip(f"the map of {entity} names no origin")
        writes = [trial.rows.creation(entity) for _ in range(3)]
        keys = [trial.write(entity, write).key for write in writes]
        origins = [write.origin for write in writes]
        found = trial.line.find(entity, column, origins[:2])
        assert sorted(change.key for change in found) == sorted(map(str, keys[:2]))
        assert list(trial.line.find(entity, column, ["no such thing"])) == []


def shows(trial: Trial, entity: str, cursor: str, key: str) -> Mapping[str, Scalar]:
    """The values of a row that reading on from a cursor shows. Fails when it does not show it."""
    found = latest(trial.walk(entity, FEW, cursor))
    assert key in found, f"{key} is not shown after the cursor"
    return values(trial, entity, found[key])


def values(trial: Trial, entity: str, change: Change) -> Mapping[str, Scalar]:
    """The values of a row as shown. Fails when it is shown as deleted."""
    assert change.row is not None, f"{change.key} is shown as deleted"
    return trial.maps[entity].read(change.row)
