"""Checks of trait TALLIED: versions only grow, and ranges of them are counted and shown."""

from __future__ import annotations

from ..contract import Trait
from .parts import document
from .samples import note
from .trial import Trial, latest


class TallyChecks:
    """Verification finds what moved by these promises alone."""

    def test_a_tally_counts_the_rows_of_a_range_and_adds_their_versions(
        self, trial: Trial, entity: str
    ) -> None:
        trial.needs(entity, Trait.TALLIED)
        trial.rows.seed(entity, 6)
        versions = sorted(standing(trial, entity).values())
        for low, high in ((0, 6), (0, 3), (2, 5), (3, 3)):
            edges = [0, *versions]
            tally = trial.line.tally(entity, edges[low], edges[high])
            assert tuple(tally) == (high - low, sum(versions[low:high]))

    def test_every_write_gives_a_version_above_all_others(self, trial: Trial, entity: str) -> None:
        trial.needs(entity, Trait.TALLIED)
        keys = trial.rows.seed(entity, 3)
        for key in (keys[0], keys[0], keys[2]):
            top = max(standing(trial, entity).values())
            trial.rows.edit(entity, key, {note(trial.shapes[entity]): f"Edit {top}"})
            assert standing(trial, entity)[key] > top
        made = trial.rows.make(entity)
        after = standing(trial, entity)
        assert max(after, key=lambda key: after[key]) == made

    def test_a_changed_part_gives_its_document_a_new_version(
        self, trial: Trial, entity: str
    ) -> None:
        trial.needs(entity, Trait.TALLIED)
        for collection in trial.maps[entity].collections:
            key = document(trial, entity, collection, 1)
            top = max(standing(trial, entity).values())
            values = trial.rows.part_values(entity, collection)
            part = trial.rows.new_part(entity, collection, values)
            assert trial.write(entity, trial.rows.change(entity, key, {}, [part])).error is None
            assert standing(trial, entity)[key] > top

    def test_deleted_rows_are_not_tallied(self, trial: Trial, entity: str) -> None:
        trial.needs(entity, Trait.TALLIED)
        gone, _ = trial.rows.seed(entity, 2)
        versions = standing(trial, entity)
        top = max(versions.values())
        trial.write(entity, trial.rows.removal(gone))
        left = [version for key, version in versions.items() if key != gone]
        assert tuple(trial.line.tally(entity, 0, top)) == (len(left), sum(left))

    def test_a_range_is_shown_in_order_and_keeps_to_its_limit(
        self, trial: Trial, entity: str
    ) -> None:
        trial.needs(entity, Trait.TALLIED)
        trial.rows.seed(entity, 6)
        ordered = sorted((version, key) for key, version in standing(trial, entity).items())
        keys = [key for _, key in ordered]
        for low, high, limit in ((1, 5, 10), (1, 5, 3), (0, 6, 1)):
            until = ordered[high - 1][0]
            after = ordered[low - 1][0] if low else 0
            found = trial.line.between(entity, after, until, limit)
            assert [change.key for change in found] == keys[low:high][:limit]
        assert [c.key for c in trial.line.between(entity, ordered[2][0], None, 10)] == keys[3:]


def standing(trial: Trial, entity: str) -> dict[str, int]:
    """The version of every row that stands."""
    found = latest(trial.walk(entity))
    return {key: int(c.version or 0) for key, c in found.items() if c.row is not None}
